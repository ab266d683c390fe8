import { type FSWatcher, watch as watchFolder } from 'node:fs';
import path from 'node:path';
import { classify } from '../../assembly/classify';
import type { Assembly, LakeResource } from '../../assembly/resource';
import { type Host, LakewrightError } from '../../host/host';
import type { LocalLake } from '../../local-lake';
import { leftOutOf } from '../../report/left-out';
import { pipelines } from '../plan/plan';
import { deploy } from '../run/deploy';
import { type PipelineRun, runPipeline } from '../run/pipeline';
import { changedResources, outermost, startOf, usersOf } from './concerned';
import { isSkipped, Sources } from './sources';

/** What a watch needs of the lake that it runs in. */
export interface Watched {
  /** The app's folder. */
  readonly directory: string;
  readonly host: Host;
  /** Only this state machine (its construct path). */
  readonly pipeline?: string;
  readonly signal: AbortSignal;
  open(): Promise<LocalLake>;
  assembly(): Assembly;
  /** Synthesizes again. Unless that gives the same, the lake that was open is closed, and the result is true. */
  renew(): Promise<boolean>;
}

/** An editor writes a file in more than one step. */
const QUIET_MS = 120;

/** Runs what an edit concerns, and what follows, until the signal is aborted. */
export async function watchLake(watched: Watched): Promise<void> {
  const { directory, host, signal } = watched;
  let sources = Sources.of(directory, watched.assembly());
  const changed = new Set<string>();
  let wake = (): void => {};
  const watcher: FSWatcher = watchFolder(directory, { recursive: true }, (_, name) => {
    if (name === null || isSkipped(name.toString())) return;
    changed.add(path.join(directory, name.toString()));
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  await warmUp(watched);
  host.notify({ code: 'LW_WATCHING', level: 'info', text: `watching  ${directory} (Ctrl-C ends)` });
  try {
    while (!signal.aborted) {
      if (changed.size === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      const files = [...changed];
      changed.clear();
      try {
        if (await react(watched, sources, files)) sources = Sources.of(directory, watched.assembly());
      } catch (error) {
        if (!(error instanceof LakewrightError)) throw error;
        host.notify({ code: error.code, level: 'error', text: error.message, data: error.data });
      }
      await warmUp(watched);
    }
  } finally {
    watcher.close();
  }
}

/** Runs from a state; where no run has come to it, or what is beside it hasn't ended, from the one around it, or all of it. */
async function runFrom(
  lake: LocalLake,
  machine: LakeResource,
  from: string,
  signal: AbortSignal,
): Promise<PipelineRun> {
  for (const start of [from, outermost(machine, from)]) {
    try {
      return await runPipeline(lake, machine, { from: start }, signal);
    } catch (error) {
      if (!(error instanceof LakewrightError && error.code === 'LW_NO_SUCH_TASK')) throw error;
    }
  }
  return await runPipeline(lake, machine, {}, signal);
}

/** What the next edit would wait for starts while nothing is to do. */
async function warmUp(watched: Watched): Promise<void> {
  const { services } = await watched.open();
  for (const service of services) service.warmUp?.('pipelines');
}

/** Gives whether the app was synthesized again. */
async function react(watched: Watched, sources: Sources, files: readonly string[]): Promise<boolean> {
  const started = performance.now();
  const { host, directory } = watched;
  const { assets, others } = sources.update(files);
  const names = files.map((file) => path.relative(directory, file));
  const former = watched.assembly().resources;
  let renewed = false;
  if (others.length > 0) {
    host.notify({ code: 'LW_WATCH_SYNTHESIZING', level: 'info', text: `synth     ${names.join(', ')}` });
    renewed = await watched.renew();
  }
  const { resources } = watched.assembly();
  const changed = [...usersOf(resources, assets), ...(renewed ? changedResources(former, resources) : [])];
  const chosen = pipelines(resources).filter((one) => watched.pipeline === undefined || one.path === watched.pipeline);
  const before = renewed ? former : undefined;
  const starts = chosen.flatMap((machine) => {
    const from = startOf(machine, resources, changed, before);
    return from === undefined ? [] : [{ machine, from }];
  });
  if (starts.length === 0) {
    const text = `changed   ${names.join(', ')}: no task of a pipeline uses it`;
    host.notify({ code: 'LW_WATCH_UNCONCERNED', level: 'info', text });
    return renewed;
  }
  const lake = await watched.open();
  // What else has changed may have changed its tables' rows.
  for (const one of assets) if (assets.length === 1 && !renewed) lake.edited.add(one);
  await deploy(lake, classify(resources, lake.services));
  for (const { machine, from } of starts) {
    const run = await runFrom(lake, machine, from, watched.signal);
    await lake.background.settled(watched.signal);
    const seconds = (performance.now() - started) / 1000;
    const missing = leftOutOf(run.tasks).map((one) => `: left out, without ${one.missing}: ${one.get[0]}`);
    const text = `${run.state === 'SUCCEEDED' ? 'done' : run.state.toLowerCase()} in ${seconds.toFixed(1)} s after ${names.join(', ')}${run.error ? `: ${run.error}` : missing.join('')}`;
    const level = run.state === 'SUCCEEDED' ? 'result' : run.state === 'SKIPPED' ? 'warning' : 'error';
    host.notify({ code: 'LW_WATCH_RUN', level, text, data: { state: run.state, seconds, from, tasks: run.tasks } });
  }
  lake.edited.clear();
  return renewed;
}
