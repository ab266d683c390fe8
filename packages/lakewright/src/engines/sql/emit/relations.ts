import type { Inline, Typed, TypedJoin, TypedRelation, TypedUnnest } from '../analyze/typed';
import { physicalType } from '../types/physical';
import { refuseHistogram } from './calls';
import { conditionSql } from './conditions';
import { type EmitContext, emit } from './expressions';
import { subqueriesIn } from './hoist';
import { emitInClause } from './outer-columns';
import { querySql } from './queries';
import { besideRows } from './subqueries';
import { fresh, quoteText } from './text';

/** An item of FROM, under its generated alias. */
export function relationSql(relation: TypedRelation, context: EmitContext): string {
  switch (relation.kind) {
    case 'scan': {
      const scan = context.scans.get(relation.alias);
      if (!scan) throw new Error(`no scan for ${relation.alias}`);
      return `${scan.sql} AS ${relation.alias}`;
    }
    case 'derived':
      return `${relation.lateral ? 'LATERAL ' : ''}(${querySql(relation.query, context)}) AS ${relation.alias}`;
    case 'common table':
      return `${context.commonTables?.get(relation.name) ?? relation.name} AS ${relation.alias}`;
    case 'unnest':
      return unnestSql(relation, context);
    case 'join':
      return joinSql(relation, context);
    case 'inline':
      return inlineSql(relation);
    case 'sequence': {
      const { start, stop, step, alias } = relation;
      return `(SELECT CAST(x AS BIGINT) AS c1 FROM generate_series(${start}, ${stop}, ${step}) AS g(x)) AS ${alias}`;
    }
    case 'sample':
      return `${relationSql(relation.relation, context)} TABLESAMPLE ${relation.method}(${relation.percentage} PERCENT)`;
  }
}

function joinSql(join: TypedJoin, context: EmitContext): string {
  const outer = join.type === 'LEFT' || join.type === 'RIGHT' || join.type === 'FULL';
  const parts = outer && join.on ? subqueriesIn([join.on]) : [];
  if (parts.length > 0) return joinWithSubqueries(join, parts, context);
  const left = relationSql(join.left, context);
  const right = relationSql(join.right, context);
  const nested = join.right.kind === 'join' ? `(${right})` : right;
  if (join.type === 'CROSS') return `${left} CROSS JOIN ${nested}`;
  return `${left} ${join.type} JOIN ${nested} ON ${join.on ? conditionSql(join.on, context) : 'true'}`;
}

/** DuckDB takes no subquery in the condition of an outer join: what it gives stands beside the left side's rows. */
function joinWithSubqueries(join: TypedJoin, parts: readonly Typed[], context: EmitContext): string {
  const replaced = new Map(context.replaced);
  const added = parts.map((part) => {
    const { from, value } = besideRows(part, context);
    replaced.set(part, value);
    return ` CROSS JOIN ${from}`;
  });
  const on = join.on ? emit(join.on, { ...context, replaced, inCondition: true }) : 'true';
  const [left, right] = [relationSql(join.left, context), relationSql(join.right, context)];
  return `(${left}${added.join('')}) ${join.type} JOIN ${join.right.kind === 'join' ? `(${right})` : right} ON ${on}`;
}

const NONE: ReadonlySet<string> = new Set();

/** The lists side by side, shorter ones filled with NULL: DuckDB's unnest in one SELECT does so. */
function unnestSql(unnest: TypedUnnest, context: EmitContext): string {
  const inner = fresh('u');
  const lists: string[] = [];
  const columns: string[] = [];
  const lengths: string[] = [];
  const column = (sql: string) => columns.push(`${sql} AS c${columns.length + 1}`);
  const anyOrder = !unnest.withOrdinality && unnest.items.length === 1;
  for (const [index, { value, expandRow }] of unnest.items.entries()) {
    const isMap = value.type.kind === 'map';
    if (isMap && !anyOrder) refuseHistogram(value, value.position);
    // What a lateral list reads are columns of an enclosing query for DuckDB.
    const own = { ...context, anyOrder };
    const sql = unnest.lateral ? emitInClause(value, { ...own, local: NONE }) : emit(value, own);
    const name = `u${index + 1}`;
    lists.push(`unnest(${isMap ? `map_entries(${sql})` : sql}) AS ${name}`);
    lengths.push(isMap ? `cardinality(${sql})` : `len(${sql})`);
    if (isMap) {
      column(`${inner}.${name}.key`);
      column(`${inner}.${name}.value`);
    } else if (expandRow && value.type.kind === 'array' && value.type.element.kind === 'row') {
      value.type.element.fields.forEach((_field, field) => {
        column(`struct_extract_at(${inner}.${name}, ${field + 1})`);
      });
    } else column(`${inner}.${name}`);
  }
  if (unnest.withOrdinality) {
    const length = lengths.length > 1 ? `greatest(${lengths.join(', ')})` : lengths[0];
    lists.push(`unnest(range(1, CAST(${length} AS BIGINT) + 1)) AS o`);
    column(`${inner}.o`);
  }
  const body = `(SELECT ${columns.join(', ')} FROM (SELECT ${lists.join(', ')}) AS ${inner}) AS ${unnest.alias}`;
  return unnest.lateral ? `LATERAL ${body}` : body;
}

function inlineSql({ alias, columns, rows }: Inline): string {
  const cast = (sql: string, index: number) =>
    `CAST(${sql} AS ${physicalType(columns[index]?.type ?? { kind: 'unknown' })})`;
  const names = columns.map((_column, index) => `c${index + 1}`).join(', ');
  if (rows.length === 0) {
    const empty = columns.map((_column, index) => `${cast('NULL', index)} AS c${index + 1}`);
    return `(SELECT ${empty.join(', ')} LIMIT 0) AS ${alias}`;
  }
  const cells = rows.map((row) => {
    const values = row.map((cell, index) =>
      cast(cell === null ? 'NULL' : typeof cell === 'bigint' ? String(cell) : quoteText(cell), index),
    );
    return `(${values.join(', ')})`;
  });
  return `(SELECT * FROM (VALUES ${cells.join(', ')}) AS v(${names})) AS ${alias}`;
}
