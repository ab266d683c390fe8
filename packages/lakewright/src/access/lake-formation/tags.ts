import type { Facts, LfTag } from './facts';

export type Tags = Readonly<Record<string, string>>;

/**
 * The LF-Tags that a database, table or column has: its own, and for keys that it hasn't those of what it lies in.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html
 */
export function effectiveTags(
  facts: Pick<Facts, 'assignments'>,
  database: string,
  table?: string,
  column?: string,
): Tags {
  const own = (of: { table?: string; column?: string }) =>
    facts.assignments
      .filter(
        ({ DatabaseName, TableName, ColumnName }) =>
          DatabaseName === database && TableName === of.table && ColumnName === of.column,
      )
      .map(({ Tags }) => Tags);
  return Object.assign(
    Object.create(null),
    ...own({}),
    ...(table === undefined ? [] : own({ table })),
    ...(table === undefined || column === undefined ? [] : own({ table, column })),
  );
}

/** Every key of the expression must be there with one of its values. */
export function matchesTags(expression: readonly LfTag[], tags: Tags): boolean {
  return (
    expression.length > 0 &&
    expression.every(
      ({ TagKey, TagValues }) =>
        Object.hasOwn(tags, TagKey) && (TagValues.includes('*') || TagValues.includes(tags[TagKey])),
    )
  );
}

/** `domain=sales, pii=none|low` */
export function tagText(expression: readonly LfTag[]): string {
  return expression.map(({ TagKey, TagValues }) => `${TagKey}=${TagValues.join('|')}`).join(', ');
}
