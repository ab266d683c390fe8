import type { IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { Stack, Token } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { PipelineStep } from '../pipeline-step';
import { refuse } from './refuse';

/** A task in a machine: one state, whose input goes on unchanged. */
export interface BoundTask {
  readonly name: string;
  readonly config: PipelineTaskConfig;
  readonly state: sfn.State & sfn.INextable;
}

/** Longest name of a task: its states' names add to it, and may have 80 characters. */
const LONGEST = 60;

/** Names and binds tasks; each name once, as the first construct of that id has it. */
export function bindTasks(scope: Construct, tasks: IPipelineTask[], context: PipelineTaskContext): BoundTask[] {
  const taken = new Set<string>();
  return tasks.map((task) => {
    const name = nameOf(task, taken);
    taken.add(name);
    const config = task.bind(scope, name, context);
    return { name, config, state: asOneState(scope, name, config) };
  });
}

function nameOf(task: IPipelineTask, taken: Set<string>): string {
  const given = task instanceof PipelineStep ? task.name : undefined;
  const inner = task instanceof PipelineStep ? task.task : task;
  const name = given ?? (Construct.isConstruct(inner) ? inner.node.id : undefined);
  if (name === undefined) {
    refuse(
      'TaskWithoutName',
      `a task of class "${inner.constructor.name}" that is no construct`,
      'tasks are called as their constructs are, or as they are told',
      "give it a name: PipelineStep.of(task, { name: 'Orders' })",
    );
  }
  if (Token.isUnresolved(name) || name === '' || name.length > LONGEST) {
    refuse(
      'InvalidTaskName',
      `task "${name}"`,
      `1 to ${LONGEST} characters, known at synthesis`,
      "name it by PipelineStep.of(task, { name: 'Orders' })",
    );
  }
  if (taken.has(name)) {
    refuse(
      'TaskNamedTwice',
      `two tasks "${name}"`,
      'each task of a pipeline has a name of its own',
      `rename one: PipelineStep.of(task, { name: '${name} again' })`,
    );
  }
  return name;
}

/** A task of several states becomes the only branch of a Parallel state: one to redrive, to read and to count. */
function asOneState(scope: Construct, name: string, { start, ends }: PipelineTaskConfig): BoundTask['state'] {
  const alone = ends.length === 1 && (ends[0] as unknown) === start;
  if (alone && discardsResult(start)) return start as BoundTask['state'];
  const names = sfn.State.findReachableStates(start).map(({ stateId }) => stateId);
  const id = names.includes(name) ? `${name} (task)` : name;
  return new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(sfn.Chain.custom(start, ends, start));
}

function discardsResult(state: sfn.State): boolean {
  const { ResultPath } = state.toStateJson() as { ResultPath?: unknown };
  return ResultPath !== undefined && Stack.of(state).resolve(ResultPath) === null;
}
