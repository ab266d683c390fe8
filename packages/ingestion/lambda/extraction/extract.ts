import { randomUUID } from 'node:crypto';
import type { ExtractionConfiguration } from '../../src/private/extraction-configuration';
import { ExtractionFailed, ExtractionRefused } from './failure';
import { ConditionFailed, type ObjectStore } from './object-store';
import { publish, sweep } from './publish';
import type { RecordSource } from './record-source';
import { emptyReport, type RunReport, sum } from './report';
import { identityOf, Sift } from './sift';
import { below, stage } from './stage';
import { parseIso } from './timestamps';
import { type ReadState, readState, type WatermarkState } from './watermark-state';

/** What an extraction needs besides its configuration. */
export interface Surroundings {
  readonly store: ObjectStore;
  readonly source: RecordSource;
  /** Milliseconds. */
  now(): number;
  /** Whether another step may begin. */
  timeIsUp(): boolean;
}

/** What the function answers; with `continue` there is more of the same run to do. */
export interface Answer extends RunReport {
  readonly continue: boolean;
  /** What this invocation did: a run may have several, and be repeated. */
  readonly measures: Measures;
}

/** In the local runtime these are the task's. */
export interface Measures {
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly quarantined: number;
  readonly requests: number;
}

/** Others may be faster this often. */
const ATTEMPTS = 10;

/**
 * Brings what changed since the last run into the target: each version of a record once.
 *
 * A step is done in this order, and may break off anywhere: files are staged; the watermark is moved on by a conditional
 * write, which says what has to be published; that is copied into the target; the staged files go. Who comes after a step
 * that broke off finds in the watermark what is left to publish. Of two at once, the conditional write chooses one, and what
 * the other one staged is never published.
 *
 * @param runId the same in all retries of a run, which then ends where it would have ended
 */
export async function extract(around: Surroundings, config: ExtractionConfiguration, runId: string): Promise<Answer> {
  const { watermark } = config;
  const address = below(config.state, 'watermark.json');
  // whole seconds: every format can write them
  const present = Math.floor(around.now() / 1000) * 1000 - watermark.lagSeconds * 1000;
  let done: RunReport | undefined;
  let measures: Measures = { rowsIn: 0, rowsOut: 0, quarantined: 0, requests: 0 };
  for (let lost = 0; lost < ATTEMPTS; ) {
    const read = await readState(around.store, address);
    const { state } = read;
    if (state?.publications.length) {
      await publish(around.store, address, read);
      continue;
    }
    const ours = state?.run.id === runId;
    if (ours) done = state.run.report;
    const from = state ? Date.parse(state.to) : initial(config);
    const until = Math.max(ours ? Date.parse(state.run.until) : present, from ?? 0);
    if (state && (ours ? from === until : from !== undefined && from >= present)) {
      // the run is complete, or another one has brought everything up to the present
      const report = done ?? { ...emptyReport(runId, state.to, state.to), superseded: state.run.id !== runId };
      await writeReport(around.store, config, report);
      await sweep(around.store, config, address);
      return { ...report, continue: false, measures };
    }
    if (done && around.timeIsUp()) {
      await writeReport(around.store, config, done);
      return { ...done, state: 'RUNNING', continue: true, measures };
    }
    const step = watermark.stepSeconds === undefined || from === undefined ? undefined : watermark.stepSeconds * 1000;
    const to = step === undefined ? until : Math.min(until, (from as number) + step);
    try {
      const { received, rows, quarantined } = await oneStep(around, config, read, { runId, done, from, to, until });
      measures = {
        rowsIn: measures.rowsIn + received,
        rowsOut: measures.rowsOut + rows,
        quarantined: measures.quarantined + quarantined,
        requests: around.source.requests,
      };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      lost += 1;
    }
  }
  throw new ExtractionFailed(
    'WatermarkContended',
    `other runs have moved ${address.key} ${ATTEMPTS} times while this one read the source`,
    'one run at a time gets through',
    'make the runs rarer, or reserve a concurrency of 1',
  );
}

interface Step {
  readonly runId: string;
  /** What the run has done before this step. */
  readonly done: RunReport | undefined;
  readonly from: number | undefined;
  readonly to: number;
  readonly until: number;
}

async function oneStep(
  around: Surroundings,
  config: ExtractionConfiguration,
  read: ReadState,
  step: Step,
): Promise<RunReport> {
  const { store, source } = around;
  const { state } = read;
  const { from, to } = step;
  const known = state?.identity === identityOf(config) ? Date.parse(state.remembersFrom) : from;
  const overlap = config.watermark.overlapSeconds * 1000;
  const readFrom = from === undefined ? undefined : Math.max(from - overlap, known ?? Number.NEGATIVE_INFINITY);
  const interval = { from: readFrom, to };
  const sift = new Sift(config, interval, state);
  const requests = source.requests;
  const attempt = randomUUID();
  try {
    if (from === undefined || to > from) {
      for await (const page of source.read(interval)) for (const record of page) sift.add(record);
    }
    refuseUselessFirstRun(config, sift, state);
    const staged = await stage(store, config, sift, { folder: attempt, from, to });
    const started = iso(from);
    const stepReport: RunReport = {
      ...emptyReport(step.runId, started, iso(to)),
      state: to === step.until ? 'SUCCEEDED' : 'RUNNING',
      received: sift.received,
      rows: sift.good.count,
      duplicates: sift.duplicates,
      outside: sift.outside,
      quarantined: sift.bad.count,
      reasons: sift.reasons,
      files: staged.files,
      bytes: staged.bytes,
      requests: source.requests - requests,
      widened: config.columns ? [] : sift.inferred.widened,
    };
    const remembersFrom = Math.max(known ?? Number.NEGATIVE_INFINITY, to - overlap);
    const next: WatermarkState = {
      version: 1,
      to: iso(to),
      remembersFrom: iso(remembersFrom),
      identity: identityOf(config),
      delivered: sift.delivered(remembersFrom),
      columns: config.columns ? undefined : sift.inferred.columns,
      usable: state?.usable === true || sift.dated > 0,
      run: { id: step.runId, until: iso(step.until), report: step.done ? sum(step.done, stepReport) : stepReport },
      publications: staged.publications,
      commit: attempt,
    };
    await commit(store, config, read, next);
    return stepReport;
  } finally {
    sift.end();
  }
}

/** @throws ConditionFailed if another run was faster; what was staged is removed */
async function commit(
  store: ObjectStore,
  config: ExtractionConfiguration,
  read: ReadState,
  next: WatermarkState,
): Promise<void> {
  const address = below(config.state, 'watermark.json');
  try {
    await store.put(address, JSON.stringify(next), read.condition);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    // a repeated request meets what the first one wrote, whose answer was lost on the way
    const { state } = await readState(store, address);
    if (state?.commit === next.commit) return;
    for (const { staged } of next.publications) await store.delete(staged);
    throw error;
  }
}

/** A wrong name of the field would put the whole source into the quarantine, and move on. */
function refuseUselessFirstRun(config: ExtractionConfiguration, sift: Sift, state: WatermarkState | undefined): void {
  if (state?.usable || sift.received === 0 || sift.dated > 0) return;
  const { field, format } = config.watermark;
  throw new ExtractionRefused(
    'NoWatermarkField',
    `none of ${sift.received} records has a time (${format}) in "${field}"; the first one has the fields ${sift.fields.map((name) => `"${name}"`).join(', ') || 'of no object'}`,
    'the field of Watermark.on stands in the records, in the format that is set',
    'name another field or format, or the path where the records stand',
  );
}

async function writeReport(store: ObjectStore, config: ExtractionConfiguration, report: RunReport): Promise<void> {
  const name = report.run.replaceAll(/[^\w.=-]/g, '-');
  await store.put(below(config.state, `reports/${name}.json`), JSON.stringify(report, undefined, 2));
}

function initial(config: ExtractionConfiguration): number | undefined {
  return config.watermark.initial === undefined ? undefined : parseIso(config.watermark.initial);
}

function iso(millis: number): string;
function iso(millis: number | undefined): string | null;
function iso(millis: number | undefined): string | null {
  return millis === undefined ? null : new Date(millis).toISOString();
}
