import { type Cell, type Column, literal, type Random, type Row, VALUES } from './random-table';

/** What a row filter may say. */
export type Predicate =
  | { readonly kind: 'compare'; readonly column: string; readonly operator: string; readonly value: Cell }
  | { readonly kind: 'between'; readonly column: string; readonly low: Cell; readonly high: Cell }
  | { readonly kind: 'in'; readonly column: string; readonly list: readonly Cell[]; readonly not: boolean }
  | { readonly kind: 'like'; readonly column: string; readonly start: string }
  | { readonly kind: 'null'; readonly column: string; readonly not: boolean }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly [Predicate, Predicate] };

export function randomPredicate(r: Random, columns: readonly Column[], depth = 0): Predicate {
  if (depth < 2 && r.chance(0.4)) {
    if (r.chance(0.2)) return { kind: 'not', of: randomPredicate(r, columns, depth + 1) };
    const term = () => randomPredicate(r, columns, depth + 1);
    return { kind: r.pick(['and', 'or'] as const), terms: [term(), term()] };
  }
  const { name: column, type, partitionKey } = r.pick(columns);
  const value = () => r.pick(VALUES[type]);
  const kinds = ['compare', 'compare', 'in', ...(type === 'boolean' ? [] : ['between'])];
  const more = [...(type === 'varchar' ? ['like'] : []), ...(partitionKey ? [] : ['null'])];
  switch (r.pick([...kinds, ...more])) {
    case 'between':
      return { kind: 'between', column, low: value(), high: value() };
    case 'in':
      return { kind: 'in', column, list: [value(), value()], not: r.chance(0.3) };
    case 'like':
      return { kind: 'like', column, start: r.pick(['', 'E', 'a', 'it']) };
    case 'null':
      return { kind: 'null', column, not: r.chance(0.5) };
    default: {
      const operators = type === 'boolean' ? ['=', '<>'] : ['=', '<>', '!=', '<', '<=', '>', '>='];
      return { kind: 'compare', column, operator: r.pick(operators), value: value() };
    }
  }
}

export function predicateText(node: Predicate): string {
  switch (node.kind) {
    case 'compare':
      return `${node.column} ${node.operator} ${literal(node.value)}`;
    case 'between':
      return `${node.column} BETWEEN ${literal(node.low)} AND ${literal(node.high)}`;
    case 'in':
      return `${node.column} ${node.not ? 'NOT ' : ''}IN (${node.list.map(literal).join(', ')})`;
    case 'like':
      return `${node.column} LIKE ${literal(`${node.start}%`)}`;
    case 'null':
      return `${node.column} IS ${node.not ? 'NOT ' : ''}NULL`;
    case 'not':
      return `NOT (${predicateText(node.of)})`;
    default:
      return `(${predicateText(node.terms[0])}) ${node.kind} (${predicateText(node.terms[1])})`;
  }
}

export const matches = (node: Predicate, row: Row): boolean => truth(node, row) === true;

/** null: SQL doesn't know. */
function truth(node: Predicate, row: Row): boolean | null {
  switch (node.kind) {
    case 'not': {
      const inner = truth(node.of, row);
      return inner === null ? null : !inner;
    }
    case 'and':
    case 'or': {
      const decides = node.kind === 'or';
      const values = node.terms.map((term) => truth(term, row));
      return values.includes(decides) ? decides : values.includes(null) ? null : !decides;
    }
    case 'null':
      return (value(row, node.column) === null) !== node.not;
  }
  const own = value(row, node.column);
  if (own === null) return null;
  switch (node.kind) {
    case 'compare':
      return compare(own, node.operator, node.value);
    case 'between':
      return compare(own, '>=', node.low) && compare(own, '<=', node.high);
    case 'in':
      return node.list.some((item) => compare(own, '=', item)) !== node.not;
    case 'like':
      return String(own).startsWith(node.start);
  }
}

const value = (row: Row, column: string): Cell => row[column] ?? null;

function compare(left: Cell, operator: string, right: Cell): boolean {
  const order = left === right ? 0 : (left as number) < (right as number) ? -1 : 1;
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}
