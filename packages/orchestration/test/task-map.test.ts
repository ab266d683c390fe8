import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { FailureThreshold, LakePipeline, RetryPreset, TaskMap } from '../src';
import { PolicyEvaluator, ResolvedApp } from './support';
import { aslErrors, definitionOf, Job, type StateJson, testStack } from './tasks.support';

describePipelineTask(
  'a map',
  (stack) => new TaskMap(stack, 'Tables', { task: new Job(stack, 'Load'), items: ['a', 'b'] }),
);

function mapOf(tolerated?: FailureThreshold): { map?: StateJson; definition: unknown } {
  const { stack } = testStack();
  const items = ['flights', 'airports', 'airlines'];
  const task = new TaskMap(stack, 'Tables', { task: new Job(stack, 'Load'), items, tolerated });
  new LakePipeline(stack, 'Nightly', { stages: [[task]] });
  const definition = definitionOf(ResolvedApp.of(stack));
  return { map: definition.States.Tables?.Branches?.[0]?.States['Tables map'], definition };
}

describe('a map', () => {
  test('runs its task for each item, some at a time, with the run id of the pipeline', () => {
    const { map, definition } = mapOf();
    expect(map).toMatchObject({
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 5,
      ItemSelector: { 'item.$': '$$.Map.Item.Value', 'runId.$': '$.runId' },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      ResultPath: null,
    });
    expect(JSON.stringify(map)).toContain('"--run_id.$":"$.runId"');
    expect(JSON.stringify(definition)).toContain(
      '"items":["flights","airports","airlines"],"runId.$":"$$.Execution.Name"',
    );
    expect(aslErrors(definition)).toEqual([]);
  });

  test('tolerates no failure unless it is told to', () => {
    // Step Functions' own default is none
    expect(Object.keys(mapOf().map ?? {}).filter((field) => field.startsWith('Tolerated'))).toEqual([]);
    expect(mapOf(FailureThreshold.items(2)).map).toMatchObject({ ToleratedFailureCount: 2 });
    expect(mapOf(FailureThreshold.percentage(10)).map).toMatchObject({ ToleratedFailurePercentage: 10 });
  });

  test('tolerating everything is refused: a map of which every item failed has not succeeded', () => {
    for (const percent of [0, 100, 101, Number.NaN]) {
      expect(() => FailureThreshold.percentage(percent)).toThrow(/^InvalidThreshold/);
    }
    for (const count of [0, -1, 1.5]) expect(() => FailureThreshold.items(count)).toThrow(/^InvalidThreshold/);
    expect(() => mapOf(FailureThreshold.items(3))).toThrow(/^InvalidThreshold: 3 of 3 items/);
  });

  test.each([{ items: [] as string[] }, { items: ['a'], maxConcurrency: 0 }, { items: ['a'], maxConcurrency: 1001 }])(
    'refused: %o',
    (props) => {
      const { stack } = testStack();
      expect(() => new TaskMap(stack, 'Tables', { task: new Job(stack, 'Load'), ...props })).toThrow(/^InvalidMap/);
    },
  );

  test('its machine may start executions of itself, and of no other', () => {
    const { stack } = testStack();
    const task = new TaskMap(stack, 'Tables', { task: new Job(stack, 'Load'), items: ['a'] });
    const pipeline = new LakePipeline(stack, 'Nightly', { stages: [[task]] });
    const evaluator = PolicyEvaluator.of(stack);
    const machine = evaluator.text(pipeline.stateMachine.stateMachineArn);
    expect(evaluator.decide(pipeline.role, 'states:StartExecution', machine)).toBe('allowed');
    expect(evaluator.decide(pipeline.role, 'states:StartExecution', `${machine}2`)).toBe('denied');
  });
});

describe('retry presets', () => {
  test.each([
    ['Athena', RetryPreset.athena()],
    ['Glue', RetryPreset.glue()],
    ['Lambda', RetryPreset.lambdaFunction()],
    ['ECS', RetryPreset.ecs()],
    ['DatabaseMigration', RetryPreset.dms()],
  ])('%s: only its own errors, never all of them, and with jitter where many come at once', (service, preset) => {
    const errors = preset.retries.flatMap(({ errors: names = [] }) => names);
    expect(errors.length).toBeGreaterThan(2);
    expect(errors.filter((name) => !name.startsWith(`${service}.`))).toEqual([]);
    expect(preset.retries.some(({ jitterStrategy }) => jitterStrategy === sfn.JitterType.FULL)).toBe(true);
  });

  test('are added to a state', () => {
    const { stack } = testStack();
    const state = new tasks.AthenaStartQueryExecution(stack, 'Query', { queryString: 'SELECT 1' });
    RetryPreset.athena().applyTo(state);
    expect(state.toStateJson()).toMatchObject({
      Retry: [{ BackoffRate: 2, MaxAttempts: 8, JitterStrategy: 'FULL', MaxDelaySeconds: 300 }],
    });
  });
});
