import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IcebergFile } from '../../../engines/iceberg/manifests';
import { currentSchema, currentSnapshot } from '../../../engines/iceberg/metadata';
import type { TableColumn } from '../../../engines/sql/contract';
import { SqlError } from '../../../engines/sql/errors';
import type {
  Assignment,
  DeleteStatement,
  Expression,
  MergeCase,
  MergeStatement,
  Query,
  Relation,
  UpdateStatement,
} from '../../../engines/sql/parse/ast';
import { translateInto } from '../../../engines/sql/translate';
import { BIGINT, INTEGER, VARCHAR } from '../../../engines/sql/types/build';
import type { Table } from '../../../workspace/catalog-store';
import { icebergTables } from '../../iceberg';
import type { LoadedTable } from '../../iceberg/tables';
import { icebergColumns, ROW_NUMBER } from '../tables/iceberg-columns';
import { literal, literals } from '../tables/table-engine';
import { writeDataFiles, writeDeleteFile } from '../write/iceberg-writer';
import { commitFiles } from './iceberg-commit';
import type { FullName } from './names';
import type { StatementOutcome, StatementRun } from './run';

type Change = DeleteStatement | UpdateStatement | MergeStatement;
type Position = Change['position'];

/** The first columns of what a statement computes: the row that it touches, and which WHEN of a MERGE does. */
const LEAD: readonly TableColumn[] = [
  { name: 'file', type: VARCHAR },
  { name: 'row', type: BIGINT },
  { name: 'which', type: INTEGER },
];

/**
 * DELETE, UPDATE and MERGE on an Iceberg table, by merge on read, as Athena does: rows that go are named in position
 * delete files, new states of rows are new files, and both appear with one snapshot.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-updating-iceberg-table-data.html
 */
export async function changeIceberg(
  run: StatementRun,
  statement: Change,
  name: FullName,
  table: Table,
): Promise<StatementOutcome> {
  const base = icebergTables(run.lake).loaded(table);
  const columns = icebergColumns(currentSchema(base.metadata), undefined).filter((column) => !column.hidden);
  const plan = planOf(statement, columns);
  const folder = await run.lake.objects.stage(bucketOf(base));
  try {
    const target = [...LEAD, ...plan.cases.flatMap(() => columns)];
    const translated = await translateInto(plan.query, target, run.session, {
      parameterCount: statement.parameters,
      parameters: run.parameters,
    });
    run.onTranslated(translated);
    const file = join(folder, 'changes.parquet');
    const copy = `COPY (SELECT * FROM (${translated.sql})) TO ${literal(file)} (FORMAT parquet, PER_THREAD_OUTPUT false)`;
    const { rows } = await run.tables.execute(copy, run.signal);
    if (rows > 0) await apply(run, name, base, plan, columns, `read_parquet(${literal(file)})`);
    return {
      type: 'DML',
      substatement: statement.kind.toUpperCase(),
      result: { kind: 'written', columns: [{ name: 'rows', type: BIGINT }] },
      updateCount: rows,
      tables: [`${name.database}.${name.table}`],
      rowsOut: rows,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const bucketOf = ({ metadata }: LoadedTable): string => /^s3[an]?:\/\/([^/]+)/.exec(metadata.location)?.[1] ?? '';

/** What a statement does, as one query: a row for each row that is changed or comes. */
interface Plan {
  readonly query: Query;
  /** For each case the values of all columns follow the lead, in order; a `delete` has none to write. */
  readonly cases: readonly ('delete' | 'update' | 'insert')[];
}

async function apply(
  run: StatementRun,
  name: FullName,
  base: LoadedTable,
  plan: Plan,
  columns: readonly TableColumn[],
  changes: string,
): Promise<void> {
  const { objects } = run.lake;
  const writer = { objects, engine: run.tables, metadata: base.metadata, signal: run.signal };
  const twice = await run.tables.texts(
    `SELECT 1 FROM ${changes} WHERE c1 IS NOT NULL GROUP BY c1, c2 HAVING count(*) > 1 LIMIT 1`,
    1,
  );
  if (twice.length) {
    throw new SqlError(
      'MERGE_TARGET_ROW_MULTIPLE_MATCHES',
      'One MERGE target table row matched more than one source row',
    );
  }
  const added: IcebergFile[] = [];
  const removed = new Set<string>();
  for (const group of await deletedGroups(run, base, changes)) {
    for (const path of group.whole) removed.add(path);
    if (!group.paths.length) continue;
    const sql = `SELECT c1 AS file_path, c2 AS pos FROM ${changes} WHERE c1 IN (SELECT unnest(${literals(group.paths)}))`;
    added.push(await writeDeleteFile(writer, { sql, specId: group.specId, partition: group.partition }));
  }
  const written = plan.cases.flatMap((kind, index) => {
    if (kind === 'delete') return [];
    const values = columns.map((_, at) => `c${LEAD.length + index * columns.length + at + 1} AS c${at + 1}`);
    return [`SELECT ${values.join(', ')} FROM ${changes} WHERE c3 = ${index + 1}`];
  });
  if (written.length) added.push(...(await writeDataFiles(writer, written.join(' UNION ALL '))));
  const operation = added.length === 0 ? 'delete' : 'overwrite';
  await commitFiles(run, name, base, { operation, added, removed });
}

interface DeletedGroup {
  readonly specId: number;
  readonly partition: IcebergFile['partition'];
  /** Files of which some rows go. */
  readonly paths: string[];
  /** Files of which every row goes: they leave the table themselves. */
  readonly whole: string[];
}

async function deletedGroups(run: StatementRun, base: LoadedTable, changes: string): Promise<DeletedGroup[]> {
  const counts = await run.tables.texts(`SELECT c1, count(*) FROM ${changes} WHERE c1 IS NOT NULL GROUP BY c1`, 2);
  if (!counts.length) return [];
  const { snapshots } = icebergTables(run.lake);
  const live = await snapshots.live(base.metadata, currentSnapshot(base.metadata));
  const files = new Map(live.map(({ file }) => [file.path, file]));
  const groups = new Map<string, DeletedGroup>();
  for (const [path, count] of counts) {
    const file = files.get(String(path));
    if (!file) throw new SqlError('ICEBERG_COMMIT_ERROR', `the table changed while the statement ran: ${path} is gone`);
    const key = JSON.stringify([file.specId, file.partition.map(String)]);
    const group = groups.get(key) ?? { specId: file.specId, partition: file.partition, paths: [], whole: [] };
    groups.set(key, group);
    (Number(count) === file.rows ? group.whole : group.paths).push(file.path);
  }
  return [...groups.values()];
}

function planOf(statement: Change, columns: readonly TableColumn[]): Plan {
  const { position } = statement;
  switch (statement.kind) {
    case 'delete': {
      const from = tableOf(statement.table, position);
      const lead = leadOf(undefined, position);
      const none = columns.map((column) => nullOf(column, position));
      return {
        cases: ['delete'],
        query: select([...lead, number(1, position), ...none], from, statement.where, position),
      };
    }
    case 'update': {
      const from = tableOf(statement.table, position);
      const values = assigned(statement.assignments, columns, undefined, position);
      const items = [...leadOf(undefined, position), number(1, position), ...values];
      return { cases: ['update'], query: select(items, from, statement.where, position) };
    }
    case 'merge':
      return mergePlan(statement, columns);
  }
}

/** The source joined to the target; each row belongs to the first WHEN whose condition it meets. */
function mergePlan(statement: MergeStatement, columns: readonly TableColumn[]): Plan {
  const { position } = statement;
  const alias = statement.alias ?? (statement.target.at(-1) as string);
  const target: Relation = { kind: 'alias', relation: tableOf(statement.target, position), name: alias, position };
  const from: Relation = {
    kind: 'join',
    type: 'LEFT',
    left: statement.source,
    right: target,
    on: statement.on,
    position,
  };
  const row: Expression = { kind: 'name', parts: [alias, ROW_NUMBER], position };
  const unmatched: Expression = { kind: 'is null', operand: row, position };
  const conditions = statement.cases.map((item): Expression => {
    const matched: Expression = item.kind === 'insert' ? unmatched : { kind: 'not', operand: unmatched, position };
    if (!item.condition) return matched;
    return { kind: 'logical', operator: 'AND', terms: [matched, item.condition], position };
  });
  const which: Expression = {
    kind: 'case',
    branches: conditions.map((when, index) => ({ when, result: number(index + 1, position) })),
    position,
  };
  const values = statement.cases.flatMap((item, index) =>
    valuesOf(item, columns, alias, position).map((value): Expression => {
      if (value.kind === 'cast' && value.operand.kind === 'null') return value;
      // Only for its own rows: a value of another WHEN must not fail the statement.
      const when: Expression = {
        kind: 'comparison',
        operator: '=',
        left: which,
        right: number(index + 1, position),
        position,
      };
      return { kind: 'case', branches: [{ when, result: value }], position };
    }),
  );
  const chosen: Expression = {
    kind: 'not',
    operand: { kind: 'is null', operand: which, position },
    position,
  };
  const query = select([...leadOf(alias, position), which, ...values], from, chosen, position);
  return { cases: statement.cases.map((item) => item.kind), query };
}

function valuesOf(item: MergeCase, columns: readonly TableColumn[], alias: string, position: Position): Expression[] {
  if (item.kind === 'delete') return columns.map((column) => nullOf(column, position));
  if (item.kind === 'update') return assigned(item.assignments, columns, alias, position);
  const names = item.columns?.map((name) => name.toLowerCase()) ?? columns.map((column) => column.name);
  if (names.length !== item.values.length) {
    throw new SqlError('MISMATCHED_COLUMN_ALIASES', 'MERGE INSERT: column list and values differ in number', position);
  }
  for (const name of names) requireColumn(name, columns, names, position);
  return columns.map((column) => item.values[names.indexOf(column.name)] ?? nullOf(column, position));
}

/** All columns after an assignment: those that aren't assigned keep their values. */
function assigned(
  assignments: readonly Assignment[],
  columns: readonly TableColumn[],
  alias: string | undefined,
  position: Position,
): Expression[] {
  const names = assignments.map(({ column }) => column.toLowerCase());
  for (const { column, position: place } of assignments) requireColumn(column.toLowerCase(), columns, names, place);
  return columns.map((column) => {
    const given = assignments[names.indexOf(column.name)];
    return given?.value ?? { kind: 'name', parts: alias ? [alias, column.name] : [column.name], position };
  });
}

function requireColumn(
  name: string,
  columns: readonly TableColumn[],
  names: readonly string[],
  position: Position,
): void {
  if (!columns.some((column) => column.name === name)) {
    throw new SqlError('COLUMN_NOT_FOUND', `The target table has no column ${name}`, position);
  }
  if (names.filter((other) => other === name).length > 1) {
    throw new SqlError('DUPLICATE_COLUMN_NAME', `column '${name}' is assigned more than once`, position);
  }
}

const tableOf = (name: readonly string[], position: Position): Relation => ({ kind: 'table', name, position });

const leadOf = (alias: string | undefined, position: Position): Expression[] =>
  ['$path', ROW_NUMBER].map((column) => ({ kind: 'name', parts: alias ? [alias, column] : [column], position }));

const number = (value: number, position: Position): Expression => ({
  kind: 'number',
  form: 'integer',
  text: String(value),
  position,
});

const nullOf = (column: TableColumn, position: Position): Expression => ({
  kind: 'cast',
  operand: { kind: 'null', position },
  type: column.type,
  lenient: false,
  position,
});

function select(
  items: readonly Expression[],
  from: Relation,
  where: Expression | undefined,
  position: Position,
): Query {
  return {
    kind: 'query',
    body: {
      kind: 'select',
      distinct: false,
      items: items.map((expression) => ({ kind: 'expression', expression })),
      from: [from],
      where,
      windows: [],
      position,
    },
    orderBy: [],
    position,
  };
}
