import { invalid } from '../connectors';
import type { FlowTask } from '../flow';
import {
  convert,
  fieldOf,
  isEmpty,
  type Kind,
  kindOfType,
  numberOf,
  type SourceRecord,
  textOf,
  timeOf,
} from './values';

/** A Filter task other than PROJECTION, its values read. */
export interface FlowFilter {
  readonly field: string;
  readonly operator: string;
  readonly kind: Kind;
  /** Texts as the task has them. */
  readonly values: readonly string[];
}

type Comparable = string | number | boolean;

const ORDERED = new Set(['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO', 'BETWEEN']);

/**
 * Reads a Filter task.
 *
 * @throws ServiceError ValidationException for what has no known meaning: an order of texts or booleans, CONTAINS of numbers
 */
export function readFilter(task: FlowTask, operator: string): FlowFilter {
  const properties = task.taskProperties ?? {};
  const [field, ...others] = task.sourceFields;
  const what = `the Filter ${operator} on "${task.sourceFields.join(', ')}"`;
  if (field === undefined || others.length > 0) throw invalid(`${what} → exactly one source field`);
  const type = properties.DATA_TYPE ?? properties.SOURCE_DATA_TYPE;
  const values = valuesOf(properties, operator, what);
  const kind = type === undefined ? kindOfValues(values, operator) : kindOfType(type);
  if (ORDERED.has(operator) && (kind === 'text' || kind === 'boolean')) {
    throw invalid(
      `${what} has the DATA_TYPE "${type ?? 'none'}" → numbers, dates and times have an order here; how a source orders texts isn't known → give a DATA_TYPE like double or datetime`,
    );
  }
  if (operator === 'CONTAINS' && kind !== 'text') {
    throw invalid(`${what} has the DATA_TYPE "${type}" → CONTAINS is for texts`);
  }
  for (const value of values) {
    if (comparable(value, kind, false) === undefined) throw invalid(`${what}: "${value}" is no ${type}`);
  }
  return { field, operator, kind, values };
}

function valuesOf(properties: Readonly<Record<string, string>>, operator: string, what: string): string[] {
  const { VALUE, VALUES, LOWER_BOUND, UPPER_BOUND } = properties;
  if (operator === 'BETWEEN') {
    if (LOWER_BOUND !== undefined && UPPER_BOUND !== undefined) return [LOWER_BOUND, UPPER_BOUND];
    throw invalid(`${what} → LOWER_BOUND and UPPER_BOUND in its task properties`);
  }
  if (VALUE === undefined && VALUES === undefined) throw invalid(`${what} → VALUE or VALUES in its task properties`);
  return VALUE !== undefined ? [VALUE] : (VALUES as string).split(',').map((one) => one.trim());
}

/** Without a DATA_TYPE: an order is one of numbers or times, by what the values look like. */
function kindOfValues(values: readonly string[], operator: string): Kind {
  if (!ORDERED.has(operator)) return 'text';
  if (values.every((value) => numberOf(value) !== undefined)) return 'number';
  return values.every((value) => timeOf(value) !== undefined) ? 'datetime' : 'text';
}

/** A function that says whether a record passes all filters. */
export function recordTest(
  filters: readonly FlowFilter[],
  options: { readonly ignoreCase: boolean },
): (record: SourceRecord) => boolean {
  const tests = filters.map((filter) => ({ field: filter.field, test: valueTest(filter, options.ignoreCase) }));
  return (record) => tests.every(({ field, test }) => test(fieldOf(record, field)));
}

function valueTest({ operator, kind, values }: FlowFilter, ignoreCase: boolean): (value: unknown) => boolean {
  const wanted = values.map((value) => comparable(value, kind, ignoreCase) as Comparable);
  const [first, last = first] = wanted as [Comparable, Comparable?];
  const compare = (test: (value: Comparable) => boolean) => (value: unknown) => {
    const found = isEmpty(value) ? undefined : comparable(value, kind, ignoreCase);
    return found !== undefined && test(found);
  };
  switch (operator) {
    case 'EQUAL_TO':
      return compare((value) => wanted.includes(value));
    case 'NOT_EQUAL_TO': {
      // Of several values: none of them. Also true of no value, as in SOQL.
      const equal = compare((value) => wanted.includes(value));
      return (value) => !equal(value);
    }
    case 'CONTAINS':
      return compare((value) => wanted.some((part) => (value as string).includes(part as string)));
    case 'GREATER_THAN':
      return compare((value) => value > first);
    case 'GREATER_THAN_OR_EQUAL_TO':
      return compare((value) => value >= first);
    case 'LESS_THAN':
      return compare((value) => value < first);
    case 'LESS_THAN_OR_EQUAL_TO':
      return compare((value) => value <= first);
    case 'BETWEEN':
      return compare((value) => value >= first && value <= last);
    default:
      throw invalid(`the Filter operator "${operator}" isn't one`);
  }
}

/** A value as what `<` and `===` work on; undefined if it isn't of that kind. */
function comparable(value: unknown, kind: Kind, ignoreCase: boolean): Comparable | undefined {
  switch (kind) {
    case 'integer':
    case 'number':
      return numberOf(value);
    case 'boolean':
      return (convert(value, 'boolean') as boolean | null | undefined) ?? undefined;
    case 'date':
    case 'datetime':
      return timeOf(value);
    case 'text':
      return ignoreCase ? textOf(value).toLowerCase() : textOf(value);
  }
}
