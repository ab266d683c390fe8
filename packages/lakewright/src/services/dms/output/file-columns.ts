import { duckDbType, type FileColumn, literal, quoted, type SpoolColumn } from '../../../engines/spool';
import type { ColumnExpression, ExpressionPart } from '../mapping/expression';
import { filterSql } from '../mapping/filter';
import type { TablePlan, TargetColumn } from '../mapping/plan';
import { type DmsType, spoolType } from '../source/dms-type';
import type { S3Target } from './s3-target';

/** Columns of a spool of changes before the table's own. */
export const CHANGE_COLUMNS: readonly SpoolColumn[] = ['$op', '$sequence', '$commit', '$absent'].map((name) => ({
  name,
  type: { kind: 'varchar' },
}));

/** What differs between files of a full load and of changes. */
export interface RowSource {
  /** SQL of the headers of each row. */
  readonly op: string;
  readonly sequence: string;
  /** Text, `yyyy-MM-dd HH:mm:ss.SSSSSS`. */
  readonly commit: string;
  /** Whether files have the column `Op`. */
  readonly withOp: boolean;
  /** SQL of a source column, by its index in `plan.reads`. */
  column(index: number): string;
}

/** The name of a source column in a spool: its place, since names there may differ by case alone. */
export const spoolName = (index: number): string => `c${index}`;

/** The table's columns in a spool. */
export const spoolColumns = ({ reads }: TablePlan): readonly SpoolColumn[] =>
  reads.map(({ type }, index) => ({ name: spoolName(index), type: spoolType(type) }));

/** All rows of a full load are inserted, at one time, and have no place in the sequence. */
export function loadRows(target: S3Target, time: Date): RowSource {
  return {
    op: `'I'`,
    sequence: 'CAST(NULL AS VARCHAR)',
    commit: literal(timestampText(time)),
    withOp: target.opInFullLoad,
    column: (index) => quoted(spoolName(index)),
  };
}

/** `Op`, the timestamp, the table's columns, added ones. */
export function fileColumns(plan: TablePlan, target: S3Target, rows: RowSource): readonly FileColumn[] {
  const own = plan.columns.map((column) => ({ name: column.name, sql: columnSql(plan, column, target, rows) }));
  return [
    ...(rows.withOp ? [{ name: 'Op', sql: rows.op }] : []),
    ...(target.timestampColumn ? [{ name: target.timestampColumn, sql: rows.commit }] : []),
    ...own,
  ];
}

/** The rows that the table's filters take. Of a delete, only the key may be known: it is never left out for what isn't. */
export function changesFilter(plan: TablePlan, rows: RowSource): string | undefined {
  const column = (name: string) => rows.column(readIndex(plan, name));
  const wanted = filterSql(plan.filters, {
    column,
    value: (text, name) => `CAST(${literal(text)} AS ${duckDbType(spoolType(plan.reads[readIndex(plan, name)].type))})`,
  });
  if (wanted === undefined) return undefined;
  const unknown = [...new Set(plan.filters.map((filter) => filter.column))].map((name) => `${column(name)} IS NULL`);
  return `(${wanted}) OR (${rows.op} = 'D' AND (${unknown.join(' OR ')}))`;
}

function columnSql(plan: TablePlan, column: TargetColumn, target: S3Target, rows: RowSource): string {
  if (typeof column.value !== 'string') {
    return cast(expressionSql(plan, column.value, rows), undefined, column.type, target);
  }
  const index = readIndex(plan, column.value);
  const type = plan.reads[index]?.type;
  return cast(shortened(rows.column(index), column, type), type, column.type, target);
}

/** A large object, cut at its limit. */
function shortened(sql: string, { name, lobLimit, refusesLongLobs }: TargetColumn, type: DmsType | undefined): string {
  if (lobLimit === undefined) return sql;
  const length = type?.kind === 'blob' ? `octet_length(${sql})` : `length(${sql})`;
  if (refusesLongLobs) {
    const text = literal(`LW:LW_DMS_LOB_TRUNCATION: column ${name}: a value is longer than the limit of ${lobLimit}: `);
    return `CASE WHEN ${length} > ${lobLimit} THEN error(${text} || ${length}) ELSE ${sql} END`;
  }
  return type?.kind === 'blob' ? `unhex(left(hex(${sql}), ${lobLimit * 2}))` : `left(${sql}, ${lobLimit})`;
}

function cast(sql: string, from: DmsType | undefined, to: DmsType, target: S3Target): string {
  const isParquet = target.format.kind === 'parquet';
  if (to.kind === 'datetime' && target.millisecondTimestamps && isParquet) return `CAST(${sql} AS TIMESTAMP_MS)`;
  if (from === to) return sql;
  const type = duckDbType(spoolType(to));
  if (from === undefined) return `CAST(${sql} AS ${type})`;
  if (type === 'BLOB' && spoolType(from).kind !== 'binary') return `encode(CAST(${sql} AS VARCHAR))`;
  if (type === 'VARCHAR' && spoolType(from).kind === 'binary') return `lower(hex(${sql}))`;
  const text = type === 'VARCHAR' && 'length' in to && to.length !== undefined ? to.length : undefined;
  return text === undefined ? `CAST(${sql} AS ${type})` : `left(CAST(${sql} AS VARCHAR), ${text})`;
}

function expressionSql(plan: TablePlan, expression: ColumnExpression, rows: RowSource): string {
  return expression.map((part) => partSql(plan, part, rows, expression.length > 1)).join(' || ');
}

function partSql(plan: TablePlan, part: ExpressionPart, rows: RowSource, joined: boolean): string {
  switch (part.kind) {
    case 'text':
      return literal(part.text);
    case 'metadata':
      return literal(part.of === 'schema' ? plan.source.schema : plan.source.name);
    case 'column': {
      const sql = rows.column(readIndex(plan, part.name));
      return joined ? `CAST(${sql} AS VARCHAR)` : sql;
    }
    case 'operation':
      return `CASE ${rows.op} WHEN 'D' THEN ${literal(part.texts.D)} WHEN 'U' THEN ${literal(part.texts.U)} ELSE ${literal(part.texts.I)} END`;
    case 'header':
      return headerSql(part.header, rows);
  }
}

function headerSql(header: string, rows: RowSource): string {
  if (header === 'change-sequence') return rows.sequence;
  if (header === 'operation') return `CASE ${rows.op} WHEN 'D' THEN 'DELETE' WHEN 'U' THEN 'UPDATE' ELSE 'INSERT' END`;
  return rows.commit;
}

const readIndex = ({ reads }: TablePlan, name: string): number => reads.findIndex((column) => column.name === name);

/** `yyyy-MM-dd HH:mm:ss.SSSSSS`, UTC. */
export const timestampText = (time: Date): string => `${time.toISOString().slice(0, -1).replace('T', ' ')}000`;
