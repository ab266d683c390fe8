import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { LoadMode } from '../load-mode';
import type { ReplicationKind } from './dms-identity';

/** Each run of a pipeline loads into a folder of its own. */
export interface PerRunFolder {
  readonly endpointArn: string;
  /** Of the target. */
  readonly prefix: string;
}

export interface ReplicationStatesProps {
  readonly kind: ReplicationKind;
  readonly replicationArn: string;
  readonly mode: LoadMode;
  readonly perRun?: PerRunFolder;
  readonly runIdPath?: string;
}

/** How the API of the two kinds differs. */
const APIS = {
  'replication-config': {
    describe: 'describeReplications',
    filter: 'replication-config-arn',
    list: 'Replications',
    stats: 'ReplicationStats',
    start: 'startReplication',
    arnParameter: 'ReplicationConfigArn',
    typeParameter: 'StartReplicationType',
  },
  task: {
    describe: 'describeReplicationTasks',
    filter: 'replication-task-arn',
    list: 'ReplicationTasks',
    stats: 'ReplicationTaskStats',
    start: 'startReplicationTask',
    arnParameter: 'ReplicationTaskArn',
    typeParameter: 'StartReplicationTaskType',
  },
} as const;

/**
 * Look, start or go on, wait, look, until the load is done: Step Functions has no `.sync` form for DMS.
 *
 * All of it is the only branch of a Parallel state, so that the task is one state for those who retry or catch it, and the
 * input goes on unchanged whatever its shape.
 */
export function replicationStates(scope: Construct, id: string, props: ReplicationStatesProps): sfn.Parallel {
  const { mode } = props;
  const api = APIS[props.kind];
  const name = (part: string): string => `${id} ${part}`;
  const one = `$.${api.list}[0]`;

  const look = (part: string): tasks.CallAwsService => {
    const state = new tasks.CallAwsService(scope, name(part), {
      service: 'databasemigration',
      action: api.describe,
      parameters: { Filters: [{ Name: api.filter, Values: [props.replicationArn] }] },
      iamAction: `dms:${capital(api.describe)}`,
      // the action that lists replications knows no resource
      iamResources: ['*'],
      resultSelector: { [`${api.list}.$`]: `$.${api.list}` },
    });
    return state.addRetry(RETRIED) as tasks.CallAwsService;
  };
  const start = (part: string, startType: string): tasks.CallAwsService => {
    const state = new tasks.CallAwsService(scope, name(part), {
      service: 'databasemigration',
      action: api.start,
      parameters: { [api.arnParameter]: props.replicationArn, [api.typeParameter]: startType },
      iamAction: `dms:${capital(api.start)}`,
      iamResources: [props.replicationArn],
      resultPath: sfn.JsonPath.DISCARD,
    });
    return state.addRetry(RETRIED) as tasks.CallAwsService;
  };

  const seconds = (part: string, count: number) =>
    new sfn.Wait(scope, name(part), { time: sfn.WaitTime.duration(Duration.seconds(count)) });
  const succeeded = new sfn.Succeed(scope, name('Succeeded'));
  const failed = new sfn.Fail(scope, name('Failed'), {
    error: 'ReplicationFailed',
    causePath: sfn.JsonPath.format(
      'the replication did not do its work: {}',
      sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt(one)),
    ),
  });

  // After the start: wait, look, decide.
  const wait = seconds('Wait', 30);
  const watch = look('Watch');
  const is = (...states: string[]): sfn.Condition =>
    sfn.Condition.or(
      ...states.map((state) => sfn.Condition.stringEquals(`${one}.Status`, state)),
      // `or` wants two at least
      sfn.Condition.stringEquals(`${one}.Status`, `${states[0]}`.replaceAll('_', '-')),
    );
  const number = (path: string, least: number): sfn.Condition =>
    sfn.Condition.and(
      sfn.Condition.isPresent(`${one}.${api.stats}.${path}`),
      sfn.Condition.numberGreaterThanEquals(`${one}.${api.stats}.${path}`, least),
    );
  const loaded = number('FullLoadProgressPercent', 100);
  const lookedAgain = new sfn.Choice(scope, name('Ended')).when(
    sfn.Condition.or(is('failed', 'failed_provision', 'failed-provision'), number('TablesErrored', 1)),
    failed,
  );
  if (mode.follows) {
    lookedAgain
      .when(mode.loads ? sfn.Condition.and(is('running'), loaded) : is('running'), succeeded)
      .when(is('stopped', 'deprovisioned'), failed);
  } else {
    lookedAgain.when(sfn.Condition.and(is('stopped', 'deprovisioned'), loaded), succeeded);
    lookedAgain.when(is('stopped', 'deprovisioned'), failed);
  }
  lookedAgain.otherwise(wait);
  wait.next(watch).next(lookedAgain);

  // Before: what has it done so far?
  const first = look('Look');
  const startFresh = start('Start', 'start-replication').next(wait);
  const again = mode.follows
    ? start('Resume', 'resume-processing').next(wait)
    : start('Reload', 'reload-target').next(wait);
  const settle = seconds('Settle', 30);
  settle.next(first);
  // DMS forgets the statistics of one that it has deprovisioned, but not that it has run.
  const hasRun = sfn.Condition.or(
    is('stopped', 'deprovisioned'),
    sfn.Condition.isPresent(`${one}.${api.stats}.StartDate`),
  );
  const folder = props.perRun && folderState(scope, name('Folder'), props.perRun, props.runIdPath);
  const decide = new sfn.Choice(scope, name('Began'));
  const begin = new sfn.Choice(scope, name('Fresh'))
    .when(sfn.Condition.and(sfn.Condition.isPresent(one), sfn.Condition.not(is('created', 'ready')), hasRun), again)
    .otherwise(startFresh);
  const ready = folder ? folder.next(begin) : begin;
  decide
    .when(sfn.Condition.not(sfn.Condition.isPresent(one)), ready)
    .when(is('running'), mode.follows ? lookedAgain : settle)
    .when(is('created', 'ready', 'stopped', 'failed', 'failed_provision', 'failed-provision', 'deprovisioned'), ready)
    .when(is('stopping', 'modifying', 'moving', 'testing', 'creating'), settle)
    // A load that somebody else started may have read a table before our rows came: wait for its end, then load.
    .otherwise(mode.follows ? wait : settle);
  first.next(decide);

  return new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(first);
}

function folderState(scope: Construct, id: string, perRun: PerRunFolder, runIdPath = '$$.Execution.Name') {
  const prefix = perRun.prefix === '' ? '' : `${perRun.prefix}/`;
  return new tasks.CallAwsService(scope, id, {
    service: 'databasemigration',
    action: 'modifyEndpoint',
    parameters: {
      EndpointArn: perRun.endpointArn,
      S3Settings: { BucketFolder: sfn.JsonPath.format(`${prefix}load={}`, sfn.JsonPath.stringAt(runIdPath)) },
    },
    iamAction: 'dms:ModifyEndpoint',
    iamResources: [perRun.endpointArn],
    resultPath: sfn.JsonPath.DISCARD,
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const RETRIED: sfn.RetryProps = {
  errors: ['States.TaskFailed'],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 5,
};
