import type { FlowFilter } from '../tasks/filter';
import { convert, timeOf } from '../tasks/values';
import type { PullWindow } from './source';

const SYMBOLS: Readonly<Record<string, string>> = {
  EQUAL_TO: '=',
  NOT_EQUAL_TO: '!=',
  GREATER_THAN: '>',
  GREATER_THAN_OR_EQUAL_TO: '>=',
  LESS_THAN: '<',
  LESS_THAN_OR_EQUAL_TO: '<=',
};

/**
 * The SOQL query of a flow: its fields, its filters and its window.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
 */
export function soqlQuery(
  object: string,
  fields: readonly string[],
  filters: readonly FlowFilter[],
  window: PullWindow | undefined,
): string {
  const conditions = filters.map(condition);
  if (window) {
    conditions.push(`${window.field} >= ${timeLiteral(window.start)}`, `${window.field} < ${timeLiteral(window.end)}`);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return `SELECT ${fields.join(', ')} FROM ${object}${where}`;
}

function condition(filter: FlowFilter): string {
  const { field, operator, values } = filter;
  const [first = '', last = ''] = values;
  if (operator === 'BETWEEN') return `${field} >= ${literal(filter, first)} AND ${field} <= ${literal(filter, last)}`;
  if (operator === 'CONTAINS') {
    const likes = values.map((value) => `${field} LIKE '%${escaped(value).replace(/[%_]/g, '\\$&')}%'`);
    return likes.length === 1 ? (likes[0] as string) : `(${likes.join(' OR ')})`;
  }
  if (values.length > 1) {
    const list = values.map((value) => literal(filter, value)).join(', ');
    return `${field} ${operator === 'NOT_EQUAL_TO' ? 'NOT IN' : 'IN'} (${list})`;
  }
  return `${field} ${SYMBOLS[operator]} ${literal(filter, first)}`;
}

function literal({ kind }: FlowFilter, value: string): string {
  switch (kind) {
    case 'integer':
    case 'number':
      return value.trim();
    case 'boolean':
      return String(convert(value, 'boolean'));
    case 'date':
      return timeLiteral(timeOf(value) as number).slice(0, 10);
    case 'datetime':
      return timeLiteral(timeOf(value) as number);
    case 'text':
      return `'${escaped(value)}'`;
  }
}

function escaped(text: string): string {
  return text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

function timeLiteral(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
