/** A statement of the binlog, as far as it matters for the changes of tables. */
export type Statement =
  | { readonly kind: 'begin' | 'commit' | 'rollback' | 'other' }
  | { readonly kind: 'truncate'; readonly table: TableName }
  | { readonly kind: 'rename'; readonly tables: readonly TableName[] }
  /** Rows changed by a statement rather than as rows. */
  | { readonly kind: 'change'; readonly text: string };

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

const NAME = '(?:`(?:[^`]|``)+`|[^\\s`.,;()]+)';
const TABLE = `(?:(${NAME})\\s*\\.\\s*)?(${NAME})`;
const TRUNCATE = new RegExp(`^TRUNCATE\\s+(?:TABLE\\s+)?${TABLE}`, 'i');
const RENAME = /^RENAME\s+TABLES?\s+(?:IF\s+EXISTS\s+)?/i;
const RENAMED = new RegExp(
  `${TABLE}(?:\\s+(?:WAIT\\s+\\d+|NOWAIT))?\\s+TO\\s+(?:${NAME}\\s*\\.\\s*)?${NAME}\\s*(?:,|$)`,
  'gi',
);
const ALTERED = new RegExp(
  `^ALTER\\s+(?:ONLINE\\s+)?(?:IGNORE\\s+)?TABLE\\s+(?:IF\\s+EXISTS\\s+)?${TABLE}(?=[\\s\\S]*\\bRENAME\\s+(?!\\s|COLUMN\\b|INDEX\\b|KEY\\b|CONSTRAINT\\b))`,
  'i',
);

/** @param schema the database in which the statement was run */
export function readStatement(query: string, schema: string): Statement {
  const text = query.replace(/^(?:\s+|\/\*(?!!)[\s\S]*?\*\/|--[^\n]*\n|#[^\n]*\n)+/, '').trim();
  if (/^(BEGIN|START\s+TRANSACTION|XA\s+START)\b/i.test(text)) return { kind: 'begin' };
  if (/^(COMMIT|XA\s+COMMIT)\b/i.test(text)) return { kind: 'commit' };
  if (/^ROLLBACK\b/i.test(text)) return { kind: 'rollback' };
  if (/^(INSERT|UPDATE|DELETE|REPLACE|LOAD|WITH)\b/i.test(text)) return { kind: 'change', text };
  const named = ([, database, name]: RegExpMatchArray): TableName => ({
    schema: database === undefined ? schema : unquoted(database),
    name: unquoted(name ?? ''),
  });
  const truncated = TRUNCATE.exec(text);
  if (truncated) return { kind: 'truncate', table: named(truncated) };
  if (RENAME.test(text)) return { kind: 'rename', tables: [...text.replace(RENAME, '').matchAll(RENAMED)].map(named) };
  // Texts of comments and defaults may say anything.
  const altered = ALTERED.exec(text.replaceAll(/'(?:[^'\\]|\\.|'')*'/g, "''"));
  return altered ? { kind: 'rename', tables: [named(altered)] } : { kind: 'other' };
}

const unquoted = (text: string): string => (text.startsWith('`') ? text.slice(1, -1).replaceAll('``', '`') : text);
