import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { AthenaViewOptions } from '../athena-output';
import { concat, field, literal } from './jsonata';
import { RoleTask, retryThrottled } from './role-task';
import { catalogCall, nameTheRun, oneState, query, type TaskScope, versionName } from './transform-parts';

export interface BuildProps {
  readonly database: string;
  readonly table: string;
  /** `s3://bucket/prefix/`, below which each run has its folder. */
  readonly uri: string;
  /** The query, as JSONata. */
  readonly query: string;
  readonly options: AthenaViewOptions;
  readonly runIdPath: string;
}

/** Athena writes no more partitions in one statement. */
const MOST_PARTITIONS = 100;

/**
 * Makes this run's version. What an earlier attempt of the run left behind is dropped first, and each statement writes to a
 * prefix of its own, as CTAS wants it empty.
 */
export function buildStates(task: TaskScope, props: BuildProps): sfn.Parallel {
  const { scope, id } = task;
  const { database, table, options } = props;
  const partitions = options.partitionedBy ?? [];
  const start = nameTheRun(scope, id, props.runIdPath);
  const clear = catalogCall(task, 'Clear', 'batchDeleteTable', {
    DatabaseName: database,
    TablesToDelete: [field(`${literal(`${table}_`)} & $run`), field(`${literal(`${table}_`)} & $run & "_staging"`)],
  });
  const ctas = (name: string, attempt: string, again: boolean): RoleTask => {
    const text = concat([createAs(props, '', attempt, true), literal(' AS\n'), props.query]);
    return query(task, name, text, { again });
  };
  const first = start.next(clear);
  if (partitions.length === 0) return oneState(scope, id, first.next(ctas('Create', 'a', true)));

  const make = ctas('Create', 'a', false);
  const batched = inBatches(task, props, partitions);
  const which = sfn.Choice.jsonata(scope, `${id} Too many partitions?`)
    .when(sfn.Condition.jsonata(field('$contains($states.input.Cause, "TOO_MANY_OPEN_PARTITIONS")')), batched)
    .otherwise(ctas('Create again', 'b', false));
  make.addCatch(which, { errors: ['States.TaskFailed'] });
  return oneState(scope, id, first.next(make));
}

/** The query's result is written once, without partitions, and then taken over by 100 partitions at a time. */
function inBatches(task: TaskScope, props: BuildProps, partitions: string[]): sfn.Chain {
  const { scope, id, role } = task;
  const { database, table } = props;
  const staging = versionName(database, table, '_staging');
  const version = versionName(database, table);
  const keys = partitions
    .map((name, index) => `coalesce('v' || CAST("${name}" AS varchar), 'n') AS k${index}`)
    .join(', ');
  const distinct = concat([literal(`SELECT DISTINCT ${keys} FROM `), staging]);

  const stage = query(
    task,
    'Stage',
    concat([createAs(props, '_staging', 'staging', false), literal(' AS\n'), props.query]),
    { again: true },
  );
  const count = query(task, 'Count', concat([literal('SELECT count(*) FROM ('), distinct, literal(')')]), {
    again: true,
    outputs: { id: '{% $states.result.QueryExecution.QueryExecutionId %}' },
  });
  const read = new RoleTask(scope, `${id} Read count`, {
    integration: 'athena:getQueryResults',
    role,
    arguments: { QueryExecutionId: '{% $states.input.id %}' },
    outputs: {
      batches: field(
        `[0..$ceil($number($states.result.ResultSet.Rows[1].Data[0].VarCharValue) / ${MOST_PARTITIONS}) - 1]`,
      ),
    },
  });
  retryThrottled(read, 'Athena.TooManyRequestsException', 'Athena.InternalServerException');
  const empty = query(
    task,
    'Create empty',
    concat([createAs(props, '', 'batches', true), literal(' AS\nSELECT * FROM '), staging, literal('\nWITH NO DATA')]),
    { outputs: '{% $states.input %}' },
  );
  const all = partitions.map((_, index) => `k${index}`).join(', ');
  const same = partitions.map((name, index) => `coalesce('v' || CAST(s."${name}" AS varchar), 'n') = b.k${index}`);
  const fill = query(
    task,
    'Fill',
    concat([
      literal('INSERT INTO '),
      version,
      literal('\nSELECT s.* FROM '),
      staging,
      literal(` s JOIN (\n  SELECT ${all}, row_number() OVER (ORDER BY ${all}) AS n FROM (`),
      distinct,
      literal(`)\n) b ON ${same.join(' AND ')}\nWHERE (b.n - 1) / ${MOST_PARTITIONS} = `),
      '$string($states.input)',
    ]),
  );
  const each = sfn.Map.jsonata(scope, `${id} Fill all`, {
    items: sfn.ProvideItems.jsonata('{% $states.input.batches %}'),
    // one after the other: Athena's queries at a time are few, and shared
    maxConcurrency: 1,
    outputs: {},
  }).itemProcessor(fill);
  const drop = catalogCall(task, 'Drop staging', 'batchDeleteTable', {
    DatabaseName: database,
    TablesToDelete: [field(`${literal(`${table}_`)} & $run & "_staging"`)],
  });
  return stage.next(count).next(read).next(empty).next(each).next(drop);
}

/** `CREATE TABLE … WITH (…)`, as JSONata. */
function createAs(props: BuildProps, suffix: string, attempt: string, partitioned: boolean): string {
  const { format = 'PARQUET', compression, partitionedBy = [] } = props.options;
  const columns = partitionedBy.map((name) => `'${name}'`).join(', ');
  const properties = [
    `format = '${format}'`,
    ...(compression ? [`write_compression = '${compression}'`] : []),
    ...(partitioned && columns !== '' ? [`partitioned_by = ARRAY[${columns}]`] : []),
  ];
  return concat([
    literal('CREATE TABLE '),
    versionName(props.database, props.table, suffix),
    literal(` WITH (${properties.join(', ')}, external_location = '${props.uri}`),
    '$folder',
    literal(`/${attempt}`),
    '$string($states.context.Execution.RedriveCount)',
    literal('-'),
    '$string($states.context.State.RetryCount)',
    literal("/')"),
  ]);
}
