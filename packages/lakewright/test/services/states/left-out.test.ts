import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MissingTool } from '../../../src/host/missing-tool';
import type { ApiShape } from '../../../src/services/api-shape';
import { ServiceError } from '../../../src/services/service';
import { fakeService, TestLake } from './harness';

/** Jobs by name, in the order in which they ran; for those in `lacking` the machine has no Python, `broken` fail. */
let ran: string[];
let lacking: Set<string>;
let broken: Set<string>;
let lake: TestLake;

beforeEach(async () => {
  ran = [];
  lacking = new Set(['spark']);
  broken = new Set();
  const run = async ({ JobName }: ApiShape) => {
    ran.push(JobName);
    // The others end after what is left out.
    await new Promise((resolve) => setTimeout(resolve, lacking.has(JobName) ? 0 : 10));
    if (lacking.has(JobName)) {
      const text = 'no Python 3 → Python 3.10 or 3.11 is needed → install it';
      throw new MissingTool('LW_PYTHON_MISSING', text, { tool: 'python', python: [10, 11] });
    }
    if (broken.has(JobName)) throw new ServiceError('InternalServiceException', `${JobName} is down`);
    return { output: { JobName } };
  };
  lake = await TestLake.open([
    fakeService('glue', {
      tasks: { 'glue:startJobRun.sync': run },
      operations: { GetJobRun: async (input) => (await run(input)).output },
    }),
  ]);
});
afterEach(async () => await lake.close());

const job = (JobName: unknown, rest: Record<string, unknown> = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Parameters: typeof JobName === 'string' ? { JobName } : JobName,
  ...rest,
});
const alone = (name: string, state: unknown) => ({ StartAt: name, States: { [name]: state } });

/** `name outcome cause` of each state's end, in order. */
const ends = (): string[] =>
  lake.traces
    .filter(({ kind }) => kind === 'exited')
    .map(({ name, outcome, cause }) => [name, outcome, cause].filter(Boolean).join(' '));

const LACKS = 'no Python 3 → Python 3.10 or 3.11 is needed';
const BECAUSE = 'spark was left out';

describe('a task that a tool is missing for', () => {
  it('ends the sequence: what follows is skipped because of it, Retry and Catch see nothing', async () => {
    const retry = {
      Retry: [{ ErrorEquals: ['States.ALL'] }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'rescue' }],
    };
    const result = await lake.run({
      StartAt: 'first',
      States: {
        first: job('first', { Next: 'spark' }),
        spark: job('spark', { ...retry, Next: 'which' }),
        which: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'one' }], Default: 'no' },
        one: job('one', { Next: 'both' }),
        both: { Type: 'Parallel', Branches: [alone('left', job('left')), alone('right', job('right'))], Next: 'done' },
        no: { Type: 'Fail' },
        rescue: job('rescue', { Next: 'done' }),
        done: { Type: 'Succeed' },
      },
    });
    expect(ran).toEqual(['first', 'spark']);
    expect(result).toMatchObject({ status: 'ABORTED', error: 'Lakewright.LeftOut', cause: `spark: ${LACKS}` });
    expect(ends()).toEqual([
      'first SUCCEEDED',
      `spark SKIPPED ${LACKS}`,
      `one SKIPPED ${BECAUSE}`,
      `left SKIPPED ${BECAUSE}`,
      `right SKIPPED ${BECAUSE}`,
      `both SKIPPED ${BECAUSE}`,
    ]);
    const missing = lake.traces.filter((event) => event.missing);
    expect(missing.map(({ name, missing: need }) => [name, need?.tool])).toEqual([['spark', 'python']]);
    const [both, left] = ['both', 'left'].map((name) => lake.traces.find((one) => one.name === name));
    expect(left).toMatchObject({ parent: both?.id, iteration: 0 });
  });

  it('in a branch lets the others run to their ends', async () => {
    const branch = (name: string, then: string) => ({
      StartAt: name,
      States: { [name]: job(name, { Next: then }), [then]: job(then) },
    });
    const result = await lake.run({
      StartAt: 'stage',
      States: {
        stage: { Type: 'Parallel', Branches: [branch('spark', 'after'), branch('sql', 'view')], Next: 'next' },
        next: job('next'),
      },
    });
    expect(ran).toEqual(['spark', 'sql', 'view']);
    expect(result.status).toBe('ABORTED');
    expect(ends()).toEqual([
      `spark SKIPPED ${LACKS}`,
      `after SKIPPED ${BECAUSE}`,
      'sql SUCCEEDED',
      'view SUCCEEDED',
      `stage SKIPPED ${BECAUSE}`,
      `next SKIPPED ${BECAUSE}`,
    ]);
  });

  it.each(['INLINE', 'DISTRIBUTED'])('in an %s Map lets the other items run, and is no failure of it', async (Mode) => {
    const result = await lake.run(
      {
        StartAt: 'each',
        States: {
          each: {
            Type: 'Map',
            MaxConcurrency: 1,
            ItemProcessor: {
              ProcessorConfig: { Mode, ...(Mode === 'DISTRIBUTED' && { ExecutionType: 'STANDARD' }) },
              ...alone('work', job({ 'JobName.$': '$' })),
            },
            Next: 'next',
          },
          next: job('next'),
        },
      },
      ['a', 'spark', 'b', 'spark'],
    );
    expect(ran).toEqual(['a', 'spark', 'b', 'spark']);
    expect(result).toMatchObject({ status: 'ABORTED', cause: `work: ${LACKS}` });
    expect(ends().slice(-2)).toEqual(['each SKIPPED work was left out', 'next SKIPPED work was left out']);
  });

  it('takes nothing from a real failure beside it', async () => {
    broken.add('bad');
    const result = await lake.run({
      StartAt: 'stage',
      States: {
        stage: {
          Type: 'Parallel',
          Branches: [alone('spark', job('spark')), alone('bad', job('bad'))],
          Catch: [{ ErrorEquals: ['Glue.InternalServiceException'], Next: 'rescue' }],
          End: true,
        },
        rescue: job('rescue'),
      },
    });
    expect(result.status).toBe('SUCCEEDED');
    expect(ran).toEqual(['spark', 'bad', 'rescue']);
  });

  it('in a machine that another one waits for leaves the state out that waits', async () => {
    const inner = await lake.states('CreateStateMachine', {
      name: 'inner',
      roleArn: 'arn:aws:iam::111111111111:role/r',
      definition: JSON.stringify(alone('spark', job('spark'))),
    });
    const result = await lake.run(
      alone('call', {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: inner.stateMachineArn },
        End: true,
      }),
    );
    expect(result).toMatchObject({ status: 'ABORTED', error: 'Lakewright.LeftOut' });
  });

  it('that is called as an operation is left out, too', async () => {
    const get = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:glue:getJobRun', Parameters: { JobName: 'spark' } };
    expect((await lake.run(alone('get', { ...get, End: true }))).error).toBe('Lakewright.LeftOut');
  });

  it('is run by a redrive when the tool is there, and nothing else again', async () => {
    const result = await lake.run({
      StartAt: 'stage',
      States: {
        stage: {
          Type: 'Parallel',
          Branches: [alone('spark', job('spark')), alone('sql', job('sql'))],
          Next: 'next',
        },
        next: job('next'),
      },
    });
    lacking.clear();
    ran = [];
    await lake.states('RedriveExecution', { executionArn: result.executionArn });
    const again = await lake.finished(result.executionArn);
    expect(again).toMatchObject({ status: 'SUCCEEDED' });
    expect(again).not.toHaveProperty('error');
    expect(ran).toEqual(['spark', 'next']);
  });
});
