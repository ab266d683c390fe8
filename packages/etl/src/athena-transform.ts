import type { ILakeDatabase } from '@lakewright/catalog';
import {
  type DataLocation,
  type IAthenaWorkgroup,
  type IDataset,
  type IPipelineTask,
  NagFindings,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { AthenaOutput } from './athena-output';
import type { AthenaSql } from './athena-sql';
import { buildStates } from './private/build-states';
import { literal } from './private/jsonata';
import { publishStates, retireStates, type VersionsProps } from './private/publish-states';
import { refuse } from './private/refuse';
import { nameTheRun, oneState, query, type TaskScope, versionName } from './private/transform-parts';
import { grantStatement, grantVersion, grantVersions } from './private/transform-rights';
import { TransformTask } from './private/transform-task';

/** What an `AthenaTransform` is made of. */
export interface AthenaTransformProps {
  /** Where the table is catalogued; it has a location. */
  readonly database: ILakeDatabase;

  /** The name, by which SQL calls it: lower case. */
  readonly tableName: string;

  /** The query; with `AthenaOutput.statement()` the statement. */
  readonly sql: AthenaSql;

  /** What is read besides the tables of `SqlParameter.table` and `SqlParameter.version`. */
  readonly reads?: IDataset[];

  /** Where the statements run. */
  readonly workgroup: IAthenaWorkgroup;

  /**
   * What becomes of the result.
   * @default AthenaOutput.view()
   */
  readonly output?: AthenaOutput;

  /**
   * After which time a statement is given up.
   * @default Duration.minutes(30), Athena's own limit
   */
  readonly timeout?: Duration;

  /**
   * Who queries. It has to trust the account, so that pipelines may assume it.
   * @default a role of its own
   */
  readonly role?: iam.IRole;
}

/**
 * A table of the lake, made by Athena's SQL.
 *
 * As one task it makes, publishes and retires. The three are tasks of their own as well, so that a quality gate may stand
 * between `make` and `publish`: what it stops was never seen by a reader. They belong into the same run of a pipeline.
 *
 * Statements run as the transformation's own role: pipelines assume it for these states, and need no other right. One run
 * at a time; each can be repeated.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/ctas.html
 */
export class AthenaTransform extends Construct implements IPipelineTask, iam.IGrantable {
  /** The table, as readers see it. */
  public readonly dataset: IDataset;

  /** Who queries. */
  public readonly role: iam.IRole;

  /** Who is given access when the transformation is: its role. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly props: AthenaTransformProps;
  private readonly output: AthenaOutput;
  private readonly location: DataLocation;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `TransformWithoutLocation`, `NotAQuery`, `NotAStatement`, `InvalidTableName`
   */
  public constructor(scope: Construct, id: string, props: AthenaTransformProps) {
    super(scope, id);
    this.props = props;
    this.output = props.output ?? AthenaOutput.view();
    this.dataset = props.database.dataset(props.tableName);
    this.location =
      this.dataset.location ??
      refuse(
        'TransformWithoutLocation',
        `table "${props.tableName}" in a database without location`,
        'files need a place',
        'give the database a "location"',
      );
    checkSql(props.sql, this.output, props.tableName);
    this.role = props.role ?? this.makeRole();
    this.grantPrincipal = this.role.grantPrincipal;
    this.grantRights();
  }

  /** Makes the run's version, which nobody sees yet. @throws `NoVersions` with `AthenaOutput.statement()` */
  public get make(): IPipelineTask {
    this.needsVersions('make');
    return new TransformTask((scope, id, { runIdPath = RUN_ID }) => {
      const { databaseName: database, tableName: table } = this.dataset;
      return {
        states: buildStates(this.task(scope, id), {
          database,
          table,
          uri: this.location.uri,
          query: this.props.sql._expression(literal(`"${database}"."${table}"`)),
          options: this.output._options,
          runIdPath,
        }),
        reads: this.readDatasets(),
        writes: [],
      };
    });
  }

  /** Shows the run's version to readers. @throws `NoVersions` with `AthenaOutput.statement()` */
  public get publish(): IPipelineTask {
    this.needsVersions('publish');
    return new TransformTask((scope, id, context) => ({
      states: publishStates(this.task(scope, id), this.versions(context)),
      reads: [],
      writes: [this.dataset],
    }));
  }

  /**
   * Deletes earlier versions but the last `keepVersions`; fails, and deletes nothing, unless the run's own is the published
   * one. @throws `NoVersions` with `AthenaOutput.statement()`
   */
  public get retire(): IPipelineTask {
    this.needsVersions('retire');
    return new TransformTask((scope, id, context) => ({
      states: retireStates(this.task(scope, id), this.versions(context)),
      reads: [],
      writes: [],
    }));
  }

  /**
   * Build, publish and retire; with `AthenaOutput.statement()` the statement.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const reads = this.readDatasets();
    const writes = [this.dataset];
    if (this.output._kind === 'statement') {
      const task = this.task(scope, id);
      const { databaseName, tableName } = this.dataset;
      const text = this.props.sql._expression(literal(`"${databaseName}"."${tableName}"`));
      const start = nameTheRun(scope, id, context.runIdPath ?? RUN_ID);
      const state = oneState(scope, id, start.next(query(task, 'Statement', text)));
      return { start: state, ends: [state], reads, writes };
    }
    const parts = [this.make, this.publish, this.retire].map((task, index) =>
      task.bind(scope, `${id} ${['Make', 'Publish', 'Retire'][index]}`, context),
    );
    const states = parts.map(({ start }) => start as sfn.Parallel);
    const [make, publish, retire] = states as [sfn.Parallel, sfn.Parallel, sfn.Parallel];
    make.next(publish);
    publish.next(retire);
    return { start: make, ends: [retire], reads, writes };
  }

  /** @internal What a quality gate needs to look at the run's version. */
  public _admitReader(grantee: iam.IGrantable): void {
    this.needsVersions('version');
    grantVersion(this.props.database, this.dataset, grantee);
  }

  /** @internal The version's name, as JSONata. */
  public _versionExpression(): string {
    this.needsVersions('version');
    return versionName(this.dataset.databaseName, this.dataset.tableName);
  }

  private task(scope: Construct, id: string): TaskScope {
    const { workgroup, timeout = Duration.minutes(30) } = this.props;
    return { scope, id, role: this.role, workgroup, timeout };
  }

  private versions({ runIdPath = RUN_ID }: PipelineTaskContext): VersionsProps {
    const { bucket, prefix } = this.location;
    return {
      kind: this.output._kind === 'table' ? 'table' : 'view',
      database: this.dataset.databaseName,
      table: this.dataset.tableName,
      bucketName: bucket.bucketName,
      prefix: prefix === '' ? '' : `${prefix}/`,
      keepVersions: this.output._options.keepVersions ?? 1,
      runIdPath,
    };
  }

  private readDatasets(): IDataset[] {
    const named = this.props.sql._values.flatMap(({ _reads }) => (_reads ? [_reads] : []));
    return [...new Set([...(this.props.reads ?? []), ...named])];
  }

  private makeRole(): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.AccountPrincipal(Stack.of(this).account),
      description: `Makes the table ${this.props.tableName}`,
    });
    NagFindings.acknowledgeOwnPolicy(role, 'files and versions of tables have no fixed names');
    return role;
  }

  private grantRights(): void {
    const { database, workgroup, sql } = this.props;
    workgroup.grants.query(this.role);
    for (const dataset of this.readDatasets()) dataset.grants.read(this.role);
    for (const { _version } of sql._values) _version?._admitReader(this.role);
    if (this.output._kind === 'statement') grantStatement(this.dataset, this.location, this.role);
    else grantVersions(database, this.dataset, this.location, this.output._kind, this.role);
  }

  private needsVersions(what: string): void {
    if (this.output._kind !== 'statement') return;
    refuse(
      'NoVersions',
      `"${what}" of "${this.node.path}"`,
      'a statement changes the table in place',
      'use AthenaOutput.view() or declaredTable(), or the transformation as one task',
    );
  }
}

const RUN_ID = '$$.Execution.Name';

function checkSql(sql: AthenaSql, { _kind }: AthenaOutput, table: string): void {
  if (Token.isUnresolved(sql._text)) return;
  const begins = `"${sql._text.slice(0, 40)}" for table "${table}"`;
  if (_kind !== 'statement' && !sql._isQuery) {
    refuse('NotAQuery', begins, 'SELECT … or WITH …', 'give what stands after AS, or AthenaOutput.statement()');
  }
  if (_kind === 'statement' && sql._isQuery) {
    refuse('NotAStatement', begins, 'INSERT, MERGE, UPDATE, DELETE or UNLOAD', 'leave out AthenaOutput.statement()');
  }
}
