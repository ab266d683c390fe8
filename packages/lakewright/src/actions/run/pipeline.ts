import type { LakeResource } from '../../assembly/resource';
import { LakewrightError } from '../../host/host';
import type { LocalLake } from '../../local-lake';
import type { RunState, TaskReport } from '../../report/report';
import type { ApiShape } from '../../services/api-shape';
import { ServiceError } from '../../services/service';
import { LEFT_OUT } from '../../services/states/asl/errors';
import { onTrace, type StatesService } from '../../services/states/trace';
import { describeFailure } from './cause';
import { renderTask } from './render';
import type { Writers } from './tables';
import { TaskRecorder } from './task-recorder';

export interface PipelineRun {
  /** SKIPPED: some of its tasks were left out, and none failed. */
  readonly state: RunState;
  readonly error: string | null;
  readonly tasks: readonly TaskReport[];
  readonly writers: Writers;
}

const STATE: Record<string, RunState> = {
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  TIMED_OUT: 'FAILED',
  ABORTED: 'CANCELLED',
};

/** Which part of a pipeline is run; all of it where nothing is named. */
export interface PipelinePart {
  readonly from?: string;
  readonly only?: string;
}

/**
 * Runs one state machine to its end with the input `{}`, or from one of its states, or one state alone, with what the newest
 * run had that came there; each state is reported when it ends.
 */
export async function runPipeline(
  lake: LocalLake,
  machine: LakeResource,
  { from, only }: PipelinePart = {},
  signal?: AbortSignal,
): Promise<PipelineRun> {
  const part = from ? `, from ${from}` : only ? `, only ${only}` : '';
  lake.host.notify({ code: 'LW_PIPELINE_STARTED', level: 'info', text: `pipeline  ${machine.path}${part}` });
  const recorder = new TaskRecorder(machine.path, (task) => {
    lake.host.notify({ code: 'LW_TASK_DONE', level: 'info', text: renderTask(task, 1), data: task });
  });
  const stopListening = onTrace(lake.service('states'), (event) => {
    if (event.stateMachineArn !== machine.physicalId) return;
    if (event.kind === 'entered')
      lake.host.notify({ code: 'LW_TASK_PROGRESS', level: 'debug', text: `  … ${event.name}` });
    recorder.record(event);
  });
  try {
    const execution = await finished(lake, await start(lake, machine, { from, only }), signal);
    const state = execution.error === LEFT_OUT ? 'SKIPPED' : (STATE[execution.status] ?? 'FAILED');
    return {
      state,
      error: state === 'SUCCEEDED' || state === 'SKIPPED' ? null : failure(machine, execution),
      tasks: recorder.tasks,
      writers: recorder.writers,
    };
  } finally {
    stopListening();
  }
}

/** @throws LakewrightError LW_NO_SUCH_TASK */
async function start(
  lake: LocalLake,
  { physicalId, path }: LakeResource,
  { from, only }: PipelinePart,
): Promise<string> {
  const states = lake.service('states') as StatesService;
  try {
    if (from !== undefined) return states.startFrom(physicalId, from);
    if (only !== undefined) return states.startOnly(physicalId, only);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const flag = from === undefined ? `--only ${only}` : `--from ${from}`;
    throw new LakewrightError('LW_NO_SUCH_TASK', `${flag} → ${path}: ${error.message}`, 2);
  }
  const started: ApiShape = await lake.call('states', 'StartExecution', { stateMachineArn: physicalId });
  return started.executionArn;
}

async function finished(lake: LocalLake, executionArn: string, signal?: AbortSignal): Promise<ApiShape> {
  const stop = () =>
    void lake.call('states', 'StopExecution', { executionArn, error: 'Cancelled', cause: 'interrupted by the user' });
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await (lake.service('states') as StatesService).finished(executionArn);
    return (await lake.call('states', 'DescribeExecution', { executionArn })) as ApiShape;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function failure(machine: LakeResource, { status, error, cause }: ApiShape): string {
  return `${machine.path} ${status}: ${describeFailure(error, cause)}`;
}
