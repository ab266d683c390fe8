import type { FlowPlan } from './plan';
import { RecordError } from './transforms';
import { convert, fieldOf, type SourceRecord } from './values';

/** What becomes of one record that passed the filters. */
export type Outcome =
  | { readonly kind: 'written'; readonly record: SourceRecord }
  /** A validation left it out. */
  | { readonly kind: 'dropped' };

/** A validation that fails the whole run. */
export class DatasetDropped extends Error {}

/**
 * Runs the tasks on a record: validations on the values of the source, then the transforms, then the mappings.
 *
 * @throws DatasetDropped, RecordError
 */
export function transfer(plan: FlowPlan, source: SourceRecord): Outcome {
  for (const { field, operator, action, holds } of plan.validations) {
    const value = fieldOf(source, field);
    if (holds(value)) continue;
    if (action === 'DropRecord') return { kind: 'dropped' };
    throw new DatasetDropped(`${operator} on "${field}" doesn't hold: the value is ${JSON.stringify(value ?? null)}`);
  }
  let working = source;
  if (plan.transforms.length > 0) {
    working = { ...source };
    for (const transform of plan.transforms) transform(working);
  }
  const record: SourceRecord = {};
  if (plan.mapAll) {
    const asked = plan.projection ?? Object.keys(source);
    for (const field of asked) if (!plan.mapAll.except.has(field)) record[field] = fieldOf(working, field) ?? null;
  }
  for (const { source: field, destination, kind } of plan.mappings) {
    const value = fieldOf(working, field);
    const converted = kind === undefined ? (value ?? null) : convert(value, kind);
    if (converted === undefined) {
      throw new RecordError(`"${field}" is ${JSON.stringify(value)}, which is no ${kind} for "${destination}"`);
    }
    record[destination] = converted;
  }
  return { kind: 'written', record };
}
