import { LakeError } from '@lakewright/core';
import type { CfnFlow } from 'aws-cdk-lib/aws-appflow';
import type { AppFlowFilter } from '../app-flow-filter';
import type { AppFlowMapping } from '../app-flow-mapping';
import type { AppFlowSource } from '../app-flow-source';
import type { AppFlowTransform } from '../app-flow-transform';
import type { AppFlowValidation } from '../app-flow-validation';
import { render, type TaskJson, taskJson } from './app-flow-task';

/** What a flow does with the records. */
export interface FlowWork {
  readonly source: AppFlowSource;
  readonly mapping: AppFlowMapping;
  readonly filters: AppFlowFilter[];
  readonly transforms: AppFlowTransform[];
  readonly validations: AppFlowValidation[];
}

/**
 * The flow's tasks: what to read first, then which records, which columns, and what is done to them.
 *
 * The projection has every field that any task reads. With all fields AppFlow makes it itself.
 */
export function flowTasks(work: FlowWork): CfnFlow.TaskProperty[] {
  check(work);
  const { source, mapping, filters, transforms, validations } = work;
  const reads = [...new Set([...mapping._reads, ...filters.map(({ _field }) => _field)])];
  const projection = mapping._mapped === undefined ? [] : [taskJson('Filter', 'PROJECTION', reads)];
  const tasks: TaskJson[] = [
    ...projection,
    ...filters.map(({ _task }) => _task),
    ...mapping._tasks,
    ...transforms.map(({ _task }) => _task),
    ...validations.map(({ _task }) => _task),
  ];
  return tasks.map((task) => render(task, source._connector.operatorKey));
}

function check({ source, mapping, filters, transforms, validations }: FlowWork): void {
  const connector = source._connector;
  for (const { _field, _task } of filters) {
    if (connector.operators.includes(_task.operator)) continue;
    throw new Error(
      LakeError.message(
        'FilterNotOffered',
        `a filter ${_task.operator} on "${_field}" of ${connector.name}`,
        `its filters are ${connector.operators.filter((operator) => COMPARISONS.has(operator)).join(', ')}`,
        'use one of these, or filter after the data has arrived',
      ),
    );
  }
  for (const { _field, _task } of [...transforms, ...validations]) {
    const mapped = mapping._mapped?.includes(_field) ?? !mapping._excluding.includes(_field);
    if (mapped) continue;
    throw new Error(
      LakeError.message(
        'UnmappedField',
        `${_task.operator === 'NO_OP' ? _task.taskType : _task.operator} on "${_field}", which the mapping leaves out`,
        'fields that are mapped, by the name that the application gives them',
        'map the field with AppFlowField.of, or take the task away',
      ),
    );
  }
  const treated = transforms.map(({ _field, _task }) => `${_task.taskType} of ${_field}`);
  const twice = treated.find((name, index) => treated.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(
      LakeError.message('DuplicateTransform', `"${twice}" twice`, 'one mask and one cut for each field', 'keep one'),
    );
  }
}

const COMPARISONS = new Set([
  'BETWEEN',
  'CONTAINS',
  'EQUAL_TO',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL_TO',
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL_TO',
  'NOT_EQUAL_TO',
]);
