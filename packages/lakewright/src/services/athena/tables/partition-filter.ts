import type { ScanConstraint } from '../../../engines/sql/contract';
import type { TrinoType } from '../../../engines/sql/types/type';

/** What a value of a partition key is compared as. Undefined: not comparable, so nothing is left out. */
type Comparable = bigint | number | string | undefined;

/** Hive's name of the partition whose key is NULL. */
export const HIVE_DEFAULT_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/**
 * Whether a partition may have rows that satisfy the constraints. In doubt it may: the query filters for itself.
 *
 * @param value as the catalog holds it; the default partition means NULL
 */
export function mayMatch(value: string, type: TrinoType, constraints: readonly ScanConstraint[]): boolean {
  return constraints.every((constraint) => satisfies(value, type, constraint));
}

function satisfies(value: string, type: TrinoType, { operator, values }: ScanConstraint): boolean {
  if (value === HIVE_DEFAULT_PARTITION) return operator === 'is null';
  if (operator === 'is null') return false;
  if (operator === 'is not null') return true;
  if (operator === 'like') return type.kind !== 'varchar' || like(value, values[0] ?? '');
  const left = comparable(value, type);
  const rights = values.map((item) => comparable(item, type));
  if (left === undefined || rights.some((right) => right === undefined)) return true;
  const orders = rights.map((right) => compare(left, right as bigint | number | string));
  const first = orders[0] as number;
  switch (operator) {
    case '=':
      return first === 0;
    case '<>':
      return first !== 0;
    case '<':
      return first < 0;
    case '<=':
      return first <= 0;
    case '>':
      return first > 0;
    case '>=':
      return first >= 0;
    case 'in':
      return orders.includes(0);
  }
}

function comparable(text: string, type: TrinoType): Comparable {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
    case 'varchar':
      return text;
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : undefined;
    case 'boolean':
      return text.toLowerCase();
    default:
      return undefined;
  }
}

/** Text by code points, as Trino's UTF-8 order. */
function compare(left: bigint | number | string, right: bigint | number | string): number {
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

function like(value: string, pattern: string): boolean {
  const expression = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%/g, '.*')
    .replace(/_/g, '.');
  return new RegExp(`^${expression}$`, 'su').test(value);
}
