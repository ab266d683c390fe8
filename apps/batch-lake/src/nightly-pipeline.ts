import type { Crawler, LakeCatalog } from '@lakewright/catalog';
import type { IAthenaWorkgroup, LakeEnvironment } from '@lakewright/core';
import type { LakeStorage } from '@lakewright/storage';
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { Ingestion } from './ingestion';
import { DATASETS, REPLICATED } from './schemas';
import { VersionedTable } from './versioned-table';

export interface NightlyPipelineProps {
  readonly environment: LakeEnvironment;
  readonly ingestion: Ingestion;
  readonly storage: LakeStorage;
  readonly catalog: LakeCatalog;
  readonly crawlers: Crawler[];
  readonly workgroup: IAthenaWorkgroup;
}

/**
 * Ingest → crawl → convert → data sets → check → publish → retire.
 *
 * Every run makes new tables, `flights_<run>`, each on a prefix of its own. Only when the check finds nothing wrong do the
 * views `flights`, `worst_routes` … move to them, so a failed run leaves yesterday's data in place, and the machine can
 * run again at any time. Older versions go after queries that still read them have had time to end.
 */
export class NightlyPipeline extends Construct {
  public readonly stateMachine: sfn.StateMachine;

  public constructor(scope: Construct, id: string, props: NightlyPipelineProps) {
    super(scope, id);
    const { storage, catalog, workgroup, environment } = props;
    const databases = {
      raw: catalog.raw.databaseName,
      converted: catalog.converted.databaseName,
      datasets: catalog.datasets.databaseName,
    };
    const table = (name: string, zone: 'converted' | 'datasets', declared = false) =>
      new VersionedTable(this, name, {
        name,
        database: databases[zone],
        zone: storage[zone],
        databases,
        workgroup,
        declared,
      });
    const flights = table('flights', 'converted');
    const datasets = Object.keys(DATASETS).map((name) => table(name, 'datasets', true));
    const all = [flights, ...datasets];

    const definition = sfn.Chain.start(this.nameTheRun())
      .next(this.ingest(props))
      .next(
        this.parallel(
          'Crawl raw',
          props.crawlers.map((crawler) => crawler.bind(this, crawler.node.id, { environment }).start),
        ),
      )
      .next(flights.create())
      .next(
        this.parallel(
          'Make data sets',
          datasets.map((dataset) => dataset.create()),
        ),
      )
      .next(this.check(props, databases))
      .next(
        this.parallel(
          'Publish',
          all.map((version) => version.publish()),
        ),
      )
      .next(new sfn.Wait(this, 'Let running queries end', { time: sfn.WaitTime.duration(Duration.minutes(30)) }))
      .next(
        this.parallel(
          'Retire old versions',
          all.map((version) => version.retire()),
        ),
      );

    // Upstream's Athena states would add s3:GetObject on every bucket: the role gets what grantRights says, and no more.
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      role: role.withoutPolicyUpdates(),
      definitionBody: sfn.DefinitionBody.fromChainable(definition),
      timeout: Duration.hours(6),
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ERROR,
        destination: new logs.LogGroup(this, 'Logs', {
          retention: environment.logRetention,
          removalPolicy: environment.removalPolicy,
        }),
      },
    });
    this.grantRights(role, props, all);
    this.stateMachine.node.addDependency(role); // its policy must be there before the machine is
  }

  /** `$run`: the same in each retry, and fit for a table's name. */
  private nameTheRun(): sfn.Pass {
    return sfn.Pass.jsonPath(this, 'Name the run', {
      assign: { run: sfn.JsonPath.hash(sfn.JsonPath.stringAt('$$.Execution.Name'), 'MD5') },
      resultPath: sfn.JsonPath.DISCARD,
    });
  }

  /** The state machine of `Ingestion`, and the end of it. */
  private ingest({ ingestion }: NightlyPipelineProps): sfn.IChainable & sfn.INextable {
    return tasks.StepFunctionsStartExecution.jsonata(this, 'Ingest', {
      stateMachine: ingestion.stateMachine,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      input: sfn.TaskInput.fromObject({}),
      outputs: {},
    });
  }

  private check({ workgroup }: NightlyPipelineProps, databases: Record<string, string>): sfn.Chain {
    const query = VersionedTable.query(this, 'Check', 'check', workgroup, databases);
    const read = tasks.AthenaGetQueryResults.jsonata(this, 'Read check', {
      queryExecutionId: '{% $states.input.QueryExecution.QueryExecutionId %}',
      outputs: { violations: '{% $number($states.result.ResultSet.Rows[1].Data[0].VarCharValue) %}' },
    });
    const passed = new sfn.Pass(this, 'Check passed');
    const verdict = sfn.Choice.jsonata(this, 'Any violation?')
      .when(
        sfn.Condition.jsonata('{% $states.input.violations > 0 %}'),
        sfn.Fail.jsonata(this, 'Check failed', {
          error: 'CheckFailed',
          cause: '{% "the check found " & $string($states.input.violations) & " violations: nothing was published" %}',
        }),
      )
      .otherwise(passed);
    return sfn.Chain.custom(query, [passed], query.next(read).next(verdict));
  }

  private parallel(name: string, branches: sfn.IChainable[]): sfn.Parallel {
    return new sfn.Parallel(this, name, { resultPath: sfn.JsonPath.DISCARD }).branch(...branches);
  }

  private grantRights(role: iam.Role, props: NightlyPipelineProps, tables: VersionedTable[]): void {
    const { storage, catalog, workgroup, crawlers, ingestion } = props;
    workgroup.grants.query(role);
    for (const crawler of crawlers) crawler.grants.start(role);
    ingestion.grantRun(role);
    for (const name of Object.keys(REPLICATED)) {
      catalog.raw.dataset(name, { location: ingestion.operations.location(`public.${name}`) }).grants.read(role);
    }
    // Athena reads what is below a view with the rights of who asks, too.
    for (const name of ['customers', ...crawlers.map(({ node }) => node.id.replace('Crawl-', ''))]) {
      catalog.raw.dataset(name, { location: storage.raw.location(name) }).grants.read(role);
    }
    for (const database of [catalog.converted, catalog.datasets]) database.grants.manageTables(role);
    for (const table of tables) table.grantRetire(role);
    role.addToPolicy(new iam.PolicyStatement({ actions: LOG_AND_TRACE, resources: ['*'] }));
  }
}

/**
 * What a state machine that logs and traces needs; none of it takes a resource.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
 */
const LOG_AND_TRACE = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];
