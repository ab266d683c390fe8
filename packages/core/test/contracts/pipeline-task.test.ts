import { Duration, type Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import type { IPipelineTask, PipelineTaskConfig } from '../../src';
import { describePipelineTask, PIPELINE_TASK_LAWS } from './pipeline-task';

/** Starts a crawler and waits for it: two ends, one for each way through. */
class Crawl implements IPipelineTask {
  public bind(scope: Construct, id: string): PipelineTaskConfig {
    const wait = new sfn.Wait(scope, `${id}: wait`, { time: sfn.WaitTime.duration(Duration.minutes(1)) });
    const start = call(scope, `${id}: start`, 'startCrawler').addCatch(wait, {
      errors: ['Glue.CrawlerRunningException'],
    });
    const done = new sfn.Pass(scope, `${id}: done`);
    const skipped = new sfn.Pass(scope, `${id}: skipped`);
    start.next(
      new sfn.Choice(scope, `${id}: anything new?`)
        .when(sfn.Condition.isPresent('$.LastCrawl'), done)
        .otherwise(skipped),
    );
    wait.next(done);
    return {
      start,
      ends: [done, skipped],
      reads: [],
      writes: [],
      failurePattern: { source: ['aws.glue'], detail: { state: ['Failed'] } },
    };
  }
}

describePipelineTask('a sample', () => new Crawl());

describe('the contract notices', () => {
  const broken = (change: (config: PipelineTaskConfig, scope: Construct, id: string) => PipelineTaskConfig) => {
    return (): IPipelineTask => ({
      bind: (scope, id) => change(new Crawl().bind(scope, id), scope, id),
    });
  };
  let kept: PipelineTaskConfig | undefined;

  test.each<[string, string, (stack: Stack) => IPipelineTask]>([
    [
      'one state for all',
      'each bind makes new states',
      () => {
        kept = undefined;
        return { bind: (scope, id) => (kept ??= new Crawl().bind(scope, id)) };
      },
    ],
    [
      'a state without the id',
      'the names of its states carry the id, so that a run can be read',
      broken((config, scope) => {
        for (const end of config.ends) end.next(new sfn.Pass(scope, 'Nameless'));
        return config;
      }),
    ],
    [
      'a state elsewhere',
      'its start and its ends live in the scope that they were bound in',
      (stack) => ({ bind: (_, id) => new Crawl().bind(stack, id) }),
    ],
    [
      'no end',
      'what follows is reached from every one of its ends, and it has at least one',
      broken((config) => ({ ...config, ends: [] })),
    ],
    [
      'an end that goes on already',
      'what follows is reached from every one of its ends, and it has at least one',
      broken((config, scope, id) => {
        config.ends[0]?.next(new sfn.Succeed(scope, `${id}: over`));
        return config;
      }),
    ],
    [
      'an end beside the way',
      'what follows is reached from every one of its ends, and it has at least one',
      broken((config, scope, id) => ({ ...config, ends: [new sfn.Pass(scope, `${id}: aside`)] })),
    ],
    [
      'a state that collides when bound twice',
      'it can be bound twice into one machine, one after the other',
      broken((config, scope) => {
        for (const end of config.ends) end.next(new sfn.Pass(scope, 'Nameless'));
        return config;
      }),
    ],
    [
      'an empty pattern',
      'its failure pattern is one that EventBridge takes',
      broken((config) => ({ ...config, failurePattern: {} })),
    ],
    [
      'a pattern with a bare text',
      'its failure pattern is one that EventBridge takes',
      broken((config) => ({ ...config, failurePattern: { source: ['aws.glue'], detail: { state: 'Failed' } } })),
    ],
    [
      'a table in capitals',
      'what it reads and writes has names that the catalog takes',
      broken((config) => ({ ...config, writes: [{ databaseName: 'raw', tableName: 'Orders' } as never] })),
    ],
    [
      'a wildcard of a service',
      'the machine gets no right to all actions of a service',
      broken((config, scope, id) => ({ ...config, start: call(scope, `${id}: all`, 'startCrawler', 'glue:*') })),
    ],
    [
      'an environment that it refuses',
      'a sandbox and production both take it',
      () => ({
        bind: () => {
          throw new Error('no');
        },
      }),
    ],
  ])('%s', (_, name, make) => {
    const law = PIPELINE_TASK_LAWS.find((each) => each.name === name);
    expect(law).toBeDefined();
    expect(() => law?.check(make)).toThrow();
  });
});

function call(scope: Construct, id: string, action: string, iamAction?: string): tasks.CallAwsService {
  return new tasks.CallAwsService(scope, id, {
    service: 'glue',
    action,
    parameters: { Name: 'crawler' },
    iamResources: ['*'],
    ...(iamAction ? { iamAction } : {}),
  });
}
