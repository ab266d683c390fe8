import { invalid, memberOf, OPERATORS } from '../connectors';
import type { FlowTask } from '../flow';
import { type FlowFilter, readFilter } from './filter';
import {
  readArithmetic,
  readMask,
  readMerge,
  readTruncate,
  readValidation,
  refused,
  type Transform,
  type Validation,
} from './transforms';
import { type Kind, kindOfType } from './values';

/** A source field that becomes a field of the destination. */
export interface FieldMapping {
  readonly source: string;
  readonly destination: string;
  /** What the value is converted to; undefined leaves it as it is. */
  readonly kind?: Kind;
  /** What the column is in a typed file. */
  readonly column?: Kind;
}

/** A flow's tasks, read. */
export interface FlowPlan {
  readonly filters: readonly FlowFilter[];
  /** The fields that the source is asked for; undefined = all. */
  readonly projection?: readonly string[];
  readonly validations: readonly Validation[];
  /**
   * Truncate and Mask in the order of the tasks, then Merge and Arithmetic, which so never see what a mask hides, then the
   * masks of what these make.
   */
  readonly transforms: readonly Transform[];
  readonly mappings: readonly FieldMapping[];
  /** Map_all: every field but these. */
  readonly mapAll?: { readonly except: ReadonlySet<string> };
  /** Destination fields that become folders, outermost first. */
  readonly partitionKeys: readonly string[];
  /** Fields of the source that the tasks name. */
  readonly sourceFields: readonly string[];
}

/** Task properties that each task type is known to take. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  Arithmetic: ['MATH_OPERATION_FIELDS_ORDER', 'SOURCE_DATA_TYPE', 'DESTINATION_DATA_TYPE', 'DATA_TYPE'],
  Filter: ['DATA_TYPE', 'SOURCE_DATA_TYPE', 'VALUE', 'VALUES', 'LOWER_BOUND', 'UPPER_BOUND'],
  Map: ['SOURCE_DATA_TYPE', 'DESTINATION_DATA_TYPE', 'DATA_TYPE'],
  Map_all: ['EXCLUDE_SOURCE_FIELDS_LIST', 'INCLUDE_NEW_FIELDS'],
  Mask: ['MASK_LENGTH', 'MASK_VALUE', 'DATA_TYPE', 'SOURCE_DATA_TYPE', 'DESTINATION_DATA_TYPE'],
  Merge: ['CONCAT_FORMAT', 'SOURCE_DATA_TYPE', 'DESTINATION_DATA_TYPE', 'DATA_TYPE'],
  Partition: ['ORDERED_PARTITION_KEYS_LIST'],
  Truncate: ['TRUNCATE_LENGTH', 'DATA_TYPE', 'SOURCE_DATA_TYPE', 'DESTINATION_DATA_TYPE'],
  Validate: ['VALIDATION_ACTION', 'DATA_TYPE', 'SOURCE_DATA_TYPE'],
};

/**
 * Reads the tasks of a flow whose source is of a connector type.
 *
 * @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_Task.html
 * @throws ServiceError ValidationException for each task, operator, property or value that isn't known
 */
export function planTasks(tasks: readonly FlowTask[], connectorType: string): FlowPlan {
  const member = memberOf(connectorType);
  const filters: FlowFilter[] = [];
  const validations: Validation[] = [];
  const changes: { readonly task: FlowTask; readonly transform: Transform }[] = [];
  const mappings: FieldMapping[] = [];
  /** Fields that a Merge or Arithmetic task makes. */
  const made = new Set<string>();
  let projection: string[] | undefined;
  let mapAll: FlowPlan['mapAll'];
  let partitionKeys: readonly string[] = [];
  for (const task of tasks) {
    const operator = operatorOf(task, member);
    checkProperties(task);
    switch (task.taskType) {
      case 'Filter':
        if (operator === 'PROJECTION') projection = [...(projection ?? []), ...task.sourceFields];
        else if (operator === 'NO_OP') throw refused(task, operator, ['PROJECTION', 'a comparison']);
        else filters.push(readFilter(task, operator));
        break;
      case 'Validate':
        validations.push(readValidation(task, operator));
        break;
      case 'Mask':
        changes.push({ task, transform: readMask(task, operator) });
        break;
      case 'Truncate':
        changes.push({ task, transform: readTruncate(task) });
        break;
      case 'Merge':
        changes.push({ task, transform: readMerge(task) });
        made.add(task.destinationField ?? task.sourceFields.join(','));
        break;
      case 'Arithmetic':
        changes.push({ task, transform: readArithmetic(task, operator) });
        made.add(task.destinationField ?? task.sourceFields.join(','));
        break;
      case 'Map':
        mappings.push(readMapping(task));
        break;
      case 'Map_all':
        mapAll = { except: new Set(listOf(task, 'EXCLUDE_SOURCE_FIELDS_LIST')) };
        break;
      case 'Partition':
        partitionKeys = listOf(task, 'ORDERED_PARTITION_KEYS_LIST');
        break;
    }
  }
  // A projection of nothing beside Map_all is how a flow says "all fields".
  if (projection?.length === 0) projection = undefined;
  if (mappings.length === 0 && mapAll === undefined) {
    throw invalid('the flow has no Map and no Map_all task → say which fields it transfers');
  }
  checkMappings(mappings, made, projection);
  checkPartition(partitionKeys, mappings, mapAll !== undefined);
  const phase = ({ task: { taskType, sourceFields } }: { readonly task: FlowTask }) =>
    taskType === 'Merge' || taskType === 'Arithmetic' ? 1 : made.has(sourceFields[0] as string) ? 2 : 0;
  const transforms = changes.sort((a, b) => phase(a) - phase(b)).map(({ transform }) => transform);
  const named = tasks.flatMap(({ taskType, sourceFields }) => (taskType === 'Partition' ? [] : sourceFields));
  const sourceFields = [...new Set([...named, ...(projection ?? [])])].filter((field) => !made.has(field));
  return { filters, projection, validations, transforms, mappings, mapAll, partitionKeys, sourceFields };
}

function operatorOf(task: FlowTask, member: string): string {
  if (!Object.hasOwn(PROPERTIES, task.taskType)) {
    throw invalid(
      `the task type "${task.taskType}" isn't run by Lakewright → one of ${Object.keys(PROPERTIES).join(', ')}`,
    );
  }
  const given = Object.entries(task.connectorOperator ?? {}).filter(([, value]) => value !== undefined);
  const [[connector, operator] = [member, 'NO_OP']] = given;
  if (given.length > 1 || connector !== member) {
    throw invalid(
      `the ${task.taskType} task on "${task.sourceFields.join(', ')}" has a connector operator of ${given.map(([name]) => name).join(', ')} → one of the source, ${member}`,
    );
  }
  const allowed = OPERATORS[member] as readonly string[];
  if (!allowed.includes(operator)) throw refused(task, operator, allowed);
  return operator;
}

function checkProperties(task: FlowTask): void {
  const allowed = PROPERTIES[task.taskType] as readonly string[];
  const unknown = Object.keys(task.taskProperties ?? {}).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  throw invalid(
    `the ${task.taskType} task on "${task.sourceFields.join(', ')}" has the property "${unknown}" → one of ${allowed.join(', ')}`,
  );
}

function readMapping(task: FlowTask): FieldMapping {
  const [source, ...others] = task.sourceFields;
  if (source === undefined || others.length > 0) {
    throw invalid(`the Map task on "${task.sourceFields.join(', ')}" → exactly one source field (Merge joins several)`);
  }
  const { DATA_TYPE, SOURCE_DATA_TYPE = DATA_TYPE, DESTINATION_DATA_TYPE } = task.taskProperties ?? {};
  const from = SOURCE_DATA_TYPE === undefined ? undefined : kindOfType(SOURCE_DATA_TYPE);
  const to = DESTINATION_DATA_TYPE === undefined ? undefined : kindOfType(DESTINATION_DATA_TYPE);
  // A text that stays one is left alone: an address is an object of several parts.
  const kind = to === 'text' && (from === undefined || from === 'text') ? undefined : to;
  return { source, destination: task.destinationField ?? source, kind, column: to ?? from };
}

function checkMappings(
  mappings: readonly FieldMapping[],
  made: ReadonlySet<string>,
  projection: readonly string[] | undefined,
): void {
  const seen = new Set<string>();
  for (const { source, destination } of mappings) {
    if (seen.has(destination))
      throw invalid(`two Map tasks write the destination field "${destination}" → one of them`);
    seen.add(destination);
    if (projection && !made.has(source) && !projection.includes(source)) {
      throw invalid(
        `the Map task on "${source}" reads a field that the projection doesn't ask for → add it to the Filter task with PROJECTION`,
      );
    }
  }
}

function checkPartition(keys: readonly string[], mappings: readonly FieldMapping[], all: boolean): void {
  const unknown = keys.find(
    (key) => !/^[\w.-]+$/.test(key) || !(all || mappings.some((one) => one.destination === key)),
  );
  if (unknown === undefined) return;
  throw invalid(
    `the partition key "${unknown}" is no mapped field → one of ${mappings.map((one) => one.destination).join(', ')}`,
  );
}

/** A JSON array, or names with commas. */
function listOf(task: FlowTask, key: string): string[] {
  const text = task.taskProperties?.[key]?.trim() ?? '';
  if (!text.startsWith('[')) {
    return text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  }
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list.map(String);
  } catch {}
  throw invalid(`the ${task.taskType} task has the ${key} ${text} → a JSON array of field names`);
}
