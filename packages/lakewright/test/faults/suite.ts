import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { RunReport, TaskReport } from '../../src';
import { type Arrival, arrivals, divisors } from './arrivals';
import { FaultLake } from './fault-lake';
import { type Observed, observe } from './observed';
import { synthesize } from './pipeline-stack';

export const PIPELINE = 'Lake/Nightly/StateMachine/Resource';
export const TASKS = [
  ...['Announce', 'Convert orders', 'Convert customers', 'Sum up spend', 'Build models'],
  ...['Make revenue', 'Judge revenue', 'Publish revenue', 'Retire revenue'],
];

/** Each task → the same, but for some. */
export const all = (state: string, but: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...Object.fromEntries(TASKS.map((name) => [name, state])),
  ...but,
});

/** Lakes that begin with one day; what they hold before and after the second one. */
export interface Suite {
  readonly folder: string;
  readonly before: Observed;
  /** After the second day without a fault. */
  readonly expected: Observed;
}

/**
 * Two runs without a fault, done once for all files of the suite, which share a folder for temporary files.
 * LAKEWRIGHT_FAULTS_FOLDER keeps them for the next time.
 */
export async function suite(): Promise<Suite> {
  const folder = path.join(process.env.LAKEWRIGHT_FAULTS_FOLDER ?? os.tmpdir(), 'faults');
  const [outdir, kept] = [path.join(folder, 'cdk.out'), path.join(folder, 'observed.json')];
  if (!fs.existsSync(outdir)) await synthesize(outdir);
  if (fs.existsSync(kept)) return { folder, ...JSON.parse(fs.readFileSync(kept, 'utf8')) };

  const first = new FaultLake(folder, 'base');
  await first.states(); // serves, so that there are buckets
  const [orders, customers] = arrivals(1);
  for (const { key, text } of [orders, divisors(1)]) first.lay(key, text);
  await first.put(customers.key, customers.text);
  const [run] = await first.ended(1);
  expect([run?.name?.slice(0, 4), run?.status, run?.cause]).toEqual(['run-', 'SUCCEEDED', undefined]);
  const before = await observe(first);
  await first.told(); // from the first deployment to the first success nothing has succeeded
  await first.close();

  const second = new FaultLake(folder, 'reference', 'base');
  for (const { key, text } of arrivals(2)) second.lay(key, text);
  const report = await second.lake.run({ pipeline: 'Nightly' });
  expect([report.state, report.error, statesOf(report)]).toEqual(['SUCCEEDED', null, all('SUCCEEDED')]);
  const expected = await observe(second);
  expect(await messages(second)).toEqual([]);
  await second.close();
  fs.writeFileSync(kept, JSON.stringify({ before, expected }));
  return { folder, before, expected };
}

/** A lake of its own for a test, which has had its first day; with the second day's files, of which nobody was told. */
export function lakeOf({ folder }: Suite, name: string, day: Arrival[] = arrivals(2)): FaultLake {
  const lake = new FaultLake(folder, name, 'base');
  for (const { key, text } of day) lake.lay(key, text);
  return lake;
}

/** Task → state, of a report. */
export function statesOf({ tasks }: RunReport): Record<string, string> {
  const inStages = (task: TaskReport) => (task.name.startsWith('Stage ') ? [...(task.items ?? [])] : [task]);
  const own = tasks.flatMap(inStages).filter(({ name }) => TASKS.includes(name));
  return Object.fromEntries(own.map(({ name, state }) => [name, state]));
}

/** Of the newest run, or of that name: status, error, cause, and each task's row in the history. */
export async function newest(lake: FaultLake, name?: string) {
  const run = (await lake.runs()).find((one) => name === undefined || one.name === name);
  const rows = (await lake.history()).filter(([id]) => id === run?.name);
  return {
    name: run?.name,
    status: run?.status,
    error: run?.error,
    cause: run?.cause,
    redrives: run?.redriveCount,
    history: Object.fromEntries(rows.map(([, task, state, failures]) => [task ?? 'run', `${state} ${failures}`])),
  };
}

/** What people got: of a failed run without the links, of an alarm its name. */
export async function messages(lake: FaultLake): Promise<string[][]> {
  return (await lake.told()).map((text) => {
    if (!text.startsWith('{')) return text.replaceAll('"', '').split('\n').slice(0, 4);
    const { AlarmName, NewStateValue } = JSON.parse(text);
    return [AlarmName, NewStateValue];
  });
}

/** The one message of a failed run. */
export const notice = (run: string | undefined, task: string, error: string, cause: string): string[][] => [
  [`Pipeline Lake/Nightly: run ${run} FAILED`, `Task: ${task}`, `Error: ${error}`, `Cause: ${cause}`],
];

/** Redrives a run by the construct's function, the newest one unless it is named, and waits for its end. */
export async function redriven(lake: FaultLake, named?: string) {
  const name = named ?? (await newest(lake)).name;
  expect(await lake.invoke('Again', named === undefined ? {} : { run: named })).toEqual({ run: name, redriven: true });
  await lake.ended();
  return await newest(lake, name);
}

export const oneOf = (...states: string[]) => expect.stringMatching(`^(${states.join('|')})$`);

/** So many failed attempts: refusals of Glue, which is told of a run at a time, may be more on a slow machine. */
export const atLeast = (state: string, failures: number) => expect.stringMatching(`^${state} [${failures}-9]$`);

/** A task beside one that fails has ended before, or is stopped by that. */
export const NEIGHBOUR = oneOf('SUCCEEDED 0', 'ABORTED 0');

/** Nothing but the customers, who are converted beside the orders, may be newer than after the first day. */
export function expectBefore({ before, expected }: Suite, { rows, partitions }: Observed): void {
  const { 'converted.customers': customers, ...others } = rows;
  const { 'converted.customers': former, ...rest } = before.rows;
  expect(others).toEqual(rest);
  expect([former, expected.rows['converted.customers']]).toContainEqual(customers);
  expect(partitions).toEqual(before.partitions);
}
