import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { LakePipeline, PipelineSchedule, PipelineStep, PipelineTrigger } from '../src';
import { dataIds, PolicyEvaluator, ResolvedApp } from './support';
import { aslErrors, definitionOf, Granting, Job, Steps, shape, template, testStack, Wide } from './tasks.support';

describePipelineTask('a step', (stack) => PipelineStep.of(new Job(stack, 'Orders'), { name: 'Take orders' }));

describe('the order of tasks', () => {
  test('stages run one after the other, their tasks side by side', () => {
    const { stack } = testStack();
    const [a, b, c, d] = ['A', 'B', 'C', 'D'].map((id) => new Job(stack, id)) as [Job, Job, Job, Job];
    new LakePipeline(stack, 'Nightly', { stages: [[a, b], [c], [d]] });
    expect(shape(definitionOf(ResolvedApp.of(stack)))).toEqual([[['A'], ['B']], 'C', 'D']);
  });

  test('a single stage runs side by side', () => {
    const { stack } = testStack();
    new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A'), new Job(stack, 'B')]] });
    expect(shape(definitionOf(ResolvedApp.of(stack)))).toEqual([[['A'], ['B']]]);
  });

  test('tasks run after those that write what they read; what has nothing to do with each other side by side', () => {
    const { stack } = testStack();
    const marts = new Job(stack, 'Marts', {
      reads: ['converted.flights', 'raw.airports'],
      writes: ['datasets.delays'],
    });
    const convert = new Job(stack, 'Convert', { reads: ['raw.flights'], writes: ['converted.flights'] });
    const ingest = new Job(stack, 'Ingest', { writes: ['raw.flights', 'raw.airports'] });
    const weather = new Job(stack, 'Weather', { writes: ['raw.weather'] });
    const report = new Job(stack, 'Report', { reads: ['raw.weather'] });
    new LakePipeline(stack, 'Nightly', { tasks: [marts, convert, ingest, weather, report] });
    expect(shape(definitionOf(ResolvedApp.of(stack)))).toEqual([
      [
        ['Ingest', 'Convert', 'Marts'],
        ['Weather', 'Report'],
      ],
    ]);
  });

  test('a fork that joins again: its arms run side by side', () => {
    const { stack } = testStack();
    const a = new Job(stack, 'A');
    const b = PipelineStep.of(new Job(stack, 'B'), { after: [a] });
    const b2 = PipelineStep.of(new Job(stack, 'B2'), { after: [b] });
    const c = PipelineStep.of(new Job(stack, 'C'), { after: [a] });
    const d = PipelineStep.of(new Job(stack, 'D'), { name: 'Last', after: [b2, c] });
    new LakePipeline(stack, 'Nightly', { tasks: [a, b, b2, c, d] });
    // D holds B2 and C together, so that C ends with B
    expect(shape(definitionOf(ResolvedApp.of(stack)))).toEqual(['A', [['B'], ['C']], 'B2', 'Last']);
  });
});

describe('states', () => {
  test('a task of several states is one, and the input goes on unchanged', () => {
    const { stack } = testStack();
    new LakePipeline(stack, 'Nightly', { stages: [[new Steps(stack, 'Several')], [new Job(stack, 'After')]] });
    const { States } = definitionOf(ResolvedApp.of(stack));
    expect(Object.keys(States)).toEqual(['Several', 'After']);
    expect(States.Several).toMatchObject({ Type: 'Parallel', ResultPath: null, Next: 'After' });
    expect(Object.keys(States.Several?.Branches?.[0]?.States ?? {})).toHaveLength(4);
  });

  test('no failure is caught: a run that ended in a Fail state could not be redriven from its task', () => {
    const { stack } = testStack();
    new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A'), new Job(stack, 'B')], [new Job(stack, 'C')]] });
    const text = JSON.stringify(definitionOf(ResolvedApp.of(stack)));
    expect(text).not.toContain('"Catch"');
    expect(text).not.toContain('"Fail"');
  });

  test('the definition is valid by the schema of Amazon States Language', () => {
    const { stack } = testStack();
    const tasks = [
      new Steps(stack, 'Several'),
      new Job(stack, 'A'),
      PipelineStep.of(new Job(stack, 'B'), { name: 'Übung' }),
    ];
    new LakePipeline(stack, 'Nightly', { stages: [tasks, [new Job(stack, 'C')]] });
    const definition = definitionOf(ResolvedApp.of(stack));
    expect(aslErrors(definition)).toEqual([]);
    expect(aslErrors({ ...definition, StartAt: 'Nowhere' })).not.toEqual([]);
  });

  test('runs end after 12 hours, are traced, and logged without their data', () => {
    const { stack } = testStack();
    new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A')]] });
    expect(definitionOf(ResolvedApp.of(stack))).toMatchObject({ TimeoutSeconds: 43_200 });
    template(stack).hasResourceProperties('AWS::StepFunctions::StateMachine', {
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });

  test('knows what its tasks read, write, and how they fail', () => {
    const { stack } = testStack();
    const pipeline = new LakePipeline(stack, 'Nightly', {
      stages: [
        [new Job(stack, 'A', { reads: ['raw.a'], writes: ['converted.a'] })],
        [new Job(stack, 'B', { reads: ['raw.a'] })],
      ],
    });
    expect(pipeline.taskNames).toEqual(['A', 'B']);
    expect(pipeline.reads.map(({ tableName }) => tableName)).toEqual(['a']);
    expect(pipeline.writes.map(({ databaseName }) => databaseName)).toEqual(['converted']);
    expect(pipeline.failurePatterns).toHaveLength(2);
  });
});

describe('the role', () => {
  test('may start what its tasks run, and not their neighbours', () => {
    const { stack } = testStack();
    const pipeline = new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A')]] });
    const evaluator = PolicyEvaluator.of(stack);
    const job = (name: string): string => `arn:aws:glue:eu-west-1:111111111111:job/${name}`;
    expect(evaluator.decide(pipeline.role, 'glue:StartJobRun', job('job-A'))).toBe('allowed');
    expect(evaluator.decide(pipeline.role, 'glue:StartJobRun', job('job-B'))).toBe('denied');
    for (const action of ['glue:DeleteJob', 's3:GetObject', 'lambda:InvokeFunction', 'states:StartExecution']) {
      expect(evaluator.decide(pipeline.role, action, '*')).toBe('denied');
    }
  });

  test('gets what tasks grant to whom their states act as', () => {
    const { stack } = testStack();
    const pipeline = new LakePipeline(stack, 'Nightly', { stages: [[new Granting(stack, 'A')]] });
    const evaluator = PolicyEvaluator.of(stack);
    expect(evaluator.decide(pipeline.role, 's3:GetObject', 'arn:aws:s3:::bucket/a')).toBe('allowed');
    expect(evaluator.decide(pipeline.role, 's3:GetObject', 'arn:aws:s3:::bucket/b')).toBe('denied');
  });

  test('a task whose states bring rights on all data is told of', () => {
    const { stack } = testStack();
    new LakePipeline(stack, 'Nightly', { stages: [[new Wide(stack, 'A')]] });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('s3:getObject'));
    expect(warnings).toHaveLength(1);
    const { stack: narrow } = testStack();
    new LakePipeline(narrow, 'Nightly', { stages: [[new Granting(narrow, 'A'), new Job(narrow, 'B')]] });
    expect(Annotations.fromStack(narrow).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test('a policy beyond the limit of IAM is split', () => {
    const { stack } = testStack();
    const jobs = Array.from({ length: 200 }, (_, index) => new Job(stack, `conversion-of-table-${index}`));
    new LakePipeline(stack, 'Nightly', { stages: [jobs] });
    const role = ResolvedApp.of(stack)
      .resources('AWS::IAM::Role')
      .find(({ id }) => id.startsWith('NightlyRole'))?.id;
    const sizes = (type: string): number[] =>
      ResolvedApp.of(stack)
        .resources(type)
        .filter(({ properties }) => [properties.Roles].flat().includes(role))
        .map(({ properties }) => JSON.stringify(properties.PolicyDocument).length);
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    expect(sizes('AWS::IAM::Policy').reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_240);
    expect(sizes('AWS::IAM::ManagedPolicy').length).toBeGreaterThan(0);
    expect(Math.max(...sizes('AWS::IAM::ManagedPolicy'))).toBeLessThanOrEqual(6144);
  });
});

describe('triggers', () => {
  const one = (props: Partial<ConstructorParameters<typeof LakePipeline>[2]> = {}) => {
    const { stack } = testStack();
    const pipeline = new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A')]], ...props });
    return { stack, pipeline };
  };

  test('a schedule has a time zone, and asks the queue', () => {
    const schedule = PipelineSchedule.daily({ hour: 3, timeZone: TimeZone.EUROPE_BERLIN });
    const { stack } = one({ schedule });
    template(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'ENABLED',
      Target: Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Triggers'), 'Arn'] } }),
    });
  });

  test.each([
    [PipelineSchedule.cron({ minute: '30', hour: '6', weekDay: 'MON-FRI' }), 'cron(30 6 ? * MON-FRI *)'],
    [PipelineSchedule.cron({ day: '1', hour: '0' }), 'cron(0 0 1 * ? *)'],
    [PipelineSchedule.every(Duration.hours(6)), 'rate(6 hours)'],
  ])('schedule %#', (schedule, expression) => {
    const { stack } = one({ schedule });
    template(stack).hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: expression });
  });

  test('without one there is none', () => {
    template(one().stack).resourceCountIs('AWS::Scheduler::Schedule', 0);
  });

  test('arrivals, successes and events of others go to the queue; what the queue refuses to the dead letters', () => {
    const { stack } = testStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw');
    const machineArn = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Upstream';
    const upstream = sfn.StateMachine.fromStateMachineArn(stack, 'Upstream', machineArn);
    new LakePipeline(stack, 'Nightly', {
      stages: [[new Job(stack, 'A')]],
      triggers: [
        PipelineTrigger.onArrival(DataLocation.of(bucket, 'orders')),
        PipelineTrigger.afterSuccess(upstream),
        PipelineTrigger.onEvent({ source: ['my.app'] }),
        PipelineTrigger.onSchedule(PipelineSchedule.daily({ hour: 12 })),
      ],
    });
    const rules = ResolvedApp.of(stack).resources('AWS::Events::Rule');
    expect(rules.map(({ properties }) => properties.EventPattern)).toEqual([
      {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['raw'] }, object: { key: [{ prefix: 'orders/' }] } },
      },
      {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machineArn], status: ['SUCCEEDED'] },
      },
      { source: ['my.app'] },
    ]);
    for (const { properties } of rules) {
      expect(properties.Targets).toMatchObject([{ Arn: expect.stringMatching(/Triggers/), DeadLetterConfig: {} }]);
    }
    template(stack).resourceCountIs('AWS::Scheduler::Schedule', 1);
  });

  test('a paused pipeline keeps what arrives, and starts nothing', () => {
    const { stack } = one({ paused: true, schedule: PipelineSchedule.daily({ hour: 3 }) });
    template(stack).hasResourceProperties('AWS::Scheduler::Schedule', { State: 'DISABLED' });
    template(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', { Enabled: false });
    template(stack).hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 1_209_600,
      RedrivePolicy: Match.anyValue(),
    });
  });

  test('a message outlives the longest run', () => {
    for (const timeout of [Duration.hours(1), Duration.hours(12), Duration.days(30)]) {
      const { stack } = one({ timeout });
      const queues = ResolvedApp.of(stack).resources('AWS::SQS::Queue');
      const triggers = queues.find(({ properties }) => properties.RedrivePolicy !== undefined);
      const { VisibilityTimeout, RedrivePolicy } = (triggers?.properties ?? {}) as never as QueueProperties;
      expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThan(timeout.toSeconds());
    }
  });

  test('the starter may start this machine, and no other', () => {
    const { stack, pipeline } = one();
    const evaluator = PolicyEvaluator.of(stack);
    const role = evaluator.app.resources('AWS::IAM::Role').find(({ id }) => id.includes('RunsStartRole'))?.id;
    const starter = `arn:aws:iam::111111111111:role/${role}`;
    const machine = pipeline.stateMachine.stateMachineArn;
    const other = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Other';
    const run = evaluator.text(machine).replace(':stateMachine:', ':execution:');
    expect(evaluator.decide(starter, 'states:StartExecution', machine)).toBe('allowed');
    expect(evaluator.decide(starter, 'states:StartExecution', other)).toBe('denied');
    expect(evaluator.decide(starter, 'states:DescribeExecution', `${run}:run-1`)).toBe('allowed');
    expect(evaluator.decide(starter, 'states:DescribeExecution', `${run}2:run-1`)).toBe('denied');
    expect(evaluator.decide(starter, 'states:StopExecution', `${run}:run-1`)).toBe('denied');
  });

  test('who may trigger may not start; who may read may do neither', () => {
    const { stack, pipeline } = one();
    const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
    const [trigger, start, read] = [role('Trigger'), role('Start'), role('Read')];
    pipeline.grants.trigger(trigger);
    pipeline.grants.start(start);
    pipeline.grants.read(read);
    const evaluator = PolicyEvaluator.of(stack);
    const machine = pipeline.stateMachine.stateMachineArn;
    const decisions = [trigger, start, read].map((who) => [
      evaluator.decide(who, 'sqs:SendMessage', pipeline.triggerQueue.queueArn),
      evaluator.decide(who, 'states:StartExecution', machine),
      evaluator.decide(who, 'states:ListExecutions', machine),
    ]);
    expect(decisions).toEqual([
      ['allowed', 'denied', 'denied'],
      ['denied', 'allowed', 'allowed'],
      ['denied', 'denied', 'allowed'],
    ]);
  });
});

interface QueueProperties {
  readonly VisibilityTimeout: number;
  readonly RedrivePolicy: { readonly maxReceiveCount: number };
}

describe('refused input', () => {
  test.each<[string, (stack: Stack) => ConstructorParameters<typeof LakePipeline>[2]]>([
    ['NoTasks', () => ({})],
    ['NoTasks', () => ({ stages: [] })],
    ['NoTasks', (stack) => ({ stages: [[new Job(stack, 'A')], []] })],
    ['StagesAndTasks', (stack) => ({ stages: [[new Job(stack, 'A')]], tasks: [new Job(stack, 'B')] })],
    ['TaskWithoutName', (stack) => ({ stages: [[{ bind: (s, id, c) => new Job(stack, 'A').bind(s, id, c) }]] })],
    ['InvalidTaskName', (stack) => ({ stages: [[PipelineStep.of(new Job(stack, 'A'), { name: 'a'.repeat(61) })]] })],
    ['InvalidTaskName', (stack) => ({ stages: [[PipelineStep.of(new Job(stack, 'A'), { name: '' })]] })],
    [
      'TaskNamedTwice',
      (stack) => {
        const a = new Job(stack, 'A');
        return { stages: [[a], [a]] };
      },
    ],
    [
      'UnknownPredecessor',
      (stack) => ({ tasks: [PipelineStep.of(new Job(stack, 'A'), { after: [new Job(stack, 'B')] })] }),
    ],
    [
      'TasksInACircle',
      (stack) => ({
        tasks: [
          new Job(stack, 'A', { reads: ['b.b'], writes: ['a.a'] }),
          new Job(stack, 'B', { reads: ['a.a'], writes: ['b.b'] }),
        ],
      }),
    ],
    [
      'ArrivalsFromElsewhere',
      (stack) => ({
        stages: [[new Job(stack, 'A')]],
        triggers: [
          PipelineTrigger.onArrival(
            DataLocation.of(s3.Bucket.fromBucketAttributes(stack, 'Raw', { bucketName: 'raw', region: 'us-east-1' })),
          ),
        ],
      }),
    ],
  ])('%s %#', (code, props) => {
    const { app } = testStack();
    const stack = new Stack(app, 'Here', { env: { account: '111111111111', region: 'eu-west-1' } });
    expect(() => new LakePipeline(stack, 'Nightly', props(stack))).toThrow(new RegExp(`^${code}: .* → .* → `));
  });
});

test('the ids of what holds messages and history stay', () => {
  const { stack } = testStack();
  new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A')]], environment: LakeEnvironment.sandbox() });
  const ids = dataIds(stack, 'AWS::StepFunctions::StateMachine', 'AWS::SQS::Queue');
  expect(Object.keys(ids).sort()).toEqual([
    'NightlyLog3CD6E723',
    'NightlyRunsDeadLetters22035C20',
    'NightlyRunsStartLog1372140C',
    'NightlyRunsTriggers38E01481',
    'NightlyStateMachineF28BA435',
  ]);
});

test('a further task changes no id of those that were there', () => {
  const make = (more: boolean): string[] => {
    const { stack } = testStack();
    const jobs = ['A', 'B', ...(more ? ['C'] : [])].map((id) => new Job(stack, id));
    new LakePipeline(stack, 'Nightly', {
      stages: jobs.map((job) => [job]),
      schedule: PipelineSchedule.daily({ hour: 1 }),
    });
    return Object.keys(template(stack).toJSON().Resources);
  };
  expect(make(true)).toEqual(expect.arrayContaining(make(false)));
});
