import { type CopyWork, copyObject, SOURCE_ETAG } from './copy-object';
import { inOrder } from './in-order';
import type { ListedObject } from './object-store';
import { answer, type CopyAnswer, type CopyReport, newReport, noteFailure, reportName } from './report';
import { TargetCursor } from './target-cursor';

export interface CopyRun extends CopyWork {
  /** With a slash at its end, or empty. */
  readonly sourcePrefix: string;
  readonly targetPrefix: string;
  readonly wanted: (relativeKey: string) => boolean;
  /** For the report. */
  readonly sourceUri: string;
  readonly targetUri: string;
  readonly now: () => Date;
}

/**
 * Brings the target up to the source: as much as the time allows, page by page in the order of the keys.
 *
 * After each page the report says how far the run came, so an invocation that dies is repeated from there; what it had
 * copied beyond is found in the target and not copied again.
 */
export async function copyRun(run: CopyRun, runId: string): Promise<CopyAnswer> {
  const name = reportName(runId);
  const saved = (await run.state.read(name)) as CopyReport | undefined;
  if (saved?.state === 'SUCCEEDED') return answer(saved, run.state);
  // a run that failed and is run again starts from the beginning
  const report = saved?.state === 'RUNNING' ? saved : newReport(runId, run.sourceUri, run.targetUri, run.now());

  const existing = new TargetCursor(run.target, run.targetPrefix, report.after);
  for (let paused = false; !paused; ) {
    const after = report.after === undefined ? undefined : run.sourcePrefix + report.after;
    const page = await run.source.list(run.sourcePrefix, after);
    paused = !(await copyPage(run, report, page.objects, existing));
    if (!paused && !page.more) {
      report.state = report.failed > 0 ? 'FAILED' : 'SUCCEEDED';
      report.endedAt = run.now().toISOString();
      paused = true;
    }
    await run.state.write(name, report);
    paused ||= run.timeIsUp();
  }
  return answer(report, run.state);
}

/** Whether the whole page is dealt with. */
async function copyPage(
  run: CopyRun,
  report: CopyReport,
  objects: ListedObject[],
  existing: TargetCursor,
): Promise<boolean> {
  const relative = (object: ListedObject): string => object.key.slice(run.sourcePrefix.length);
  const last = objects.at(-1);
  if (!last) return true;
  const inTarget = await existing.upTo(relative(last));

  for (let done = 0; done < objects.length; ) {
    // an object in parts is copied alone, so that what is done is always a beginning of the page
    const large = objects.findIndex((object, index) => index >= done && object.size > run.partsAbove);
    const batch = large === done ? [objects[done] as ListedObject] : objects.slice(done, large < 0 ? undefined : large);
    let paused = false;
    const finished = await inOrder(
      batch,
      run.concurrency,
      () => run.timeIsUp(),
      async (object) => {
        paused = !(await copyListed(run, report, object, inTarget.get(relative(object)))) || paused;
      },
    );
    if (paused) return false;
    done += finished;
    report.after = relative(objects[done - 1] as ListedObject);
    if (finished < batch.length || (done < objects.length && run.timeIsUp())) return false;
  }
  return true;
}

/** Whether the object is dealt with, and not paused. */
async function copyListed(
  run: CopyRun,
  report: CopyReport,
  object: ListedObject,
  existing: ListedObject | undefined,
): Promise<boolean> {
  const relative = object.key.slice(run.sourcePrefix.length);
  if (!run.wanted(relative)) {
    report.excluded++;
    return true;
  }
  try {
    const targetKey = run.targetPrefix + relative;
    if (existing && (await isCopy(run, object, existing))) {
      report.skipped++;
      return true;
    }
    const outcome = await copyObject(run, object.key, targetKey);
    if (outcome.kind === 'paused') return false;
    if (outcome.kind === 'gone') report.gone++;
    else {
      report.copied++;
      report.bytes += outcome.bytes;
    }
  } catch (error) {
    noteFailure(report, object.key, error);
  }
  return true;
}

/** Equal ETags mean equal bytes; others are compared with what the copy notes of its source. */
async function isCopy(run: CopyRun, object: ListedObject, existing: ListedObject): Promise<boolean> {
  if (existing.size !== object.size) return false;
  if (existing.etag === object.etag) return true;
  const head = await run.target.head(existing.key);
  return head?.metadata[SOURCE_ETAG] === object.etag;
}

/** Copies one object that arrived, unless the target has it; what is there now counts, not what the event says. */
export async function copyArrived(run: CopyRun, key: string): Promise<'copied' | 'skipped' | 'gone' | 'excluded'> {
  if (!key.startsWith(run.sourcePrefix) || !run.wanted(key.slice(run.sourcePrefix.length))) return 'excluded';
  const targetKey = run.targetPrefix + key.slice(run.sourcePrefix.length);
  const [head, existing] = await Promise.all([run.source.head(key), run.target.head(targetKey)]);
  if (!head) return 'gone';
  const same = existing?.size === head.size;
  if (same && (existing.etag === head.etag || existing.metadata[SOURCE_ETAG] === head.etag)) return 'skipped';
  const outcome = await copyObject(run, key, targetKey);
  if (outcome.kind !== 'paused') return outcome.kind;
  const error = new Error(
    `"${key}" is copied in parts and not complete; the next attempt goes on with the other parts`,
  );
  error.name = 'CopyPaused';
  throw error;
}
