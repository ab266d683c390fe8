import type { FilterColumn, FilterComparison, FilterExpression, FilterLiteral } from './row-filter-parser';
import { isReserved } from './row-filter-tokens';

/** The one way to write an expression: what is deployed is what was understood. */
export function renderFilter(expression: FilterExpression): string {
  switch (expression.kind) {
    case 'comparison':
      return comparison(expression);
    case 'NOT':
      return `NOT ${inParentheses(expression.term, expression.term.kind !== 'NOT')}`;
    default:
      return expression.terms
        .map((term) => inParentheses(term, expression.kind === 'AND' ? term.kind === 'OR' : term.kind === 'AND'))
        .join(` ${expression.kind} `);
  }
}

/** The comparisons of an expression, from left to right. */
export function comparisons(expression: FilterExpression): FilterComparison[] {
  if (expression.kind === 'comparison') return [expression];
  if (expression.kind === 'NOT') return comparisons(expression.term);
  return expression.terms.flatMap(comparisons);
}

function inParentheses(expression: FilterExpression, needed: boolean): string {
  const text = renderFilter(expression);
  return needed ? `(${text})` : text;
}

function comparison({ column, operator, negated, values }: FilterComparison): string {
  const [name, not] = [columnName(column), negated ? 'NOT ' : ''];
  const constants = values.map(constant);
  switch (operator) {
    case 'IS NULL':
      return `${name} IS ${not}NULL`;
    case 'IN':
      return `${name} ${not}IN (${constants.join(', ')})`;
    case 'BETWEEN':
      return `${name} ${not}BETWEEN ${constants.join(' AND ')}`;
    case 'LIKE':
      return `${name} ${not}LIKE ${constants[0]}`;
    default:
      return `${name} ${operator} ${constants[0]}`;
  }
}

function constant({ kind, value }: FilterLiteral): string {
  return kind === 'text' ? `'${value.replaceAll("'", "''")}'` : value;
}

function columnName({ path }: FilterColumn): string {
  return path
    .map((part) => (/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(part) && !isReserved(part) ? part : quoted(part)))
    .join('.');
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
