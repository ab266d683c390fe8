/** A filter of a selection rule: one of its conditions must hold. */
export interface Filter {
  readonly column: string;
  readonly conditions: readonly FilterCondition[];
}

export interface FilterCondition {
  readonly operator: string;
  readonly values: readonly string[];
}

/**
 * Operators with the members of their values.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.Filters.html
 */
export const FILTER_OPERATORS: Readonly<Record<string, readonly string[]>> = {
  eq: ['value'],
  noteq: ['value'],
  gte: ['value'],
  ste: ['value'],
  lte: ['value'],
  between: ['start-value', 'end-value'],
  notbetween: ['start-value', 'end-value'],
  null: [],
  notnull: [],
};

/** How a filter is written in a database's SQL. */
export interface FilterSql {
  column(name: string): string;
  /** A value to be compared with a column. */
  value(text: string, column: string): string;
}

/** The condition that all filters hold; undefined without any. */
export function filterSql(filters: readonly Filter[], sql: FilterSql): string | undefined {
  if (filters.length === 0) return undefined;
  return filters
    .map((filter) => `(${filter.conditions.map((one) => condition(filter.column, one, sql)).join(' OR ')})`)
    .join(' AND ');
}

function condition(name: string, { operator, values }: FilterCondition, sql: FilterSql): string {
  const column = sql.column(name);
  const [first = '', second = ''] = values.map((value) => sql.value(value, name));
  switch (operator) {
    case 'eq':
      return `${column} = ${first}`;
    case 'noteq':
      return `${column} <> ${first}`;
    case 'gte':
      return `${column} >= ${first}`;
    case 'ste':
    case 'lte':
      return `${column} <= ${first}`;
    case 'between':
      return `${column} BETWEEN ${first} AND ${second}`;
    case 'notbetween':
      return `${column} NOT BETWEEN ${first} AND ${second}`;
    case 'null':
      return `${column} IS NULL`;
    default:
      return `${column} IS NOT NULL`;
  }
}
