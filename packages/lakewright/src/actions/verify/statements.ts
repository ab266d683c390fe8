import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { LakewrightError } from '../../host/host';
import type { Call } from '../query/query';

/** A statement to be run on both engines. */
export interface NamedStatement {
  /** Where it comes from: `reports.sql`, `reports.sql:2`, a named query's name. */
  readonly name: string;
  readonly sql: string;
  readonly database?: string;
}

/**
 * The statements of SQL files, and of folders of them (`target/compiled` of a dbt project).
 *
 * @throws LakewrightError LW_VERIFY_NO_FILE, LW_VERIFY_NO_STATEMENT
 */
export function statementsOf(paths: readonly string[]): NamedStatement[] {
  const found = paths.flatMap((given) =>
    filesOf(given).flatMap((file) => {
      const texts = splitStatements(readFileSync(file, 'utf8'));
      return texts.map((sql, index) => ({ name: texts.length === 1 ? file : `${file}:${index + 1}`, sql }));
    }),
  );
  if (found.length > 0 || paths.length === 0) return found;
  throw new LakewrightError('LW_VERIFY_NO_STATEMENT', `${paths.join(', ')} → no statement in it → name .sql files`, 2);
}

/** Athena's named queries, of all workgroups. */
export async function namedQueries(call: Call): Promise<NamedStatement[]> {
  const { WorkGroups } = await call('athena', 'ListWorkGroups', {});
  const found: NamedStatement[] = [];
  for (const { Name: WorkGroup } of WorkGroups) {
    const { NamedQueryIds } = await call('athena', 'ListNamedQueries', { WorkGroup });
    for (const NamedQueryId of NamedQueryIds) {
      const { NamedQuery } = await call('athena', 'GetNamedQuery', { NamedQueryId });
      found.push({ name: NamedQuery.Name, sql: NamedQuery.QueryString, database: NamedQuery.Database });
    }
  }
  return found;
}

function filesOf(given: string): string[] {
  const stat = statSync(given, { throwIfNoEntry: false });
  if (!stat) throw new LakewrightError('LW_VERIFY_NO_FILE', `"${given}" → no such file or folder → name .sql files`, 2);
  if (!stat.isDirectory()) return [given];
  return readdirSync(given, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Texts and comments whole; anything else character by character. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|[\s\S]/g;

/** Splits at semicolons that are neither in a text nor in a comment; drops what is empty but for comments. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  let empty = true;
  for (const [token] of `${text};`.matchAll(TOKEN)) {
    if (token !== ';') {
      current += token;
      empty &&= /^(\s|--|\/\*)/.test(token);
      continue;
    }
    if (!empty) statements.push(current.trim());
    current = '';
    empty = true;
  }
  return statements;
}
