import { describeFailure } from '../../actions/run/cause';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import { ServiceError } from '../../services/service';
import { LEFT_OUT } from '../../services/states/asl/errors';
import type { RunGraph, RunModel, State, TaskModel } from '../contract';
import { arrange, isShown } from './arrange';
import type { Flow, FlowTask } from './flow';
import { type Execution, Machines, type Pipeline } from './machines';
import { kindOf } from './task-kind';
import { ActiveTime, type Visit, visitsOf } from './visits';

/** A run with all that its views are made of. */
export interface RunFacts {
  readonly pipeline: Pipeline;
  readonly execution: Execution;
  readonly flow: Flow;
  readonly visits: readonly Visit[];
  readonly time: ActiveTime;
  readonly graph: RunGraph;
}

/** Reads runs: what the states' journal says, in the form of the pipeline's definition. */
export class RunReader {
  public readonly machines: Machines;
  /** Of runs that have ended, by ARN and redrive. */
  private readonly ended = new Map<string, RunFacts>();

  public constructor(private readonly lake: LocalLake) {
    this.machines = new Machines(lake);
  }

  /** @throws ServiceError NoSuchPipeline */
  public pipeline(id: string): Pipeline {
    const found = this.machines.pipelines().find((one) => one.id === id);
    if (found) return found;
    const known = this.machines
      .pipelines()
      .map((one) => one.id)
      .join(', ');
    throw new ServiceError('NoSuchPipeline', `"${id}" → no pipeline of the lake is called so → one of: ${known}`, 404);
  }

  /** The newest first. */
  public async runs(pipeline: Pipeline): Promise<readonly RunModel[]> {
    const executions = await this.machines.executions(pipeline.machine.arn);
    const models: RunModel[] = [];
    for (const [index, execution] of executions.entries()) {
      models.push((await this.facts(pipeline, execution, executions.length - index)).graph.run);
    }
    return models;
  }

  public async newest(pipeline: Pipeline): Promise<RunFacts | undefined> {
    const executions = await this.machines.executions(pipeline.machine.arn);
    return executions[0] && (await this.facts(pipeline, executions[0], executions.length));
  }

  /** @throws ServiceError NoSuchRun */
  public async run(pipeline: Pipeline, number: number): Promise<RunFacts> {
    const executions = await this.machines.executions(pipeline.machine.arn);
    const execution = executions[executions.length - number];
    if (execution) return await this.facts(pipeline, execution, number);
    const text = `"${number}" → ${pipeline.name} has ${executions.length} runs`;
    throw new ServiceError('NoSuchRun', text, 404);
  }

  private async facts(pipeline: Pipeline, execution: Execution, number: number): Promise<RunFacts> {
    const { executionArn, status, redriveCount = 0, stopDate } = execution;
    const key = `${executionArn} ${redriveCount} ${stopDate}`;
    const kept = status === 'RUNNING' ? undefined : this.ended.get(key);
    if (kept) return kept;
    const flow = await this.machines.flow(pipeline.machine.arn);
    const { visits, executions } = await this.visits(execution, flow);
    const time = new ActiveTime(visits, new Date());
    const described: ApiShape = await this.lake.call('states', 'DescribeExecution', { executionArn });
    const statuses = new Map(executions.map((one) => [one.executionArn, one]));
    const tasks = flow.tasks.map((task) => describeTask(task, visits, statuses, execution, time));
    const graph = arrange(flow, tasks, {
      run: {
        ...{ pipeline: pipeline.id, number, executionArn, state: RUN_STATE[status] },
        // By the machine's clock where it is known: waits move the lake's by hours.
        started: (visits[0]?.entered ?? new Date(execution.startDate * 1000)).toISOString(),
        seconds: visits.length > 0 ? time.total : null,
        note: noteOf(execution, described.error === LEFT_OUT),
        error: described.error === undefined ? null : describeFailure(described.error, described.cause),
        counts: count(tasks.filter((_, index) => isShown(flow.tasks[index] as FlowTask, tasks[index] as TaskModel))),
        canRedrive: described.redriveStatus === 'REDRIVABLE',
      },
      span: time.total,
    });
    const facts = { pipeline, execution, flow, visits, time, graph };
    if (status !== 'RUNNING') this.ended.set(key, facts);
    return facts;
  }

  /** Those of the execution, and of the executions that its states have started. */
  private async visits(execution: Execution, flow: Flow): Promise<{ visits: Visit[]; executions: Execution[] }> {
    const visits = visitsOf(this.machines.states.traceOf(execution.executionArn));
    const executions = [execution];
    const others = new Set(flow.tasks.map(({ machineArn }) => machineArn));
    others.delete(execution.stateMachineArn);
    for (const arn of others) {
      const candidates = await this.machines.executions(arn);
      for (const visit of visits.filter(({ resource }) => resource?.startsWith('states:startExecution'))) {
        const from = visit.lakeEntered.getTime() / 1000 - 0.01;
        const to = visit.exit ? visit.exit.lakeTime.getTime() / 1000 : Number.POSITIVE_INFINITY;
        const started = [...candidates].reverse().find(({ startDate }) => startDate >= from && startDate <= to);
        if (!started || executions.includes(started)) continue;
        executions.push(started);
        visits.push(...visitsOf(this.machines.states.traceOf(started.executionArn)));
      }
    }
    return { visits, executions };
  }
}

const RUN_STATE = { RUNNING: 'run', SUCCEEDED: 'ok', FAILED: 'fail', TIMED_OUT: 'fail', ABORTED: 'skip' } as const;

function noteOf({ name, redriveCount = 0, status }: Execution, isLeftOut: boolean): string {
  const notes = [
    ...(name.startsWith('from-') ? ['from a task'] : name.startsWith('only-') ? ['one task'] : []),
    ...(redriveCount > 0 ? [`redrive ${redriveCount}`] : []),
    ...(isLeftOut ? ['tasks left out'] : status === 'ABORTED' ? ['stopped'] : []),
  ];
  return notes.join(' · ');
}

function count(tasks: readonly TaskModel[]): Record<State, number> {
  const counts = { ok: 0, run: 0, fail: 0, wait: 0, stale: 0, skip: 0 };
  for (const { state } of tasks) counts[state] += 1;
  return counts;
}

function describeTask(
  task: FlowTask,
  all: readonly Visit[],
  executions: ReadonlyMap<string, Execution>,
  run: Execution,
  time: ActiveTime,
): TaskModel {
  const own = all.filter(({ name, machineArn }) => machineArn === task.machineArn && task.states.includes(name));
  const last = [...own].reverse().find(({ name }) => name === task.id);
  const state = stateOf(last, last && executions.get(last.executionArn), run);
  const ran = last !== undefined && state !== 'wait';
  const rows = ran ? rowsOf(own, last) : null;
  const at = ran ? time.at(last.entered) : null;
  return {
    ...{ id: task.id, label: task.label, stage: 0, row: 0, state, at, rows },
    seconds: ran ? time.at(last.exit?.time ?? new Date()) - (at ?? 0) : null,
    note: noteOfTask(task, state, last, own, rows),
  };
}

function stateOf(last: Visit | undefined, execution: Execution | undefined, run: Execution): State {
  const isRunning = run.status === 'RUNNING';
  if (!last) {
    // Runs of earlier releases have no journal.
    return isRunning ? 'wait' : 'skip';
  }
  const { exit } = last;
  if (!exit) return execution?.status === 'RUNNING' || isRunning ? 'run' : 'fail';
  if (exit.outcome === 'SUCCEEDED') return 'ok';
  if (exit.outcome === 'SKIPPED') return 'skip';
  const redriven = (run.redriveDate ?? 0) * 1000;
  if (isRunning && redriven > exit.lakeTime.getTime()) return 'wait';
  return exit.outcome === 'ABORTED' ? 'skip' : 'fail';
}

/** What it wrote, else what it read: the sum over its parts. */
function rowsOf(own: readonly Visit[], last: Visit): number | null {
  const parts = own.filter(({ entered, exit }) => exit?.measures && entered >= last.entered);
  for (const member of ['rowsOut', 'rowsIn'] as const) {
    const known = parts.flatMap(({ exit }) => exit?.measures?.[member] ?? []);
    const sum = known.reduce((all, one) => all + one, 0);
    // A statement that defines something reads nothing.
    if (known.length > 0 && (sum > 0 || member === 'rowsOut')) return sum;
  }
  return null;
}

function noteOfTask(
  task: FlowTask,
  state: State,
  last: Visit | undefined,
  own: readonly Visit[],
  rows: number | null,
): string {
  switch (state) {
    case 'fail': {
      const failed =
        [...own].reverse().find(({ exit }) => exit?.outcome === 'FAILED' && exit.error !== undefined) ?? last;
      return failed?.exit?.error ?? 'cut off';
    }
    case 'skip':
      if (last?.exit?.outcome === 'SKIPPED') return 'left out';
      return last ? 'stopped' : 'not reached';
    default:
      return rows === null ? kindOf(task.definition) : `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;
  }
}
