import { type DropWork, dropObject, type FileOutcome } from './drop-object';

/** A run's report; while the run goes on, also its progress. */
export interface DropReport {
  readonly runId: string;
  readonly startedAt: string;
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  endedAt?: string;
  /** All objects up to this one are dealt with. */
  after?: string;
  /** Objects that earlier runs or events had settled. */
  unchanged: number;
  taken: number;
  again: number;
  refused: number;
  rows: number;
  badRows: number;
  /** The first thousand files that were dealt with; those that were refused come first to be listed. */
  files: FileOutcome[];
}

/** What an invocation answers; with `continue` the run wants another one with the same `runId`. */
export interface DropAnswer {
  readonly continue: boolean;
  readonly runId: string;
  readonly rowsOut: number;
  readonly taken: number;
  readonly again: number;
  readonly refused: number;
  readonly badRows: number;
  readonly report: string;
  readonly state: { readonly after?: string };
}

export interface DropRun extends DropWork {
  readonly now: () => Date;
  /** Whether no further object should be begun in this invocation. */
  readonly timeIsUp: () => boolean;
}

const LISTED = 1000;

/** Goes through the inbox, as far as the time allows. */
export async function dropRun(run: DropRun, runId: string): Promise<DropAnswer> {
  const name = reportName(runId);
  const saved = (await run.store.readState(name)) as DropReport | undefined;
  if (saved?.state === 'SUCCEEDED') return answer(run, saved);
  const report = saved?.state === 'RUNNING' ? saved : newReport(run, runId);
  for (let ended = false; !ended; ) {
    const page = await run.store.list(report.after);
    for (const object of page.objects) {
      // folder markers of the console
      if (!object.name.endsWith('/') && object.name !== '') note(report, await dropObject(run, object.name));
      report.after = object.name;
      if (run.timeIsUp()) break;
    }
    ended = !page.more && report.after === (page.objects.at(-1)?.name ?? report.after);
    if (ended) end(run, report);
    await run.store.writeState(name, report);
    ended ||= run.timeIsUp();
  }
  return answer(run, report);
}

/** Takes one object that arrived. */
export async function dropArrived(run: DropRun, objectName: string, eventId: string): Promise<DropAnswer> {
  const report = newReport(run, eventId);
  note(report, await dropObject(run, objectName));
  end(run, report);
  await run.store.writeState(reportName(eventId), report);
  return answer(run, report);
}

function newReport({ now }: DropRun, runId: string): DropReport {
  const counts = { unchanged: 0, taken: 0, again: 0, refused: 0, rows: 0, badRows: 0 };
  return { runId, startedAt: now().toISOString(), state: 'RUNNING', ...counts, files: [] };
}

function note(report: DropReport, files: FileOutcome[] | undefined): void {
  if (!files) {
    report.unchanged++;
    return;
  }
  for (const file of files) {
    report[file.outcome]++;
    for (const { rows, bad } of file.tables) {
      report.rows += rows;
      report.badRows += bad;
    }
  }
  const rank = ({ outcome }: FileOutcome): number => (outcome === 'refused' ? 0 : 1);
  report.files = [...report.files, ...files].sort((one, other) => rank(one) - rank(other)).slice(0, LISTED);
}

function end(run: DropRun, report: DropReport): void {
  report.state = run.config.stop && report.refused > 0 ? 'FAILED' : 'SUCCEEDED';
  report.endedAt = run.now().toISOString();
}

function answer({ store }: DropRun, report: DropReport): DropAnswer {
  const { runId, rows: rowsOut, taken, again, refused, badRows } = report;
  const uri = store.stateUri(reportName(runId));
  if (report.state === 'FAILED') {
    const some = report.files.filter(({ outcome }) => outcome === 'refused').slice(0, 5);
    const error = new Error(
      `${refused} files were refused, ${taken} taken: ${some.map(({ file, error }) => `"${file}" (${error})`).join(', ')}${refused > 5 ? ', …' : ''}; all of them: ${uri}`,
    );
    error.name = 'FilesRefused';
    throw error;
  }
  const state = { after: report.after };
  return { continue: report.state === 'RUNNING', runId, rowsOut, taken, again, refused, badRows, report: uri, state };
}

function reportName(runId: string): string {
  return `reports/${encodeURIComponent(runId)}.json`;
}
