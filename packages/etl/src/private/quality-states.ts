import type { DataLocation } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { concat, field, literal } from './jsonata';
import { RoleTask, retryThrottled } from './role-task';
import { nameTheRun, oneState } from './transform-parts';

export interface QualityStatesProps {
  readonly taskRole: iam.IRole;
  readonly roleArn: string;
  readonly rulesetName: string;
  readonly databaseName: string;
  readonly tableName: string;
  /** Whether the run's version of the table is looked at. */
  readonly versioned: boolean;
  readonly stops: boolean;
  readonly gate: string;
  readonly results?: DataLocation;
  readonly timeoutMinutes?: number;
  readonly runIdPath: string;
}

/** Start, wait, look, until the evaluation has ended: Step Functions has no `.sync` form for it. Then decide. */
export function qualityStates(scope: Construct, id: string, props: QualityStatesProps): sfn.Parallel {
  const { databaseName, tableName, versioned } = props;
  const table = versioned ? `${literal(`${tableName}_`)} & $run` : literal(tableName);
  const call = (
    name: string,
    integration: string,
    args: Record<string, unknown>,
    outputs: unknown,
    assign?: Record<string, unknown>,
  ): RoleTask => {
    const state = new RoleTask(scope, `${id} ${name}`, {
      ...{ integration: `aws-sdk:${integration}`, role: props.taskRole, arguments: args, outputs, assign },
    });
    retryThrottled(state, ...RETRIED);
    return state;
  };

  const start = call(
    'Start',
    'glue:startDataQualityRulesetEvaluationRun',
    {
      DataSource: { GlueTable: { DatabaseName: databaseName, TableName: field(table) } },
      Role: props.roleArn,
      RulesetNames: [props.rulesetName],
      ...(props.timeoutMinutes !== undefined && { Timeout: props.timeoutMinutes }),
      ClientToken: field(
        '$hash($states.context.Execution.Id & "/" & $states.context.State.Name & "/" & $states.context.State.EnteredTime & "/" & $string($states.context.Execution.RedriveCount), "SHA-256")',
      ),
    },
    '{% $states.input %}',
    { evaluation: '{% $states.result.RunId %}' },
  );
  const wait = new sfn.Wait(scope, `${id} Wait`, { time: sfn.WaitTime.duration(Duration.seconds(15)) });
  const look = call(
    'Look',
    'glue:getDataQualityRulesetEvaluationRun',
    { RunId: '{% $evaluation %}' },
    // one expression: a field that gives nothing would fail the state, and an object leaves it out
    '{% {"status": $states.result.Status, "reason": $states.result.ErrorString, "result": $states.result.ResultIds[0]} %}',
  );
  const read = call(
    'Read result',
    'glue:getDataQualityResult',
    { ResultId: '{% $states.input.result %}' },
    {
      score: '{% $states.result.Score %}',
      rules: '{% [$states.result.RuleResults] %}',
      id: '{% $states.result.ResultId %}',
    },
  );
  const verdict = sfn.Choice.jsonata(scope, `${id} Rules kept?`);
  const passed = new sfn.Pass(scope, `${id} Passed`);
  const broken = '[$states.input.rules[Result != "PASS"]]';
  const text = `$join(${broken}.(Description & ": " & (EvaluationMessage ? EvaluationMessage : Result)), "; ")`;
  verdict.when(sfn.Condition.jsonata(field(`$count(${broken}) = 0`)), passed);
  verdict.otherwise(
    props.stops
      ? sfn.Fail.jsonata(scope, `${id} Stopped`, {
          error: 'QualityGateFailed',
          cause: field(
            `${table} & ${literal(': ')} & $string($count(${broken})) & ${literal(' of ')} & $string($count($states.input.rules)) & ${literal(' rules broken: ')} & ${text}`,
          ),
        })
      : sfn.Pass.jsonata(scope, `${id} Broken, and only noted`, { outputs: { broken: field(text) } }),
  );
  const kept = props.results ? read.next(keep(call, props, props.results, table)).next(verdict) : read.next(verdict);
  const ended = sfn.Choice.jsonata(scope, `${id} Ended?`)
    .when(sfn.Condition.jsonata('{% $states.input.status = "SUCCEEDED" %}'), kept)
    .when(sfn.Condition.jsonata('{% $states.input.status in ["STARTING", "RUNNING", "STOPPING"] %}'), wait)
    .otherwise(
      sfn.Fail.jsonata(scope, `${id} Not evaluated`, {
        error: 'QualityNotEvaluated',
        cause: field(`"the evaluation ended as " & $states.input.status & ": " & $string($states.input.reason)`),
      }),
    );
  wait.next(look);
  return oneState(scope, id, nameTheRun(scope, id, props.runIdPath).next(start).next(look).next(ended));
}

/** One line for each rule. A run that is repeated writes the same object again. */
function keep(
  call: (name: string, integration: string, args: Record<string, unknown>, outputs: unknown) => RoleTask,
  { gate, databaseName }: QualityStatesProps,
  location: DataLocation,
  table: string,
): RoleTask {
  const prefix = location.prefix === '' ? '' : `${location.prefix}/`;
  const row = [
    `"gate": ${literal(gate)}, "run_id": $run, "database_name": ${literal(databaseName)}, "table_name": ${table}`,
    '"rule": Description, "outcome": Result, "message": EvaluationMessage, "metrics": EvaluatedMetrics',
    '"score": $score, "result_id": $result, "evaluated_at": $at',
  ].join(', ');
  const rows = `$states.input.rules.$string({${row}})`;
  const body = `($score := $states.input.score; $result := $states.input.id; $at := $states.context.State.EnteredTime; $join([${rows}], "\\n") & "\\n")`;
  const day = '$substring($states.context.Execution.StartTime, 0, 10)';
  return call(
    'Keep result',
    's3:putObject',
    {
      Bucket: location.bucket.bucketName,
      Key: field(concat([literal(`${prefix}day=`), day, literal(`/${gate}-`), '$run', literal('.json')])),
      Body: field(body),
      ContentType: 'application/x-ndjson',
    },
    '{% $states.input %}',
  );
}

const RETRIED = [
  ...['Glue.ThrottlingException', 'Glue.InternalServiceException', 'Glue.OperationTimeoutException'],
  ...['Glue.ConcurrentRunsExceededException', 'Glue.ResourceNumberLimitExceededException', 'Glue.GlueException'],
  ...['S3.SlowDownException', 'S3.InternalErrorException'],
];
