import { classify } from '../../assembly/classify';
import type { Assembly, LakeResource } from '../../assembly/resource';
import { LakewrightError } from '../../host/host';
import type { LocalLake } from '../../local-lake';
import { leftOutOf } from '../../report/left-out';
import type { RunReport } from '../../report/report';
import { writeReport } from '../../report/write-report';
import type { MonitoringService } from '../../services/monitoring';
import { makePlan, type Plan, pipelines, summarize } from '../plan/plan';
import { BackgroundRecorder } from './background-recorder';
import { runChecks, verifyChecks } from './checks';
import { deploy } from './deploy';
import { parseDuration } from './duration';
import { type PipelineRun, runPipeline } from './pipeline';
import { renderTask } from './render';
import { describeTables } from './tables';
import { tick } from './tick';

export interface RunOptions {
  /** Only this state machine: construct path, logical id or name. */
  readonly pipeline?: string;
  /** Starts the pipeline at this state or task, with what the newest run had that came there. */
  readonly from?: string;
  /** Runs this state or task alone, likewise; no checks. */
  readonly only?: string;
  /** Fails, before anything runs, if a resource is unsupported. */
  readonly strict?: boolean;
  /** Moves the clock on by so much after the pipelines, and fires the schedules that are due: `24h`, `90m`, `P1D`. */
  readonly tick?: string;
  readonly signal?: AbortSignal;
}

/**
 * Brings the declared resources about, runs the state machines that no other one starts, counts the tables, runs the
 * checks, and writes the report. A failed pipeline ends the run; its report is written all the same. Tasks that a tool of this
 * machine is missing for are left out, with what follows them; the rest goes on.
 *
 * @throws LakewrightError LW_UNSUPPORTED (exit code 3), LW_NO_SUCH_PIPELINE
 */
export async function run(lake: LocalLake, assembly: Assembly, options: RunOptions): Promise<RunReport> {
  const started = new Date();
  const classified = classify(assembly.resources, lake.services);
  const plan = makePlan(assembly, classified);
  lake.host.notify({
    code: 'LW_RUN_ASSEMBLY',
    level: 'info',
    text: `assembly  ${summarize(plan)}`,
    data: plan.resources,
  });
  for (const problem of plan.problems)
    lake.host.notify({ code: 'LW_ASSEMBLY_PROBLEM', level: 'warning', text: problem });
  if (options.strict) refuseUnsupported(plan);
  verifyChecks(lake);
  const machines = chosen(assembly.resources, options.pipeline);
  requireOne(machines, options);
  const ticked = options.tick === undefined ? 0 : parseDuration('--tick', options.tick);

  if (machines.length > 0) for (const service of lake.services) service.warmUp?.('pipelines');
  const background = new BackgroundRecorder(lake);
  await deploy(lake, classified);
  const runs: PipelineRun[] = [];
  for (const machine of machines) {
    if (runs.some(isBroken)) break;
    runs.push(await runPipeline(lake, machine, options, options.signal));
  }
  const broken = runs.find(isBroken);
  // Functions, queues and rules may still work at what the deployment and the pipelines have written.
  await lake.background.settled(options.signal);
  await (lake.service('monitoring') as MonitoringService).evaluate(); // queues fill without an event
  await lake.background.settled(options.signal);
  const schedules = broken || ticked === 0 ? undefined : await tick(lake, ticked, options.signal);
  background.stop();
  const behind = background.tasks.find(({ state }) => state === 'FAILED');
  for (const task of background.tasks) {
    lake.host.notify({ code: 'LW_TASK_DONE', level: 'info', text: renderTask(task, 1), data: task });
  }
  const writers = new Map([...runs, ...(schedules ? [schedules] : [])].flatMap((one) => [...one.writers]));
  const cancelled = options.signal?.aborted ? 'interrupted by the user' : undefined;
  const failure = broken?.error ?? (behind ? `${behind.name} (${behind.type}): ${behind.error}` : null);
  const tasks = [...runs.flatMap((one) => one.tasks), ...(schedules?.tasks ?? []), ...background.tasks];
  const leftOut = leftOutOf(tasks);
  const unchecked = failure !== null || cancelled || options.only;
  const personas = unchecked ? [] : await runChecks(lake, { leftOut: leftOut.length > 0, writers }, options.signal);
  const failedCheck = personas.find(({ outcome }) => outcome === 'failed');

  const finished = new Date();
  const report: RunReport = {
    schemaVersion: '1.0',
    id: started.toISOString().replace(/[-:]/g, '').replace('.', ''),
    state: broken?.state ?? (cancelled ? 'CANCELLED' : failure !== null || failedCheck ? 'FAILED' : 'SUCCEEDED'),
    error: failure ?? cancelled ?? (failedCheck ? `check "${failedCheck.check}": ${failedCheck.reason}` : null),
    startedAt: started.toISOString(),
    finishedAt: finished.toISOString(),
    seconds: (finished.getTime() - started.getTime()) / 1000,
    source: assembly.source,
    resources: plan.resources,
    tasks,
    tables: await describeTables(lake, writers),
    personas,
    leftOut,
  };
  writeReport(lake.workspace, report);
  return report;
}

const isBroken = ({ state }: PipelineRun): boolean => state !== 'SUCCEEDED' && state !== 'SKIPPED';

/** @throws LakewrightError LW_WHICH_PIPELINE */
function requireOne(machines: readonly LakeResource[], { from, only }: RunOptions): void {
  if (from === undefined && only === undefined) return;
  if (from !== undefined && only !== undefined) {
    throw new LakewrightError(
      'LW_WHICH_PIPELINE',
      `--from ${from} --only ${only} → one of them → leave the other out`,
      2,
    );
  }
  if (machines.length === 1) return;
  const paths = machines.map(({ path }) => path).join(', ') || 'this lake has none';
  const given = from === undefined ? `--only ${only}` : `--from ${from}`;
  throw new LakewrightError('LW_WHICH_PIPELINE', `${given} → --pipeline with it → one of: ${paths}`, 2);
}

function refuseUnsupported({ resources: { unsupported } }: Plan): void {
  if (unsupported.length === 0) return;
  const named = unsupported.map(({ path, type }) => `${path} (${type})`).join(', ');
  throw new LakewrightError('LW_UNSUPPORTED', `${unsupported.length} unsupported resources: ${named}`, 3, unsupported);
}

/** @throws LakewrightError LW_NO_SUCH_PIPELINE */
export function chosen(resources: readonly LakeResource[], wanted: string | undefined): readonly LakeResource[] {
  if (wanted === undefined) return pipelines(resources);
  const machines = resources.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
  const found = machines.filter(
    ({ path, logicalId, physicalId }) =>
      `/${path}/`.includes(`/${wanted}/`) || logicalId === wanted || physicalId.endsWith(`:${wanted}`),
  );
  if (found.length === 1) return found;
  throw new LakewrightError(
    'LW_NO_SUCH_PIPELINE',
    `--pipeline ${wanted} → ${found.length === 0 ? 'no state machine of that path or name' : 'more than one state machine'} → one of: ${machines.map(({ path }) => path).join(', ') || 'this lake has none'}`,
    2,
  );
}
