import type { IDataset, IPipelineTask } from '@lakewright/core';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { PipelineStep } from '../pipeline-step';
import type { BoundTask } from './bound-task';
import { refuse } from './refuse';

/** What each task waits for. */
export type TaskOrder = ReadonlyMap<BoundTask, ReadonlySet<BoundTask>>;

/** Each stage after all of the one before. */
export function orderOfStages(stages: BoundTask[][]): TaskOrder {
  return new Map(
    stages.flatMap((stage, index) => stage.map((task) => [task, new Set(stages[index - 1] ?? [])] as const)),
  );
}

/** After what `after` names, else after those that write what it reads. */
export function orderOfTasks(tasks: IPipelineTask[], bound: BoundTask[]): TaskOrder {
  const inner = (task: IPipelineTask): IPipelineTask => (task instanceof PipelineStep ? task.task : task);
  const find = (task: IPipelineTask, by: string): BoundTask => {
    const index = tasks.findIndex((one) => one === task || inner(one) === inner(task));
    return (
      bound[index] ??
      refuse(
        'UnknownPredecessor',
        `"${by}" after a task that isn't among the tasks`,
        'after names tasks of the same pipeline',
        'add the task to tasks, or leave it out of after',
      )
    );
  };
  return new Map(
    bound.map((task, index) => {
      const step = tasks[index];
      const named = step instanceof PipelineStep ? step.after : undefined;
      const before = named?.map((one) => find(one, task.name)) ?? bound.filter((other) => feeds(other, task));
      return [task, new Set(before)];
    }),
  );
}

function feeds(writer: BoundTask, reader: BoundTask): boolean {
  if (writer === reader) return false;
  const key = ({ databaseName, tableName }: IDataset): string => `${databaseName}.${tableName}`;
  const written = new Set(writer.config.writes.map(key));
  return reader.config.reads.some((dataset) => written.has(key(dataset)));
}

/**
 * The order as nested sequences and Parallel states.
 *
 * What doesn't hang together runs side by side. What does is cut after the tasks that wait for nothing, which all end
 * before the rest begins: Amazon States Language knows no other joins.
 */
export function arrange(scope: Construct, order: TaskOrder, prefix = ''): sfn.Chain {
  const parts: (sfn.State & sfn.INextable)[] = [];
  let left = new Map(order);
  while (left.size > 0) {
    const groups = components(left);
    const label = `Stage ${prefix}${parts.length + 1}`;
    if (groups.length > 1) {
      parts.push(parallel(scope, label, groups, `${prefix}${parts.length + 1}`));
      break;
    }
    const first = [...left].filter(([, before]) => before.size === 0).map(([task]) => task);
    if (first.length === 0) refuseCycle([...left.keys()]);
    parts.push(first.length === 1 ? (first[0] as BoundTask).state : sideBySide(scope, label, first));
    left = without(left, new Set(first));
  }
  return parts.slice(1).reduce((chain, part) => chain.next(part), sfn.Chain.start(parts[0] as sfn.State));
}

function parallel(scope: Construct, label: string, groups: TaskOrder[], prefix: string): sfn.Parallel {
  const branches = groups.map((group, index) => arrange(scope, group, `${prefix}.${index + 1}.`));
  return new sfn.Parallel(scope, label, { resultPath: sfn.JsonPath.DISCARD }).branch(...branches);
}

function sideBySide(scope: Construct, label: string, tasks: BoundTask[]): sfn.Parallel {
  return new sfn.Parallel(scope, label, { resultPath: sfn.JsonPath.DISCARD }).branch(
    ...tasks.map(({ state }) => sfn.Chain.start(state)),
  );
}

function without(order: TaskOrder, gone: Set<BoundTask>): Map<BoundTask, ReadonlySet<BoundTask>> {
  return new Map(
    [...order]
      .filter(([task]) => !gone.has(task))
      .map(([task, before]) => [task, new Set([...before].filter((one) => !gone.has(one)))]),
  );
}

/** Groups of tasks that have nothing to do with each other, in the order of their first tasks. */
function components(order: TaskOrder): TaskOrder[] {
  const groups: Set<BoundTask>[] = [];
  for (const [task, before] of order) {
    const touching = groups.filter((group) => [task, ...before].some((one) => group.has(one)));
    const merged = new Set([...touching.flatMap((group) => [...group]), ...before, task]);
    const at = touching[0] ? groups.indexOf(touching[0]) : groups.length;
    groups.splice(at, touching[0] ? 1 : 0, merged);
    for (const other of touching.slice(1)) groups.splice(groups.indexOf(other), 1);
  }
  return groups.map((group) => new Map([...order].filter(([task]) => group.has(task))));
}

function refuseCycle(tasks: BoundTask[]): never {
  return refuse(
    'TasksInACircle',
    `tasks ${tasks.map(({ name }) => `"${name}"`).join(', ')} wait for each other`,
    'a task may not wait for what waits for it',
    'say the order by stages, or by PipelineStep.of(task, { after: [] })',
  );
}
