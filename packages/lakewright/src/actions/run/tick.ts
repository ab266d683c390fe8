import type { LocalLake } from '../../local-lake';
import type { TaskReport } from '../../report/report';
import { fireDue } from '../../services/events';
import type { MonitoringService } from '../../services/monitoring';
import { onTrace } from '../../services/states/trace';
import { renderTask } from './render';
import type { Writers } from './tables';
import { TaskRecorder } from './task-recorder';

export interface TickResult {
  readonly tasks: readonly TaskReport[];
  readonly writers: Writers;
}

/** Moves the clock on, and runs to its end what schedules start meanwhile, in the order of time. */
export async function tick(lake: LocalLake, milliseconds: number, signal?: AbortSignal): Promise<TickResult> {
  const recorders = new Map<string, TaskRecorder>();
  const recorderOf = (machine: string): TaskRecorder => {
    const path = lake.resources.find(({ physicalId }) => physicalId === machine)?.path ?? machine;
    const known = recorders.get(machine);
    if (known) return known;
    const made = new TaskRecorder(path, (task) => {
      lake.host.notify({ code: 'LW_TASK_DONE', level: 'info', text: renderTask(task, 1), data: task });
    });
    recorders.set(machine, made);
    return made;
  };
  const endTrace = onTrace(lake.service('states'), (event) => recorderOf(event.stateMachineArn).record(event));
  try {
    const from = lake.clock.now();
    const to = new Date(from.getTime() + milliseconds);
    const runs = await fireDue(lake, from, to, {
      signal,
      onFire: ({ name, expression, time }) => {
        const text = `schedule  ${name} (${expression}) at ${time.toISOString()}`;
        lake.host.notify({ code: 'LW_SCHEDULE_FIRED', level: 'info', text, data: { name, expression, time } });
      },
    });
    // An alarm on what didn't happen has the clock alone to go by.
    await (lake.service('monitoring') as MonitoringService).evaluate();
    const text = `tick      ${runs.length} scheduled ${runs.length === 1 ? 'run' : 'runs'}; the lake's clock is at ${lake.clock.now().toISOString()}`;
    lake.host.notify({ code: 'LW_TICK_DONE', level: 'info', text, data: { runs: runs.length } });
  } finally {
    endTrace();
  }
  const all = [...recorders.values()];
  return {
    tasks: all.flatMap(({ tasks }) => tasks),
    writers: new Map(all.flatMap((recorder) => [...recorder.writers])),
  };
}
