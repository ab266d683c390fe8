/** Runs give tables names of their own before they publish them: `flights_<32 hex digits>`. */
const VERSION = /_[0-9a-f]{32}$/;

export interface SqlTables {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** `database.table` without the version that a run gave it. */
export function withoutVersion(name: string): string {
  return name.replace(VERSION, '');
}

const WRITES =
  /\b(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:EXTERNAL\s+)?(?:TABLE|VIEW)(?:\s+IF\s+NOT\s+EXISTS)?|INSERT\s+(?:INTO|OVERWRITE)|MERGE\s+INTO|UPDATE|DELETE\s+FROM|ALTER\s+TABLE)\s+([`"\w.]+)/gi;
const READS = /\b(?:FROM|JOIN|USING)\s+([`"\w.]+)/gi;

/**
 * Which of the known tables a statement reads and writes, by its text: also of texts that are put together while a
 * pipeline runs, and whose variable parts are gone.
 *
 * @param known `database.table`, lower case
 * @param schema of names without a database
 */
export function tablesInSql(sql: string, known: ReadonlySet<string>, schema?: string): SqlTables {
  const text = sql
    .replace(/--[^\n]*/g, ' ')
    .replace(/\/\*.*?\*\//gs, ' ')
    .replace(/'(?:[^']|'')*'/g, "''");
  const names = (pattern: RegExp): string[] => [
    ...new Set([...text.matchAll(pattern)].flatMap(([, name]) => resolve(name as string, known, schema) ?? [])),
  ];
  const writes = names(WRITES);
  return { reads: names(READS).filter((name) => !writes.includes(name)), writes };
}

function resolve(given: string, known: ReadonlySet<string>, schema: string | undefined): string | undefined {
  const parts = given.replace(/["`]/g, '').toLowerCase().replace(/_$/, '').split('.').slice(-2);
  const name = parts.length === 2 ? parts.join('.') : schema && `${schema.toLowerCase()}.${parts[0]}`;
  if (!name) return undefined;
  return [name, withoutVersion(name)].find((one) => known.has(one));
}
