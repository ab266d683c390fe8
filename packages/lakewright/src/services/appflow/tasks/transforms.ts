import { invalid } from '../connectors';
import type { FlowTask } from '../flow';
import { fieldOf, isEmpty, numberOf, type RecordValue, type SourceRecord, textOf } from './values';

/** Changes the working copy of a record. */
export type Transform = (record: SourceRecord) => void;

/** What a record fails, and whether the run fails with it. */
export interface Validation {
  readonly field: string;
  readonly operator: string;
  readonly action: 'DropRecord' | 'DropDataset';
  holds(value: RecordValue): boolean;
}

const CHECKS: Readonly<Record<string, (value: RecordValue) => boolean>> = {
  VALIDATE_NON_NULL: (value) => !isEmpty(value),
  VALIDATE_NON_ZERO: (value) => numberOf(value) !== 0,
  VALIDATE_NON_NEGATIVE: (value) => !((numberOf(value) ?? 0) < 0),
  VALIDATE_NUMERIC: (value) => isEmpty(value) || numberOf(value) !== undefined,
};

/** @throws ServiceError ValidationException */
export function readValidation(task: FlowTask, operator: string): Validation {
  const field = oneField(task);
  const holds = CHECKS[operator];
  if (holds === undefined) throw refused(task, operator, Object.keys(CHECKS));
  const action = task.taskProperties?.VALIDATION_ACTION ?? '';
  if (action !== 'DropRecord' && action !== 'DropDataset') {
    throw invalid(
      `the Validate task on "${field}" has the VALIDATION_ACTION "${action}" → DropRecord (leave the record out) or DropDataset (fail the run)`,
    );
  }
  return { field, operator, action, holds };
}

/** MASK_LENGTH characters of the value, or all, become MASK_VALUE (`*` unless given); a shorter value is masked whole. */
export function readMask(task: FlowTask, operator: string): Transform {
  const field = oneField(task);
  const mark = task.taskProperties?.MASK_VALUE ?? '*';
  if ([...mark].length !== 1) throw invalid(`the Mask task on "${field}" has the MASK_VALUE "${mark}" → one character`);
  if (operator === 'MASK_ALL') {
    return onText(task, field, (characters) => mark.repeat(characters.length));
  }
  if (operator !== 'MASK_FIRST_N' && operator !== 'MASK_LAST_N') {
    throw refused(task, operator, ['MASK_ALL', 'MASK_FIRST_N', 'MASK_LAST_N']);
  }
  const count = length(task, 'MASK_LENGTH');
  if (operator === 'MASK_FIRST_N') {
    return onText(
      task,
      field,
      (text) => mark.repeat(Math.min(count, text.length)) + text.slice(Math.min(count, text.length)).join(''),
    );
  }
  return onText(task, field, (text) => {
    const kept = Math.max(0, text.length - count);
    return text.slice(0, kept).join('') + mark.repeat(text.length - kept);
  });
}

/** The first TRUNCATE_LENGTH characters. */
export function readTruncate(task: FlowTask): Transform {
  const count = length(task, 'TRUNCATE_LENGTH');
  return onText(task, oneField(task), (text) => text.slice(0, count).join(''));
}

/**
 * Several fields become one, named by the destination field (or by the fields, comma-separated): CONCAT_FORMAT names
 * them, as `${First} ${Last}` or `First Last`; without one they follow each other. No value is no text.
 */
export function readMerge(task: FlowTask): Transform {
  const { sourceFields } = task;
  if (sourceFields.length < 2)
    throw invalid(`the Merge task on "${sourceFields.join(', ')}" → two or more source fields`);
  const name = task.destinationField ?? sourceFields.join(',');
  const parts = formatParts(task.taskProperties?.CONCAT_FORMAT, sourceFields, name);
  const text = (value: RecordValue) => (isEmpty(value) ? '' : textOf(value));
  return (record) => {
    record[name] = parts.map((part) => (typeof part === 'string' ? part : text(fieldOf(record, part.field)))).join('');
  };
}

function formatParts(
  format: string | undefined,
  fields: readonly string[],
  name: string,
): (string | { readonly field: string })[] {
  if (format === undefined || format === '') return fields.map((field) => ({ field }));
  const named = [...fields]
    .sort((a, b) => b.length - a.length)
    .map((field) => field.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const braced = /\$?\{[^}]*\}/.test(format);
  const pattern = braced ? /(\$?\{[^}]*\})/ : new RegExp(`(?<!\\w)(${named.join('|')})(?!\\w)`);
  return format.split(pattern).flatMap((part, index): (string | { field: string })[] => {
    if (index % 2 === 0) return part === '' ? [] : [part];
    const field = part.replace(/^\$?\{|\}$/g, '').trim();
    if (fields.includes(field)) return [{ field }];
    throw invalid(`the CONCAT_FORMAT of "${name}" names "${field}" → one of ${fields.join(', ')}`);
  });
}

/** Two numbers become one; null where one of them is missing or the divisor is zero. */
export function readArithmetic(task: FlowTask, operator: string): Transform {
  const operation: ((a: number, b: number) => number) | undefined = {
    ADDITION: (a: number, b: number) => a + b,
    SUBTRACTION: (a: number, b: number) => a - b,
    MULTIPLICATION: (a: number, b: number) => a * b,
    DIVISION: (a: number, b: number) => a / b,
  }[operator];
  if (operation === undefined) throw refused(task, operator, ['ADDITION', 'SUBTRACTION', 'MULTIPLICATION', 'DIVISION']);
  const order = task.taskProperties?.MATH_OPERATION_FIELDS_ORDER?.split(',').map((one) => one.trim());
  const [left, right, ...more] = order ?? task.sourceFields;
  if (left === undefined || right === undefined || more.length > 0) {
    throw invalid(`the Arithmetic task ${operator} on "${(order ?? task.sourceFields).join(', ')}" → two fields`);
  }
  const name = task.destinationField ?? `${left},${right}`;
  return (record) => {
    const [a, b] = [operand(record, left, operator), operand(record, right, operator)];
    const result = a === undefined || b === undefined ? Number.NaN : operation(a, b);
    record[name] = Number.isFinite(result) ? result : null;
  };
}

/** A number, undefined for none; what isn't a number fails the record. */
function operand(record: SourceRecord, field: string, operator: string): number | undefined {
  const value = fieldOf(record, field);
  if (isEmpty(value)) return undefined;
  const number = numberOf(value);
  if (number === undefined)
    throw new RecordError(`${operator} of "${field}", which is ${JSON.stringify(value)} and no number`);
  return number;
}

/** A record that can't be transferred as the flow says. */
export class RecordError extends Error {}

function onText(task: FlowTask, field: string, change: (characters: string[]) => string): Transform {
  const name = task.destinationField ?? field;
  return (record) => {
    const value = fieldOf(record, field);
    record[name] = isEmpty(value) ? (value ?? null) : change([...textOf(value)]);
  };
}

function oneField(task: FlowTask): string {
  const [field, ...others] = task.sourceFields;
  if (field !== undefined && others.length === 0) return field;
  throw invalid(`the ${task.taskType} task on "${task.sourceFields.join(', ')}" → exactly one source field`);
}

function length(task: FlowTask, key: string): number {
  const value = Number(task.taskProperties?.[key]);
  if (Number.isInteger(value) && value > 0) return value;
  throw invalid(
    `the ${task.taskType} task on "${oneField(task)}" has the ${key} "${task.taskProperties?.[key] ?? ''}" → a whole number above 0`,
  );
}

export function refused(task: FlowTask, operator: string, allowed: readonly string[]): Error {
  return invalid(
    `the ${task.taskType} task on "${task.sourceFields.join(', ')}" has the operator "${operator}" → one of ${allowed.join(', ')}`,
  );
}
