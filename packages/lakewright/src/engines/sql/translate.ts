import type { Analysis, Context } from './analyze/context';
import { analyze } from './analyze/expressions';
import { analyzeQuery } from './analyze/queries';
import type { Scan, Typed, TypedQuery } from './analyze/typed';
import type { ScanRequest, SqlSession, TableColumn, TableScan, TranslatedQuery } from './contract';
import { approximations, startApproximation } from './emit/approximation';
import { castSql } from './emit/casts';
import type { EmitContext } from './emit/expressions';
import { querySql, resultSql } from './emit/queries';
import { fresh, startStatement } from './emit/text';
import { SqlError } from './errors';
import { functions } from './functions/index';
import type { Expression, Query } from './parse/ast';
import { coercionCost } from './types/coercion';
import { physicalType } from './types/physical';
import { typeText } from './types/text';

export interface TranslateOptions {
  /** How many `?` the statement has (`Statement.parameters`); default 0. */
  readonly parameterCount?: number;
  /** Their values: the arguments of EXECUTE … USING, or of the API's ExecutionParameters, parsed. */
  readonly parameters?: readonly Expression[];
}

/**
 * A query → DuckDB SQL with the result's columns. Tables are asked for the columns that the query reads and for the
 * partitions that its conditions leave.
 *
 * @throws SqlError as Athena would fail the query before it runs; NotCoveredError for what isn't covered.
 */
export async function translate(
  query: Query,
  session: SqlSession,
  options: TranslateOptions = {},
): Promise<TranslatedQuery> {
  const analyzed = analyzeStatement(query, session, options);
  return finish(analyzed, session, (context) => resultSql(analyzed.query, context), analyzed.query.fields);
}

/**
 * The query of an INSERT: its columns by position, cast to the table's. `columns` are the table's in the order in which
 * the query gives them.
 */
export async function translateInto(
  query: Query,
  columns: readonly TableColumn[],
  session: SqlSession,
  options: TranslateOptions = {},
): Promise<TranslatedQuery> {
  const analyzed = analyzeStatement(query, session, options);
  const { fields } = analyzed.query;
  const fits =
    fields.length === columns.length &&
    fields.every((field, index) => {
      const target = columns[index]?.type;
      // Trino cuts texts and rounds timestamps on the way into a table, and takes what coerces.
      return target && (coercionCost(field.type, target) !== undefined || field.type.kind === target.kind);
    });
  if (!fits) {
    const list = (types: readonly { readonly type: TableColumn['type'] }[]) =>
      types.map(({ type }) => typeText(type)).join(', ');
    throw new SqlError(
      'TYPE_MISMATCH',
      `Insert query has mismatched column types: Table: [${list(columns)}], Query: [${list(fields)}]`,
      query.position,
    );
  }
  const write = (context: EmitContext): string => {
    const alias = fresh('f');
    const casts = columns.map(({ type }, index) => {
      const value = castSql(`${alias}.c${index + 1}`, fields[index]?.type ?? type, type);
      return `CAST(${value} AS ${physicalType(type)}) AS c${index + 1}`;
    });
    return `SELECT ${casts.join(', ')} FROM (${querySql(analyzed.query, context)}) AS ${alias}`;
  };
  return finish(analyzed, session, write, columns);
}

interface Analyzed {
  readonly query: TypedQuery;
  readonly analysis: Analysis;
}

function analyzeStatement(query: Query, session: SqlSession, options: TranslateOptions): Analyzed {
  const { parameterCount = 0, parameters = [] } = options;
  if (parameters.length !== parameterCount) {
    const text = `Incorrect number of parameters: expected ${parameterCount} but found ${parameters.length}`;
    throw new SqlError('INVALID_PARAMETER_USAGE', text, query.position);
  }
  const counters = new Map<string, number>();
  const analysis: Analysis = {
    session,
    functions,
    reads: new Map(),
    scans: [],
    unplannable: [],
    alias: (prefix) => {
      const next = (counters.get(prefix) ?? 0) + 1;
      counters.set(prefix, next);
      return `${prefix}${next}`;
    },
  };
  const context: Context = {
    analysis,
    scope: undefined,
    commonTables: new Map(),
    schema: session.schema,
    parameters: [],
    captures: undefined,
    windows: new Map(),
    lambdaDepth: 0,
    viewPath: [],
  };
  const values = parameters.map((parameter): Typed => analyze(parameter, { ...context, scalarOnly: 'EXECUTE' }));
  const analyzed = analyzeQuery(query, { ...context, parameters: values });
  const [unplannable] = analysis.unplannable;
  if (unplannable) throw unplannable;
  return { query: analyzed, analysis };
}

async function finish(
  { query, analysis }: Analyzed,
  session: SqlSession,
  write: (context: EmitContext) => string,
  columns: readonly { readonly name: string; readonly type: TableColumn['type'] }[],
): Promise<TranslatedQuery> {
  for (const scan of analysis.scans) {
    const { catalog, schema, table } = scan.table.name;
    const read = analysis.reads.get(`${catalog}.${schema}.${table}`);
    for (const column of scan.used) read?.columns.add(column);
  }
  for (const { name, columns: read } of analysis.reads.values()) session.authorize?.(name, [...read]);
  const scans = new Map<string, TableScan>();
  for (const scan of analysis.scans) scans.set(scan.alias, await session.catalog.scan(scan.table, requestOf(scan)));
  startStatement(session.timeZone);
  startApproximation(session.acceptApproximation ?? false);
  const sql = write({ keys: new Map(), parameters: new Map(), scans });
  return {
    sql,
    columns: columns.map(({ name, type }) => ({ name, type })),
    ordered: query.orderBy.length > 0 || (query.body.kind === 'select' && query.body.orderBy.length > 0),
    approximate: approximations(),
    reads: [...analysis.reads.values()].map(({ name }) => name),
  };
}

function requestOf({ table, used, constraints }: Scan): ScanRequest {
  return {
    columns: table.columns.filter((column) => used.has(column.name)).map((column) => column.name),
    constraints,
  };
}
