import { describe, expect, it } from 'vitest';
import { LakeClock } from '../../src/workspace/lake-clock';
import { temporaryWorkspace } from './temporary-workspace';

const HOUR = 3_600_000;
const near = (time: Date, expected: number) => expect(Math.abs(time.getTime() - expected)).toBeLessThan(5_000);

describe('the lake clock', () => {
  it("is the machine's until something moves it", async () => {
    near(LakeClock.open(await temporaryWorkspace()).now(), Date.now());
  });

  it('is later by a wait, which passes at once', async () => {
    const clock = LakeClock.open(await temporaryWorkspace());
    const before = Date.now();
    await clock.wait(10 * HOUR);
    expect(Date.now() - before).toBeLessThan(5_000);
    near(clock.now(), before + 10 * HOUR);
  });

  it('never goes backwards by advancing', async () => {
    const clock = LakeClock.open(await temporaryWorkspace());
    clock.advanceTo(new Date(Date.now() + HOUR));
    clock.advanceTo(new Date('2020-01-01'));
    near(clock.now(), Date.now() + HOUR);
  });

  it('persists, and starts at the configured time only once', async () => {
    const workspace = await temporaryWorkspace();
    const start = '2024-05-01T06:00:00Z';
    const clock = LakeClock.open(workspace, { start });
    near(clock.now(), Date.parse(start));
    await clock.wait(HOUR);
    near(LakeClock.open(workspace, { start }).now(), Date.parse(start) + HOUR);
  });

  it('can be set in both directions', async () => {
    const workspace = await temporaryWorkspace();
    near(LakeClock.open(workspace, { at: '2031-01-01' }).now(), Date.parse('2031-01-01'));
    near(LakeClock.open(workspace, { at: '2021-01-01' }).now(), Date.parse('2021-01-01'));
  });

  it('ends a wait that was aborted, unmoved', async () => {
    const clock = LakeClock.open(await temporaryWorkspace());
    await expect(clock.wait(HOUR, AbortSignal.abort())).rejects.toThrow();
    near(clock.now(), Date.now());
  });

  it.each(['soon', '2024-13-01', '', '5'])('can\'t be set to "%s"', async (at) => {
    const workspace = await temporaryWorkspace();
    expect(() => LakeClock.open(workspace, { at })).toThrow(expect.objectContaining({ code: 'LW_CLOCK_INVALID' }));
  });
});
