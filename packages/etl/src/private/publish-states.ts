import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { concat, field, literal } from './jsonata';
import { RoleTask, retryThrottled } from './role-task';
import { catalogCall, nameTheRun, oneState, query, type TaskScope, versionName } from './transform-parts';

export interface VersionsProps {
  readonly kind: 'view' | 'table';
  readonly database: string;
  readonly table: string;
  readonly bucketName: string;
  /** Below which each run has its folder, with a slash at its end. */
  readonly prefix: string;
  readonly keepVersions: number;
  readonly runIdPath: string;
}

/** As many as a state's result can hold, which is 256 KB at most, with keys of 1 KB each. */
const MOST_OBJECTS = 150;

/** Moves the name to this run's version: readers see the old one or the new one, never half of it. */
export function publishStates(task: TaskScope, props: VersionsProps): sfn.Parallel {
  const { database, table } = props;
  const start = nameTheRun(task.scope, task.id, props.runIdPath);
  if (props.kind === 'view') {
    const text = concat([
      literal(`CREATE OR REPLACE VIEW "${database}"."${table}" AS SELECT * FROM `),
      versionName(database, table),
    ]);
    return oneState(task.scope, task.id, start.next(query(task, 'Replace view', text, { again: true })));
  }
  const find = catalogCall(
    task,
    'Find version',
    'getTable',
    { DatabaseName: database, Name: field(`${literal(`${table}_`)} & $run`) },
    { location: '{% $states.result.Table.StorageDescriptor.Location %}' },
  );
  const text = concat([
    literal(`ALTER TABLE \`${database}\`.\`${table}\` SET LOCATION '`),
    '$states.input.location',
    literal("'"),
  ]);
  return oneState(task.scope, task.id, start.next(find).next(query(task, 'Set location', text, { again: true })));
}

/**
 * Deletes the versions before the published one, but those that are kept: tables first, since what is left of a run is found
 * by its folder. Does nothing unless this run's version is the published one.
 */
export function retireStates(task: TaskScope, props: VersionsProps): sfn.Parallel {
  const { scope, id, role } = task;
  const { database, table, bucketName, prefix } = props;
  const call = (name: string, action: string, args: Record<string, unknown>, outputs: unknown): RoleTask => {
    const integration = `aws-sdk:s3:${action}`;
    const state = new RoleTask(scope, `${id} ${name}`, { integration, role, arguments: args, outputs });
    retryThrottled(state, 'S3.SlowDownException', 'S3.InternalErrorException', 'S3.S3Exception');
    return state;
  };
  const shown =
    props.kind === 'table'
      ? '$contains($states.result.Table.StorageDescriptor.Location, $folder)'
      : `$contains($base64decode($substringBefore($substringAfter($states.result.Table.ViewOriginalText, "Presto View: "), " *")), ${literal(`${table}_`)} & $run)`;
  const check = catalogCall(task, 'Look', 'getTable', { DatabaseName: database, Name: table }, { shown: field(shown) });
  const earlier = `$sort($states.result.CommonPrefixes.$substringBefore($substringAfter(Prefix, ${literal(prefix)}), "/"))[$ < $folder]`;
  const find = call(
    'Find old',
    'listObjectsV2',
    { Bucket: bucketName, Prefix: prefix, Delimiter: '/' },
    {
      folders: field(
        `($old := [${earlier}]; $n := $count($old) - ${props.keepVersions}; [$filter($old, function($v, $i) { $i < $n })])`,
      ),
    },
  );
  const dropTables = catalogCall(
    task,
    'Drop',
    'batchDeleteTable',
    {
      DatabaseName: database,
      TablesToDelete: ['', '_staging'].map((suffix) =>
        field(`${literal(`${table}_`)} & $substringAfter($states.input, "_") & ${literal(suffix)}`),
      ),
    },
    { prefix: field(`${literal(prefix)} & $states.input & "/"`) },
  );
  const list = call(
    'List',
    'listObjectsV2',
    { Bucket: bucketName, Prefix: '{% $states.input.prefix %}', MaxKeys: MOST_OBJECTS },
    { prefix: '{% $states.input.prefix %}', objects: '{% [$states.result.Contents.{"Key": Key}] %}' },
  );
  const remove = call(
    'Delete',
    'deleteObjects',
    { Bucket: bucketName, Delete: { Objects: '{% $states.input.objects %}', Quiet: true } },
    // what can't be deleted would be listed for ever
    '{% $exists($states.result.Errors[0]) ? $error("objects could not be deleted: " & $string($states.result.Errors)) : $states.input %}',
  );
  const more = sfn.Choice.jsonata(scope, `${id} More?`)
    .when(sfn.Condition.jsonata('{% $count($states.input.objects) > 0 %}'), remove.next(list))
    .otherwise(new sfn.Pass(scope, `${id} Deleted`));
  const each = sfn.Map.jsonata(scope, `${id} Each old`, {
    items: sfn.ProvideItems.jsonata('{% $states.input.folders %}'),
    maxConcurrency: 4,
    outputs: {},
  }).itemProcessor(dropTables.next(list).next(more));
  const published = sfn.Choice.jsonata(scope, `${id} Published?`)
    .when(sfn.Condition.jsonata('{% $states.input.shown %}'), find.next(each))
    .otherwise(
      new sfn.Fail(scope, `${id} Not published`, {
        error: 'NotPublished',
        cause: `${table} doesn't show the version of this run: nothing was deleted`,
      }),
    );
  return oneState(scope, id, nameTheRun(scope, id, props.runIdPath).next(check).next(published));
}
