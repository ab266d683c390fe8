import { type HiveType, parseHiveType } from './hive-type';
import type { FilterComparison, FilterLiteral } from './row-filter-parser';

/** Why a comparison doesn't fit a table. */
export interface Misfit {
  readonly code: 'UnknownFilterColumn' | 'UnsupportedFilterColumn' | 'FilterTypeMismatch';
  readonly wrote: string;
  readonly allowed: string;
  readonly change: string;
}

/** Types of AWS's list, by what they are compared to. */
const CONSTANTS: Readonly<Record<string, 'text' | 'whole' | 'number' | 'boolean'>> = {
  string: 'text',
  char: 'text',
  varchar: 'text',
  int: 'whole',
  integer: 'whole',
  long: 'whole',
  bigint: 'whole',
  float: 'number',
  double: 'number',
  decimal: 'number',
  boolean: 'boolean',
};

const TYPES = 'string, char, varchar, int, bigint, float, decimal, double, boolean, and fields of structs';

/**
 * Compares one comparison with a table's columns; undefined if it fits.
 *
 * @param columns lower case name → Hive type
 * @param partitionKeys lower case names
 */
export function misfit(
  comparison: FilterComparison,
  columns: ReadonlyMap<string, string>,
  partitionKeys: ReadonlySet<string>,
): Misfit | undefined {
  const { column, operator, values } = comparison;
  const [name = '', ...fields] = column.path.map((part) => part.toLowerCase());
  const declared = columns.get(name);
  if (declared === undefined) {
    return {
      code: 'UnknownFilterColumn',
      wrote: `column "${column.path[0]}" at position ${column.at}`,
      allowed: [...columns.keys()].join(', '),
      change: 'name one of these; texts stand in single quotes',
    };
  }
  if (partitionKeys.has(name) && (operator === 'IS NULL' || fields.length > 0)) {
    return unsupported(comparison, 'a partition key', 'neither IS NULL nor fields of partition keys');
  }
  const type = fields.reduce<HiveType | undefined>(fieldOf, parseHiveType(declared));
  if (!type) {
    return {
      code: 'UnknownFilterColumn',
      wrote: `field "${column.path.join('.')}" at position ${column.at}`,
      allowed: `the fields of "${name}", which is ${declared}`,
      change: 'name a field of the struct',
    };
  }
  const wanted = CONSTANTS[type.name];
  if (!wanted) return unsupported(comparison, type.text, TYPES);
  if (operator === 'LIKE' && wanted !== 'text') return unsupported(comparison, type.text, 'LIKE on texts');
  if (wanted === 'boolean' && !['=', '<>', 'IN', 'IS NULL'].includes(operator)) {
    return unsupported(comparison, type.text, '=, <>, IN and IS NULL on booleans');
  }
  const wrong = values.find((value) => !fits(value, wanted));
  return (
    wrong && {
      code: 'FilterTypeMismatch',
      wrote: `${shown(wrong)} at position ${wrong.at} for "${column.path.join('.')}", which is ${type.text}`,
      allowed: { text: "'texts'", whole: 'whole numbers', number: 'numbers', boolean: 'TRUE and FALSE' }[wanted],
      change: 'write the constant in the type of the column',
    }
  );
}

function fieldOf(type: HiveType | undefined, name: string): HiveType | undefined {
  return type?.fields?.get(name);
}

function fits({ kind, value }: FilterLiteral, wanted: string): boolean {
  if (wanted === 'whole') return kind === 'number' && /^[+-]?\d+$/.test(value);
  return kind === wanted;
}

function shown({ kind, value }: FilterLiteral): string {
  return kind === 'text' ? `'${value}'` : value;
}

function unsupported({ column, operator }: FilterComparison, type: string, allowed: string): Misfit {
  return {
    code: 'UnsupportedFilterColumn',
    wrote: `${operator} on "${column.path.join('.')}" at position ${column.at}, which is ${type}`,
    allowed,
    change: 'filter by a column of a supported type; make one with the ETL if need be',
  };
}
