import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Runs } from '../../lambda/pipeline/runs';
import { start, type TriggerMessage } from '../../lambda/pipeline/start';
import { FakeStates } from './fake-states';

const MACHINE = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Nightly';
const FIRST = `run-${Math.floor(Date.UTC(2026, 10, 22) / 86_400_000) * 10_000}`;

function message(body: unknown, messageId = 'm1'): TriggerMessage {
  return { messageId, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function starter(states: FakeStates, allowOverlap = false) {
  const runs = new Runs(states.client, MACHINE, () => new Date('2026-11-22T03:00:00Z'));
  return (...messages: TriggerMessage[]) => start(runs, messages, { allowOverlap, wait: async () => {} });
}

describe('a batch of triggers', () => {
  test('becomes one run, whose input says why', async () => {
    const states = new FakeStates();
    const arrival = { source: 'aws.s3', detail: { bucket: { name: 'raw' }, object: { key: 'orders/1.csv' } } };
    const success = { source: 'aws.states', detail: { executionArn: 'arn:x' } };
    const other = { source: 'my.app', 'detail-type': 'Done', id: '7' };
    const bodies = [{ schedule: '2026-11-22T03:00:00Z' }, arrival, success, other, 'by hand', '[1]'];
    const outcome = await starter(states)(...bodies.map((body, index) => message(body, `m${index}`)));
    expect(outcome).toEqual({ run: FIRST });
    expect(JSON.parse(states.find(FIRST)?.input ?? '')).toEqual({
      triggers: ['schedule 2026-11-22T03:00:00Z', 's3://raw/orders/1.csv', 'arn:x', 'my.app Done 7', 'by hand', '[1]'],
      count: 6,
    });
  });

  test('of thousands keeps the input small', async () => {
    const states = new FakeStates();
    const many = Array.from({ length: 1000 }, (_, index) => message('x'.repeat(1000) + index, `m${index}`));
    await starter(states)(...many);
    expect(states.find(FIRST)?.input.length).toBeLessThan(4000);
  });

  test('has its run, whatever one of its messages is', async () => {
    const states = new FakeStates();
    const odd = [
      { source: 'aws.s3', detail: null },
      { source: 'aws.s3', detail: { bucket: null, object: null } },
      { source: 'aws.s3', detail: 'none' },
      { source: 'aws.states', detail: null },
      { source: 'my.app', 'detail-type': 'x'.repeat(300_000) },
      ...['', 'null', '"text"', '{', '\ud800'],
    ];
    const outcome = await starter(states)(...odd.map((body, index) => message(body, `m${index}`)));
    expect(outcome).toEqual({ run: FIRST });
    const { triggers, count } = JSON.parse(states.find(FIRST)?.input ?? '');
    expect([triggers[0], Math.max(...triggers.map(({ length }: string) => length)), count]).toEqual([
      'aws.s3 undefined undefined',
      1100,
      odd.length,
    ]);
  });

  test('waits while a run is under way, whoever started it', async () => {
    const states = new FakeStates();
    states.run('by-hand');
    expect(await starter(states)(message({}))).toEqual({ busy: 'by-hand' });
    states.end('by-hand', 'FAILED');
    expect(await starter(states)(message({}))).toEqual({ run: FIRST });
    expect(await starter(states)(message({}, 'm2'))).toEqual({ busy: FIRST });
  });

  test('starts as soon as the run that was under way ends', async () => {
    const states = new FakeStates();
    states.run('run-5');
    const runs = new Runs(states.client, MACHINE);
    const wait = async () => states.end('run-5');
    expect(await start(runs, [message({})], { allowOverlap: false, wait })).toEqual({ run: 'run-6' });
  });

  test('finds the last number behind hundreds of runs with names of their own', async () => {
    const states = new FakeStates();
    states.run('run-41', 'SUCCEEDED');
    for (let index = 0; index < 250; index++) states.run(`mine-${index}`, 'SUCCEEDED');
    expect(await starter(states)(message({}))).toEqual({ run: 'run-42' });
  });

  test('with overlap allowed starts beside others, and once if it is delivered twice', async () => {
    const states = new FakeStates();
    states.run('by-hand');
    const twice = starter(states, true);
    expect(await twice(message({}, 'b'), message({}, 'a'))).toEqual({ run: 'run-a' });
    expect(await twice(message({}, 'b'), message({}, 'a'))).toEqual({ run: 'run-a' });
    states.end('run-a');
    expect(await twice(message({}, 'b'), message({}, 'a'))).toEqual({ run: 'run-a' });
    expect(states.executions).toHaveLength(2);
  });
});

describe('never two runs at a time', () => {
  test('however starters come together, lists lag and calls fail; and no trigger is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.array(fc.constantFrom('trigger', 'pair', 'end', 'fail'), { minLength: 4, maxLength: 24 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('before' as const, 'after' as const))),
        async (lag, steps, failures) => {
          const states = new FakeStates(lag);
          for (const [call, when] of failures) states.failures.set(call, when);
          const begin = starter(states);
          let queue: TriggerMessage[] = [];
          let sent = 0;
          const deliver = async (batch: TriggerMessage[]): Promise<void> => {
            const outcome = await begin(...batch).catch(() => ({ busy: 'failed' }));
            if ('run' in outcome) queue = queue.filter((one) => !batch.includes(one));
          };
          for (const step of steps) {
            const running = states.underWay()[0];
            if (step === 'end' || step === 'fail') {
              if (running) states.end(running.name, step === 'end' ? 'SUCCEEDED' : 'FAILED');
              continue;
            }
            queue.push(message({}, `m${sent++}`), message({}, `m${sent++}`));
            const batches = step === 'pair' ? [queue.slice(0, 1), queue.slice(1)] : [queue];
            await Promise.all(batches.map(deliver));
          }
          // every trigger that left the queue has a run that began after it came; the rest gets one in the end
          for (let round = 0; queue.length > 0 && round < 200; round++) {
            for (const { name } of states.underWay()) states.end(name);
            await deliver(queue);
          }
          expect(queue).toEqual([]);
          expect(states.most).toBeLessThanOrEqual(1);
          if (sent > 0) expect(states.executions.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });

  test('the model notices a starter that trusts the list', async () => {
    const states = new FakeStates(6);
    const naive = async (): Promise<void> => {
      const runs = new Runs(states.client, MACHINE);
      if ((await runs.underWay()) === undefined) await runs.start(`run-${Math.random()}`, '{}');
    };
    await Promise.all([naive(), naive()]);
    expect(states.most).toBe(2);
  });
});
