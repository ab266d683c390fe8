import {
  type IDataset,
  type IPipelineTask,
  NagFindings,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import { type Duration, Names, Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AthenaTransform } from './athena-transform';
import { OnFailure } from './on-failure';
import { checkRule } from './private/dqdl';
import { qualityStates } from './private/quality-states';
import { refuse } from './private/refuse';
import type { QualityResults } from './quality-results';

/** What a `QualityGate` is made of. */
export interface QualityGateProps {
  /** The table that is looked at; with `transform` its own. */
  readonly dataset?: IDataset;

  /**
   * Looks at the version that this transformation has made in the same run, before it is published.
   * @default `dataset` is looked at
   */
  readonly transform?: AthenaTransform;

  /**
   * Rules in DQDL, one a text: `IsComplete "airport"`, `RowCount > 1000`. Those on another table name it
   * `database.table`, and it stands among `references`.
   * @see https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
   */
  readonly rules: string[];

  /**
   * What becomes of a run whose data breaks a rule: `OnFailure.stop()` or `OnFailure.warn()`.
   * @default OnFailure.stop()
   */
  readonly onFailure?: OnFailure;

  /**
   * Other tables that rules read.
   * @default none
   */
  readonly references?: IDataset[];

  /**
   * The table that keeps the results.
   * @default Glue keeps them, for its console and its API
   */
  readonly results?: QualityResults;

  /**
   * After which time an evaluation is given up.
   * @default Glue's: 48 hours
   */
  readonly timeout?: Duration;
}

/**
 * Rules that a table has to keep, evaluated by AWS Glue Data Quality as a task of a pipeline: where one is broken, or can't
 * be evaluated, the pipeline stops, or goes on with the failure written down.
 *
 * Between `make` and `publish` of an `AthenaTransform` it keeps a bad version from readers.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio.html
 */
export class QualityGate extends Construct implements IPipelineTask {
  /** The rules. */
  public readonly ruleset: glue.DataQualityRuleset;

  /** Who reads the table while the rules are evaluated. */
  public readonly role: iam.IRole;

  /** Who starts evaluations: pipelines assume it for these states. */
  public readonly taskRole: iam.IRole;

  private readonly props: QualityGateProps;
  private readonly dataset: IDataset;
  private readonly onFailure: OnFailure;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoRules`, `InvalidRule`, `DatasetOrTransform`, `QuarantineTooLate`
   */
  public constructor(scope: Construct, id: string, props: QualityGateProps) {
    super(scope, id);
    this.props = props;
    this.dataset = check(props, this.node.path);
    this.onFailure = props.onFailure ?? OnFailure.stop();
    const { databaseName, tableName, databaseArn } = this.dataset;
    this.ruleset = new glue.DataQualityRuleset(this, 'Ruleset', {
      rulesetName: Names.uniqueResourceName(this, { maxLength: 200, separator: '-' }),
      description: `What ${tableName} has to be like`,
      dqdl: glue.Dqdl.fromString(`Rules = [\n  ${props.rules.join(',\n  ')}\n]`),
      targetTable: glue.DataQualityTargetTable.fromTableName(
        glue.Database.fromDatabaseArn(this, 'Database', databaseArn),
        tableName,
      ),
    });
    // The imported database knows its name from the ARN; a token in it would end in an intrinsic function of its own.
    (this.ruleset.node.defaultChild as glue.CfnDataQualityRuleset).targetTable = { databaseName, tableName };
    this.role = this.makeRole();
    this.taskRole = this.makeTaskRole();
  }

  /**
   * Starts something when the data breaks a rule, whoever had it evaluated.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onBroken(id: string, options: events.OnEventOptions = {}): events.Rule {
    const { target, eventPattern, ...rest } = options;
    const rule = new events.Rule(this, id, { ...rest, eventPattern: { ...eventPattern, ...this.failures() } });
    rule.addTarget(target);
    return rule;
  }

  /**
   * Starts an evaluation, waits for its end, keeps the results, and decides.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const { results, transform, timeout } = this.props;
    const state = qualityStates(scope, id, {
      taskRole: this.taskRole,
      roleArn: this.role.roleArn,
      rulesetName: this.ruleset.rulesetName,
      databaseName: this.dataset.databaseName,
      tableName: this.dataset.tableName,
      versioned: transform !== undefined,
      stops: this.onFailure.name === 'stop',
      gate: this.node.id,
      results: results?.dataset.location,
      timeoutMinutes: timeout?.toMinutes(),
      runIdPath: context.runIdPath ?? '$$.Execution.Name',
    });
    return {
      start: state,
      ends: [state],
      failurePattern: this.failures(),
      reads: [this.dataset, ...(this.props.references ?? [])],
      writes: results ? [results.dataset] : [],
    };
  }

  /**
   * `arn:aws:glue:region:account:dataQualityRuleset/name`, as policies want it; `ruleset.rulesetArn` is in lower case.
   *
   * @see https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html
   */
  public get rulesetArn(): string {
    const { rulesetName } = this.ruleset;
    return Stack.of(this).formatArn({ service: 'glue', resource: 'dataQualityRuleset', resourceName: rulesetName });
  }

  private failures(): events.EventPattern {
    return {
      source: ['aws.glue-dataquality'],
      detailType: ['Data Quality Evaluation Results Available'],
      detail: { rulesetNames: [this.ruleset.rulesetName], state: ['FAILED'] },
    };
  }

  /** @see https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html */
  private makeRole(): iam.Role {
    const stack = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'),
      description: `Evaluates rules on ${this.dataset.tableName}`,
    });
    const { transform, references = [] } = this.props;
    if (transform) transform._admitReader(role);
    else this.dataset.grants.read(role);
    for (const reference of references) reference.grants.read(role);
    const allow = (actions: string[], resources: string[], conditions?: Record<string, unknown>) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources, conditions }));
    allow(['glue:GetDataQualityRuleset', 'glue:GetDataQualityResult', 'glue:PublishDataQuality'], [this.rulesetArn]);
    allow(['glue:GetDataQualityRulesetEvaluationRun'], [this.anyRuleset()]);
    const assets = stack.formatArn({
      ...{ service: 's3', region: '', account: '' },
      resource: `aws-glue-ml-data-quality-assets-${stack.region}`,
      resourceName: '*',
    });
    allow(['s3:GetObject'], [assets]);
    allow(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      [stack.formatArn({ service: 'logs', resource: 'log-group:/aws-glue/*' })],
    );
    allow(['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': 'Glue Data Quality' } });
    NagFindings.acknowledgeOwnPolicy(role, 'files, logs and evaluations have no fixed names');
    return role;
  }

  private makeTaskRole(): iam.Role {
    const role = new iam.Role(this, 'TaskRole', {
      assumedBy: new iam.AccountPrincipal(Stack.of(this).account),
      description: `Has rules on ${this.dataset.tableName} evaluated`,
    });
    const { rulesetArn } = this;
    const allow = (actions: string[], resources: string[]) =>
      role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
    allow(['glue:StartDataQualityRulesetEvaluationRun', 'glue:GetDataQualityResult'], [rulesetArn]);
    allow(['glue:GetDataQualityRulesetEvaluationRun'], [this.anyRuleset()]);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'glue.amazonaws.com' } },
      }),
    );
    this.props.results?.dataset.location?.grants.write(role);
    NagFindings.acknowledgeOwnPolicy(role, 'evaluations and files of results have no fixed names');
    return role;
  }

  /** What AWS names for actions on runs. */
  private anyRuleset(): string {
    return Stack.of(this).formatArn({ service: 'glue', resource: 'dataQualityRuleset', resourceName: '*' });
  }
}

function check({ dataset, transform, rules, onFailure }: QualityGateProps, path: string): IDataset {
  if (rules.length === 0) refuse('NoRules', `a gate "${path}" without rules`, 'one at least', 'add one');
  for (const rule of rules) if (!Token.isUnresolved(rule)) checkRule(rule);
  if (onFailure?.name === 'quarantine') {
    refuse(
      'QuarantineTooLate',
      `OnFailure.quarantine() on the gate "${path}"`,
      'a gate looks at a table that is written: its rows are in it',
      'use stop() or warn(), or set rows aside where they are written, with SparkConversion',
    );
  }
  const found = transform?.dataset ?? dataset;
  if (!found || (dataset && transform)) {
    return refuse(
      'DatasetOrTransform',
      `${dataset ? 'both "dataset" and "transform"' : 'neither "dataset" nor "transform"'} of "${path}"`,
      'one of the two',
      'name the table, or the transformation whose version is looked at',
    );
  }
  return found;
}
