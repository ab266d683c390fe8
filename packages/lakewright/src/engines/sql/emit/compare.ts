import { NotCoveredError, SqlError } from '../errors';
import type { ComparisonOperator } from '../parse/ast';
import { containsFloating, isFloating, someType } from '../types/build';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { bindOnce } from './text';

export interface Operand {
  readonly sql: string;
  /** Literals aren't NaN. */
  readonly literal: boolean;
}

/**
 * Two values of one type, by Trino's rules: NaN equals nothing and is neither smaller nor greater, zoned timestamps
 * are instants, NULL inside arrays and rows makes the answer NULL.
 */
export function compareSql(operator: ComparisonOperator, type: TrinoType, left: Operand, right: Operand): string {
  const [l, r] = [left.sql, right.sql];
  if (type.kind === 'unknown') return 'CAST(NULL AS BOOLEAN)';
  if (type.kind === 'timestamp with time zone') return `((${l}).i ${operator} (${r}).i)`;
  if (isFloating(type)) return compareFloating(operator, left, right);
  const equality = operator === '=' || operator === '<>';
  const negated = (equal: string) => (operator === '=' ? equal : `(NOT ${equal})`);
  switch (type.kind) {
    case 'array':
      if (!equality) break;
      refuseParts(type);
      return negated(`lw_eq_list(${l}, ${r})`);
    case 'map':
      if (!equality) throw new SqlError('TYPE_MISMATCH', `Cannot apply operator: ${typeText(type)} ${operator}`);
      refuseParts(type);
      return bindOnce([l, r], ([a, b]) => negated(`(list_sort(map_entries(${a})) = list_sort(map_entries(${b})))`));
    case 'row': {
      if (!equality) break;
      const equal = bindOnce([l, r], ([a, b]) => {
        const fields = type.fields.map((field, index) => {
          const side = (value?: string): Operand => ({
            sql: `struct_extract_at(${value}, ${index + 1})`,
            literal: false,
          });
          return compareSql('=', field.type, side(a), side(b));
        });
        return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL ELSE (${fields.join(' AND ')}) END`;
      });
      return negated(equal);
    }
  }
  if (type.kind === 'array' || type.kind === 'row') refuseParts(type);
  return `(${l} ${operator} ${r})`;
}

/** DuckDB compares parts in its own way where they are numbers that may be NaN or zoned timestamps. */
function refuseParts(type: TrinoType): void {
  if (containsFloating(type) || someType(type, (part) => part.kind === 'timestamp with time zone')) {
    throw new NotCoveredError(`comparison of values of type ${typeText(type)}`);
  }
}

/** DuckDB takes NaN for the greatest number, equal to itself: a guard where that would show. */
function compareFloating(operator: ComparisonOperator, left: Operand, right: Operand): string {
  const [l, r] = [left.sql, right.sql];
  const plain = `${l} ${operator} ${r}`;
  if (operator === '<>') return left.literal || right.literal ? `(${plain})` : `(${plain} OR isnan(${l}))`;
  const guarded: string[] = [];
  if (operator === '=' && !left.literal && !right.literal) guarded.push(l);
  if ((operator === '<' || operator === '<=') && !right.literal) guarded.push(r);
  if ((operator === '>' || operator === '>=') && !left.literal) guarded.push(l);
  return `(${[plain, ...guarded.map((value) => `NOT isnan(${value})`)].join(' AND ')})`;
}

/** DuckDB's own comparison gives Trino's answer. */
export function isNative(type: TrinoType): boolean {
  return !isFloating(type) && !['timestamp with time zone', 'row', 'array', 'map', 'unknown'].includes(type.kind);
}
