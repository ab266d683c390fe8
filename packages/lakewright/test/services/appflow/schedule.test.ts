import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import type { BackgroundOutcome } from '../../../src/services/background';
import { contactFlow, FlowLake, fixture, hourly, MAP_ALL, ndjson, task } from './flow-lake';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 1, 13);
const at = (milliseconds: number) => new Date(milliseconds).toISOString();
const changed = (Id: number, time: number) => ({ Id, SystemModstamp: at(time) });

async function scheduled(records: readonly unknown[], more: Record<string, ApiShape> = {}) {
  const folder = fixture({ 'Contact.ndjson': ndjson(records) });
  const lake = await FlowLake.open({ fixtures: { crm: folder } });
  await lake.apply(contactFlow([MAP_ALL], hourly({ ScheduleStartTime: START / 1000, ...more })));
  return {
    lake,
    write: (all: readonly unknown[]) => fs.writeFileSync(path.join(folder, 'Contact.ndjson'), ndjson(all)),
  };
}

describe('a scheduled flow', () => {
  it('runs at its start time and then at its rate, when the clock is moved', async () => {
    const { lake } = await scheduled([changed(1, START - 1)], { DataPullMode: 'Complete' });
    expect((await lake.tick(at(START - 60_000))).length).toBe(0);
    expect((await lake.tick(at(START + 2.5 * HOUR))).map(({ time }) => at(time.getTime()))).toEqual([
      at(START),
      at(START + HOUR),
      at(START + 2 * HOUR),
    ]);
    const { flowExecutions } = await lake.call('DescribeFlowExecutionRecords', { flowName: 'contacts' });
    expect(flowExecutions.map(({ startedAt }: ApiShape) => startedAt.toISOString())).toEqual(
      [2, 1, 0].map((n) => at(START + n * HOUR)),
    );
    expect(await lake.records()).toHaveLength(3);
  });

  it('begins when it becomes active where it has no start time, and ends at its end time', async () => {
    const { lake } = await scheduled([changed(1, START - 1)], {
      ScheduleStartTime: undefined,
      ScheduleEndTime: START / 1000 + 3600,
    });
    expect((await lake.tick(at(START + 5 * HOUR))).length).toBe(2);
  });

  it('is late by its offset, and takes what was changed before its time', async () => {
    const { lake } = await scheduled([changed(1, START - 1), changed(2, START + 1)], { ScheduleOffset: 600 });
    const [run] = await lake.tick(at(START + 0.5 * HOUR));
    expect(at(run?.time.getTime() ?? 0)).toBe(at(START + 600_000));
    expect(await lake.records()).toEqual([changed(1, START - 1)]);
  });

  it('does not run while it is stopped, and again when it is started', async () => {
    const { lake } = await scheduled([changed(1, START - 1)]);
    expect(await lake.call('StopFlow', { flowName: 'contacts' })).toMatchObject({ flowStatus: 'Suspended' });
    expect((await lake.tick(at(START + HOUR))).length).toBe(0);
    // The template is the same: what was done since stays.
    await lake.apply(contactFlow([MAP_ALL], hourly({ ScheduleStartTime: START / 1000 })));
    expect(await lake.call('DescribeFlow', { flowName: 'contacts' })).toMatchObject({ flowStatus: 'Suspended' });
    const started = await lake.call('StartFlow', { flowName: 'contacts' });
    expect([started.flowStatus, started.executionId]).toEqual(['Active', undefined]);
    expect((await lake.tick(at(START + 2 * HOUR))).length).toBe(1);
  });

  it('takes the last 30 days in its first incremental run, or what it is told', async () => {
    const old = START - 31 * 24 * HOUR;
    const { lake } = await scheduled([changed(1, old), changed(2, START - 29 * 24 * HOUR)]);
    await lake.tick(at(START));
    expect((await lake.records()).map(({ Id }) => Id)).toEqual([2]);
    const told = await scheduled([changed(1, old), changed(2, old - 1)], { FirstExecutionFrom: old / 1000 });
    await told.lake.tick(at(START));
    expect((await told.lake.records()).map(({ Id }) => Id)).toEqual([1]);
  });

  it('leaves its window where it was when it fails, and takes it all the next time', async () => {
    const { lake, write } = await scheduled([changed(1, START - 1)]);
    const outcomes: BackgroundOutcome[] = [];
    lake.lake.background.onOutcome((outcome) => outcomes.push(outcome));
    await lake.tick(at(START));
    fs.rmSync(path.join(lake.lake.config.fixtures.crm as string, 'Contact.ndjson'));
    await lake.tick(at(START + HOUR));
    expect(await lake.call('DescribeFlow', { flowName: 'contacts' })).toMatchObject({
      lastRunExecutionDetails: { mostRecentExecutionStatus: 'Error' },
    });
    expect(outcomes).toMatchObject([
      { name: 'contacts', type: 'appflow:flow', error: undefined },
      { name: 'contacts', error: expect.stringContaining('has no file for the object "Contact"') },
    ]);
    write([changed(1, START - 1), changed(2, START + 1), changed(3, START + HOUR)]);
    await lake.tick(at(START + 2 * HOUR));
    expect((await lake.records()).map(({ Id }) => Id).sort()).toEqual([1, 2, 3]);
  });

  it('is suspended after as many failures as it allows, and says so', async () => {
    const { lake } = await scheduled([{ Id: 1 }], { FlowErrorDeactivationThreshold: 2 });
    expect((await lake.tick(at(START + 5 * HOUR))).length).toBe(6);
    const { flowExecutions } = await lake.call('DescribeFlowExecutionRecords', { flowName: 'contacts' });
    expect(flowExecutions).toHaveLength(2);
    expect(await lake.call('DescribeFlow', { flowName: 'contacts' })).toMatchObject({ flowStatus: 'Suspended' });
    expect(lake.events.at(-1)).toMatchObject({ 'detail-type': 'AppFlow Scheduled Flow Deactivated' });
  });

  it('transfers each record once, whenever it was changed and whenever the flow runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        // Quarters of an hour: many changes lie exactly where one window ends and the next begins.
        fc.array(fc.integer({ min: -8, max: 20 }), { maxLength: 25 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        async (quarters, moves) => {
          const records = quarters.map((quarter, Id) => changed(Id, START + (quarter * HOUR) / 4));
          const { lake } = await scheduled(records);
          let now = START;
          for (const move of moves) {
            now += (move * HOUR) / 2;
            await lake.tick(at(now));
          }
          const until = START + Math.floor((now - START) / HOUR) * HOUR;
          const expected = records
            .filter(({ SystemModstamp }) => Date.parse(SystemModstamp) < until)
            .map(({ Id }) => Id);
          expect((await lake.records()).map(({ Id }) => Id).sort((a, b) => a - b)).toEqual(expected);
          await lake.close();
        },
      ),
      { numRuns: 12 },
    );
  });

  it('takes each object of an S3 source once', async () => {
    const lake = await FlowLake.open();
    lake.lake.objects.createBucket('inbox');
    const put = (name: string, id: number) => lake.lake.objects.write('inbox', `in/${name}.csv`, `Id\n${id}\n`);
    await put('a', 1);
    const source = {
      ConnectorType: 'S3',
      SourceConnectorProperties: { S3: { BucketName: 'inbox', BucketPrefix: 'in' } },
    };
    await lake.apply(
      contactFlow([task('Map', 'NO_OP', ['Id'], {}, 'Id', 'S3')], {
        ...hourly({ ScheduleStartTime: START / 1000 }),
        source,
      }),
    );
    await lake.tick(at(START));
    await put('b', 2);
    await lake.tick(at(START + HOUR));
    await lake.tick(at(START + 2 * HOUR));
    await put('a', 3);
    await lake.tick(at(START + 3 * HOUR));
    expect((await lake.records()).map(({ Id }) => Id).sort()).toEqual(['1', '2', '3']);
  });

  it.each([
    [
      hourly({ ScheduleExpression: 'rate(2 fortnights)' }),
      'the scheduleExpression "rate(2 fortnights)" → rate(5minutes)',
    ],
    [{ ...hourly(), source: {} }, 'is Incremental without incrementalPullConfig.datetimeTypeFieldName'],
    [{ TriggerConfig: { TriggerType: 'Event' } }, 'has the trigger "Event" → OnDemand or Scheduled'],
  ])('%j is refused when it is made', async (more, message) => {
    const lake = await FlowLake.open();
    await expect(lake.apply(contactFlow([MAP_ALL], more as Record<string, ApiShape>))).rejects.toThrow(message);
  });
});
