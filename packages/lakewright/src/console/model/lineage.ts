import { decodeView } from '../../services/athena/tables/presto-view';
import type { Table } from '../../workspace/catalog-store';
import type { FlowTask } from '../runs/flow';
import { type SqlTables, tablesInSql } from './sql-tables';
import { idOf, isView } from './table-facts';
import type { Worker } from './workers';

/** What a pipeline's task reads and writes. */
export interface TaskTables extends SqlTables {
  /** The resources that do its work. */
  readonly workers: readonly Worker[];
  readonly statements: readonly string[];
}

/** By what its definition names: SQL texts, and resources that move data. */
export function tablesOfTask(
  { definition }: Pick<FlowTask, 'definition'>,
  known: ReadonlySet<string>,
  workers: readonly Worker[],
): TaskTables {
  const text = JSON.stringify(definition);
  const own = workers.filter(({ resource: { arn, physicalId } }) =>
    [arn, physicalId].some((name) => name.length > 3 && text.includes(`${name}`) && isWhole(text, name)),
  );
  const statements = statementsIn(definition);
  const sql = statements.map((statement) => tablesInSql(statement, known));
  const writes = new Set([...sql.flatMap((one) => one.writes), ...own.flatMap((one) => one.writes)]);
  const reads = new Set([...sql.flatMap((one) => one.reads), ...own.flatMap((one) => one.reads)]);
  return { reads: [...reads].filter((id) => !writes.has(id)), writes: [...writes], workers: own, statements };
}

/** Not a name that only begins alike. */
function isWhole(text: string, name: string): boolean {
  return text
    .split(name)
    .slice(1)
    .some((rest) => !/^[A-Za-z0-9_-]/.test(rest));
}

/** Texts of a definition that read like SQL, JSONata's concatenations without their variable parts. */
export function statementsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    if (!/\b(select|insert|create|merge|alter|update|delete)\b/i.test(value)) return [];
    const isExpression = value.startsWith('{%');
    return [
      isExpression
        ? value
            .replace(/\\"/g, '\u0001')
            .replace(/"\s*&\s*(?:[^"]*?&\s*)?"/g, '')
            .replaceAll('\u0001', '"')
            .replace(/\\n/g, '\n')
        : value,
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(statementsIn);
}

/** From table to table: views by their SQL, tables by the statements that made them last. */
export function tableEdges(tables: readonly Table[], statements: readonly string[]): [string, string][] {
  const known = new Set(tables.map(idOf));
  const edges = new Map<string, [string, string]>();
  const add = (reads: readonly string[], writes: readonly string[]): void => {
    for (const to of writes) for (const from of reads) if (from !== to) edges.set(`${from} ${to}`, [from, to]);
  };
  for (const table of tables.filter(isView)) {
    try {
      const { originalSql, schema } = decodeView(table);
      add(tablesInSql(originalSql, known, schema ?? table.DatabaseName).reads, [idOf(table)]);
    } catch {
      // A view that Athena didn't write: nothing is known of it.
    }
  }
  const isRead = new Map(tables.map((table) => [idOf(table), isView(table)]));
  for (const statement of statements) {
    const { reads, writes } = tablesInSql(statement, known);
    // A published view points to the newest version of what a run made: the view stands for the data.
    add(
      reads,
      writes.filter((to) => !isRead.get(to) || /\bcreate\s+table\b/i.test(statement)),
    );
  }
  return [...edges.values()];
}
