import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { ServiceError } from '../../../src/services/service';
import type { StatesService } from '../../../src/services/states';
import { chain, inside } from './cases/case';
import { fakeService, ROLE, TestLake } from './harness';

let ran: string[];
let broken: string | undefined;
let lake: TestLake;
let states: StatesService;
const ARN = 'arn:aws:states:eu-west-1:111111111111:stateMachine:m';

beforeEach(async () => {
  ran = [];
  broken = undefined;
  lake = await TestLake.open([
    fakeService('glue', {
      tasks: {
        'glue:startJobRun.sync': async ({ JobName, Run }) => {
          ran.push(JobName);
          if (JobName === broken) throw new ServiceError('InternalServiceException', 'down');
          return { output: { JobName, Run } };
        },
      },
    }),
  ]);
  states = lake.service('states') as StatesService;
});
afterEach(async () => await lake.close());

const job = (JobName: unknown, rest: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Parameters: typeof JobName === 'string' ? { JobName, 'Run.$': '$run' } : JobName,
  ResultPath: null,
  ...rest,
});

const MACHINE = chain({
  'Name the run': { Type: 'Pass', Assign: { 'run.$': '$$.Execution.Name' } },
  Ingest: job('ingest'),
  Convert: {
    Type: 'Parallel',
    ResultPath: '$.converted',
    Branches: [
      chain({ Flights: job('flights'), Compact: job('compact') }),
      inside({ Type: 'Pass', Result: 'airports' }, 'Airports'),
      inside(
        {
          Type: 'Map',
          ItemsPath: '$.tables',
          ItemProcessor: chain({
            Copy: job({ 'JobName.$': '$' }),
            Count: job({ 'JobName.$': "States.Format('n {}', $)" }),
          }),
        },
        'Each table',
      ),
    ],
  },
  'Marts (task)': { Type: 'Parallel', ResultPath: null, Branches: [chain({ Marts: job('marts') })] },
  Gate: job({ JobName: 'gate', 'Execution.$': '$$.Execution' }),
});

async function first(): Promise<ApiShape> {
  await lake.states('CreateStateMachine', { name: 'm', roleArn: ROLE, definition: JSON.stringify(MACHINE) });
  const input = JSON.stringify({ tables: ['x', 'y'] });
  const { executionArn } = await lake.states('StartExecution', { stateMachineArn: ARN, name: 'whole', input });
  const ended = await lake.finished(executionArn);
  ran = [];
  return ended;
}

describe('a run from a task', () => {
  it.each<[string, string[]]>([
    ['Gate', ['gate']],
    ['Marts', ['marts', 'gate']],
    ['Compact', ['compact', 'marts', 'gate']],
    ['Flights', ['flights', 'compact', 'marts', 'gate']],
    ['Count', ['n x', 'n y', 'marts', 'gate']],
    ['Each table', ['x', 'n x', 'y', 'n y', 'marts', 'gate']],
    ['Ingest', ['ingest', 'flights', 'x', 'y', 'n x', 'n y', 'compact', 'marts', 'gate']],
  ])('%s', async (task, wanted) => {
    const whole = await first();
    const ended = await lake.finished(states.startFrom(ARN, task));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: whole.output });
    expect([...ran].sort()).toEqual([...wanted].sort());
  });

  it('has the variables of the run that came there', async () => {
    await first();
    const arn = states.startFrom(ARN, 'Compact');
    await lake.finished(arn);
    const { events } = await lake.states('GetExecutionHistory', { executionArn: arn });
    const scheduled = events.find(({ type }: ApiShape) => type === 'TaskScheduled');
    expect(JSON.parse(scheduled.taskScheduledEventDetails.parameters)).toEqual({ JobName: 'compact', Run: 'whole' });
  });

  it.each(['Compact', 'Count', 'Gate'])('%s, again and again, goes by the name of the whole run', async (task) => {
    const whole = await first();
    const gateOf = async (executionArn: string) => {
      const { events } = await lake.states('GetExecutionHistory', { executionArn });
      const details = events.map(({ taskScheduledEventDetails }: ApiShape) => taskScheduledEventDetails);
      return JSON.parse(details.findLast((one: ApiShape) => one?.parameters.includes('gate')).parameters).Execution;
    };
    const { StartTime } = await gateOf(whole.executionArn);
    for (const count of [1, 2, 3]) {
      const arn = states.startFrom(ARN, task);
      expect(await lake.finished(arn)).toMatchObject({ status: 'SUCCEEDED', output: whole.output });
      expect(await gateOf(arn)).toMatchObject({ Name: 'whole', Id: arn, RedriveCount: count, StartTime });
    }
    for (const count of [4, 5]) {
      const alone = states.startOnly(ARN, 'Gate');
      await lake.finished(alone);
      expect(await gateOf(alone)).toMatchObject({ Name: 'whole', RedriveCount: count });
    }
  });

  it('can be redriven like another', async () => {
    await first();
    broken = 'marts';
    const arn = states.startFrom(ARN, 'Compact');
    expect(await lake.finished(arn)).toMatchObject({ status: 'FAILED' });
    [broken, ran] = [undefined, []];
    await lake.states('RedriveExecution', { executionArn: arn });
    expect(await lake.finished(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(ran).toEqual(['marts', 'gate']);
  });

  it('lists the names where none is called so', async () => {
    await first();
    expect(() => states.startFrom(ARN, 'Nope')).toThrow(
      /no state is called "Nope" → one of: Name the run, Ingest, Convert, Flights, Compact, Airports, Each table, Copy, Count, Marts \(task\), Marts, Gate/,
    );
  });

  it('is refused where no run has come there, or its neighbours have not ended', async () => {
    broken = 'flights';
    await first();
    expect(() => states.startFrom(ARN, 'Gate')).toThrow(/no run has come to "Gate" yet/);
    expect(() => states.startFrom(ARN, 'Each table')).toThrow(/has not ended "Flights" → run the pipeline whole first/);
  });
});

describe('one task alone', () => {
  it('ends with it, and is no run of the pipeline', async () => {
    await first();
    const seen: unknown[] = [];
    lake.events.subscribe(({ source }) => seen.push(source));
    expect(await lake.finished(states.startOnly(ARN, 'Compact'))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await lake.finished(states.startOnly(ARN, 'Marts'))).toMatchObject({ status: 'SUCCEEDED' });
    expect(ran).toEqual(['compact', 'marts']);
    expect(seen).toEqual([]);
  });

  it('is refused for a state that runs once for each item', async () => {
    await first();
    expect(() => states.startOnly(ARN, 'Copy')).toThrow(/runs once for each item of a Map → name the Map/);
  });
});
