import { refuseMapping } from './refuse';

/** The expression of an added column: its parts are put together. */
export type ColumnExpression = readonly ExpressionPart[];

export type ExpressionPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'header'; readonly header: Header }
  | { readonly kind: 'metadata'; readonly of: 'schema' | 'table' }
  /** By operation: deleted, updated, inserted. */
  | { readonly kind: 'operation'; readonly texts: Readonly<Record<'D' | 'U' | 'I', string>> };

export type Header = 'change-sequence' | 'operation' | 'commit-timestamp' | 'timestamp';

const HEADERS: Readonly<Record<string, Header>> = {
  AR_H_CHANGE_SEQ: 'change-sequence',
  AR_H_OPERATION: 'operation',
  AR_H_COMMIT_TIMESTAMP: 'commit-timestamp',
  AR_H_TIMESTAMP: 'timestamp',
};

const METADATA: Readonly<Record<string, 'schema' | 'table'>> = {
  AR_M_SOURCE_SCHEMA: 'schema',
  AR_M_SOURCE_SCHEMA_NAME: 'schema',
  AR_M_SOURCE_TABLE_NAME: 'table',
};

const PART =
  /^\s*(?:\$(?<name>[A-Za-z_]\w*)|'(?<text>(?:[^']|'')*)'|operation_indicator\(\s*'(?<d>[^']*)'\s*,\s*'(?<u>[^']*)'\s*,\s*'(?<i>[^']*)'\s*\))\s*/i;

/**
 * The expressions that are worked out locally: a column, a header, a name of the source, a text, `operation_indicator`, and
 * these joined by `||`. DMS has SQLite's functions; another expression is refused, not guessed.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Expressions.html
 */
export function parseExpression(text: string, rule: string): ColumnExpression {
  const parts: ExpressionPart[] = [];
  for (let rest = text; ; rest = rest.slice(2)) {
    const found = PART.exec(rest);
    if (found === null) throw unknown(text, rule);
    parts.push(part(found.groups ?? {}, text, rule));
    rest = rest.slice(found[0].length);
    if (rest === '') return parts;
    if (!rest.startsWith('||')) throw unknown(text, rule);
  }
}

function part(groups: Record<string, string | undefined>, text: string, rule: string): ExpressionPart {
  const { name, d, u, i } = groups;
  if (groups.text !== undefined) return { kind: 'text', text: groups.text.replaceAll("''", "'") };
  if (d !== undefined && u !== undefined && i !== undefined) return { kind: 'operation', texts: { D: d, U: u, I: i } };
  if (name === undefined) throw unknown(text, rule);
  const [header, of] = [HEADERS[name], METADATA[name]];
  if (header !== undefined) return { kind: 'header', header };
  if (of !== undefined) return { kind: 'metadata', of };
  if (/^AR_[HM]_/.test(name)) throw unknown(text, rule);
  return { kind: 'column', name };
}

function unknown(text: string, rule: string): Error {
  const known = [...Object.keys(HEADERS), ...Object.keys(METADATA)].map((name) => `$${name}`).join(', ');
  return refuseMapping(
    `rule ${rule} has the expression ${text}`,
    `locally a column ($name), ${known}, a text in quotes, operation_indicator, joined by ||`,
    'use one of these, or leave the column out of local runs',
  );
}
