import type {
  OutputField,
  Typed,
  TypedBody,
  TypedCommonTable,
  TypedGrouping,
  TypedQuery,
  TypedSelect,
  TypedSetOperation,
  TypedSort,
} from '../analyze/typed';
import { fingerprint } from '../analyze/walk';
import { sameType } from '../types/coercion';
import { physicalType } from '../types/physical';
import { sortSql } from './aggregates';
import { castSql } from './casts';
import { havingSql, isConstant, isConstantQuery, LAMBDA, whereSql } from './conditions';
import { type EmitContext, emit } from './expressions';
import { aliasesOf, emitInClause } from './outer-columns';
import { relationSql } from './relations';
import { valuesInOrder } from './row-order';
import { fresh, raise } from './text';

const TOO_DEEP = raise(
  'NOT_SUPPORTED',
  "Recursion depth limit exceeded (10). Use 'max_recursion_depth' session property to modify the limit.",
  { kind: 'integer' },
);

/** Trino's limit on the steps of a recursive query. */
const MAX_RECURSION = 10;

/** A query whose output columns are `c1`, `c2` …. */
export function querySql(query: TypedQuery, outer: EmitContext): string {
  const context = withConstantTables(query, outer);
  if (query.withTies) return withSql(query, context) + tiesSql(query, context);
  const body = bodySql(query.body, context);
  const sorted = query.orderBy.filter(isSorting).map((item) => sortSql(item, context));
  const limits =
    (query.limit === undefined ? '' : ` LIMIT ${query.limit}`) +
    (query.offset === undefined ? '' : ` OFFSET ${query.offset}`);
  const plain = sorted.length === 0 && (query.body.kind === 'select' || limits === '');
  const whole = plain ? body : `SELECT * FROM (${body}) AS ${query.orderAlias}`;
  return `${withSql(query, context)}${whole}${sorted.length > 0 ? ` ORDER BY ${sorted.join(', ')}` : ''}${limits}`;
}

/** A literal orders nothing, and DuckDB refuses it. */
const isSorting = ({ expression }: TypedSort): boolean => expression.kind !== 'literal';

/** The sort keys as columns of their own, so that the rank among the rows after OFFSET can be told. */
function tiesSql(query: TypedQuery, context: EmitContext): string {
  const { body, limit = '0', offset = '0' } = query;
  const [inner, ranked] = [fresh('t'), fresh('t')];
  let from = `SELECT * FROM (${bodySql(body, context)}) AS ${query.orderAlias}`;
  let sorts = query.orderBy.filter(isSorting).map((item) => sortSql(item, context));
  let alias = query.orderAlias;
  if (body.kind === 'select') {
    alias = inner;
    const keys = body.orderBy.filter(isSorting);
    const prints = body.items.map(fingerprint);
    const added = body.distinct ? [] : keys.map(({ expression }) => expression);
    from = `SELECT * FROM (${selectSql({ ...body, items: [...body.items, ...added], orderBy: [] }, context)}) AS ${inner}`;
    sorts = keys.map((item, index) => {
      const at = body.distinct ? prints.indexOf(fingerprint(item.expression)) : prints.length + index;
      return sortSql(item, context, `${inner}.c${at + 1}`);
    });
  }
  const order = sorts.length > 0 ? sorts.join(', ') : '1';
  const counted = from.replace(
    'SELECT *',
    `SELECT ${alias}.*, row_number() OVER (ORDER BY ${order}) AS n, rank() OVER (ORDER BY ${order}) AS k`,
  );
  const columns = query.fields.map((_field, index) => `${ranked}.c${index + 1}`).join(', ');
  const kept = `n > ${offset} AND k - 1 - ${offset} < ${limit}`;
  return `SELECT ${columns} FROM (${counted}) AS ${ranked} WHERE ${kept} ORDER BY n`;
}

/** Notes which common tables are rows that stand in the statement. */
function withConstantTables(query: TypedQuery, context: EmitContext): EmitContext {
  const constantTables = new Set(context.constantTables);
  const known = { ...context, constantTables };
  for (const table of query.with)
    if (!table.step && isConstantQuery(table.query, known)) constantTables.add(table.name);
  return known;
}

function withSql(query: TypedQuery, context: EmitContext): string {
  if (query.with.length === 0) return '';
  const items = query.with.flatMap((item) => commonTableSql(item, context));
  return `WITH ${query.recursive ? 'RECURSIVE ' : ''}${items.join(', ')} `;
}

function commonTableSql(table: TypedCommonTable, context: EmitContext): string | string[] {
  const { name, query, step, distinct } = table;
  if (!step) return `${name} AS (${querySql(query, context)})`;
  const isPlain = step.body.kind === 'select' && step.body.recursionAlias !== undefined && !step.body.distinct;
  if (!isPlain || distinct) return unrolled({ ...table, step }, context);
  const columns = query.fields.map((_field, index) => `c${index + 1}`);
  const depth = `CASE WHEN x.d > ${MAX_RECURSION} THEN ${TOO_DEEP} ELSE x.d END`;
  const stepped = query.fields.map((field, index) =>
    castSql(`x.c${index + 1}`, step.fields[index]?.type ?? field.type, field.type),
  );
  return (
    `${name}(${columns.join(', ')}, d) AS (SELECT ${columns.join(', ')}, 0 FROM (${querySql(query, context)}) x ` +
    `UNION ALL SELECT ${stepped.join(', ')}, ${depth} FROM (${querySql(step, context)}) x)`
  );
}

/** Step by step, as Trino plans it: a step that isn't a plain SELECT sees the rows of the step before, all at once. */
function unrolled(
  { name, query, step, distinct }: TypedCommonTable & { readonly step: TypedQuery },
  context: EmitContext,
): string[] {
  const columns = query.fields.map((_field, index) => `c${index + 1}`);
  const stepped = query.fields.map(
    (field, index) =>
      `${castSql(`x.c${index + 1}`, step.fields[index]?.type ?? field.type, field.type)} AS c${index + 1}`,
  );
  const plain = step.body.kind === 'select' ? { ...step, body: { ...step.body, recursionAlias: undefined } } : step;
  const tables = [`${name}_0 AS (SELECT ${columns.join(', ')} FROM (${querySql(query, context)}) x)`];
  for (let depth = 1; depth <= MAX_RECURSION + 1; depth++) {
    const commonTables = new Map(context.commonTables).set(name, `${name}_${depth - 1}`);
    const sql = querySql(plain, { ...context, commonTables });
    tables.push(`${name}_${depth} AS MATERIALIZED (SELECT ${stepped.join(', ')} FROM (${sql}) x)`);
  }
  const all = Array.from({ length: MAX_RECURSION + 1 }, (_, depth) => `SELECT * FROM ${name}_${depth}`);
  const check = `SELECT ${columns.join(', ')} FROM ${name}_${MAX_RECURSION + 1} WHERE ${TOO_DEEP} = 0`;
  const rows = [...all, check].join(' UNION ALL ');
  return [...tables, `${name} AS (${distinct ? `SELECT ${distinctSql(query.fields)} * FROM (${rows}) x` : rows})`];
}

function bodySql(body: TypedBody, context: EmitContext): string {
  switch (body.kind) {
    case 'select':
      return selectSql(body, context);
    case 'query':
      return `(${querySql(body, context)})`;
    case 'values': {
      const rows = body.rows.map((row) => `(${row.map((cell) => emit(cell, context)).join(', ')})`);
      const columns = body.fields.map((_field, index) => `c${index + 1}`);
      return `SELECT * FROM (VALUES ${rows.join(', ')}) AS ${fresh('v')}(${columns.join(', ')})`;
    }
    case 'set operation':
      return setOperationSql(body, context);
  }
}

function setOperationSql(body: TypedSetOperation, context: EmitContext): string {
  const side = (part: TypedBody): string => {
    const sql = bodySql(part, context);
    if (part.kind !== 'query' && sameFields(part.fields, body.fields)) return `(${sql})`;
    const alias = fresh('s');
    const columns = body.fields.map(
      (field, index) =>
        `${castSql(`${alias}.c${index + 1}`, part.fields[index]?.type ?? field.type, field.type)} AS c${index + 1}`,
    );
    return `(SELECT ${columns.join(', ')} FROM (${sql}) AS ${alias})`;
  };
  const plain = `${side(body.left)} ${body.operator}${body.all ? ' ALL' : ''} ${side(body.right)}`;
  const distinct = distinctSql(body.fields);
  if (body.all || distinct === 'DISTINCT') return plain;
  if (body.operator !== 'UNION') return membershipSql(body, side, distinct);
  return `SELECT ${distinct} * FROM (${side(body.left)} UNION ALL ${side(body.right)}) AS ${fresh('s')}`;
}

/** INTERSECT and EXCEPT where zoned timestamps are the same by their instant. */
function membershipSql(body: TypedSetOperation, side: (part: TypedBody) => string, distinct: string): string {
  const [left, right] = [fresh('s'), fresh('s')];
  const same = body.fields.map(({ type }, index) => {
    const [l, r] = [left, right].map((alias) => {
      const column = `${alias}.c${index + 1}`;
      return type.kind === 'timestamp with time zone' ? `(${column}).i` : column;
    });
    return `${l} IS NOT DISTINCT FROM ${r}`;
  });
  const found = `EXISTS (SELECT 1 FROM ${side(body.right)} AS ${right} WHERE ${same.join(' AND ')})`;
  const filter = body.operator === 'INTERSECT' ? found : `NOT ${found}`;
  return `SELECT ${distinct} * FROM ${side(body.left)} AS ${left} WHERE ${filter}`;
}

function sameFields(own: readonly OutputField[], wanted: readonly OutputField[]): boolean {
  return own.every((field, index) => {
    const other = wanted[index];
    return other !== undefined && field.type.kind !== 'unknown' && sameType(field.type, other.type);
  });
}

export function selectSql(select: TypedSelect, outer: EmitContext): string {
  const constantRows = select.from.length === 1 && select.from.every((relation) => isConstant(relation, outer));
  const plain: EmitContext = { ...outer, keys: new Map(), local: aliasesOf(select.from), constantRows };
  const keys = new Map<string, string>();
  const groupBy = select.groupBy && groupingSql(select.groupBy, keys, plain);
  const context: EmitContext = { ...plain, keys, valuesInOrder: valuesInOrder(select, outer.scans) };
  const columns = select.items.map((item, index) => `${emitInClause(item, context)} AS c${index + 1}`);
  if (select.recursionAlias && !outer.commonTables) columns.push(`${select.recursionAlias}.d + 1 AS d`);
  const sorts = select.orderBy.filter(isSorting);
  const having = select.having ? havingSql(select, select.having, context) : '';
  // In HAVING DuckDB takes the fields of a lambda's parameter for columns.
  const isOutside = LAMBDA.test(having);
  if (isOutside) {
    const keys = sorts.map((item, index) => `${emitInClause(item.expression, context)} AS o${index + 1}`);
    columns.push(...(select.distinct ? [] : keys), `${having} AS h`);
  }
  const clauses = [
    `SELECT ${columns.join(', ')}`,
    select.from.length > 0 ? `FROM ${select.from.map((relation) => relationSql(relation, plain)).join(', ')}` : '',
    select.where ? `WHERE ${whereSql(select, plain)}` : '',
    groupBy ? `GROUP BY ${groupBy}` : '',
    having && !isOutside ? `HAVING ${having}` : '',
  ];
  const rows = clauses.filter((clause) => clause !== '').join(' ');
  const ordered = (column: (item: TypedSort, index: number) => string | undefined): string =>
    sorts.length === 0
      ? ''
      : ` ORDER BY ${sorts.map((item, index) => sortSql(item, context, column(item, index))).join(', ')}`;
  if (!select.distinct && !isOutside) return rows + ordered(() => undefined);
  // Around it: in it `c1` may be a column of FROM, too.
  const alias = fresh('s');
  const prints = select.items.map(fingerprint);
  const shown = select.items.map((_item, index) => `${alias}.c${index + 1}`);
  const order = ordered((item, index) =>
    select.distinct ? shown[prints.indexOf(fingerprint(item.expression))] : `${alias}.o${index + 1}`,
  );
  const distinct = select.distinct ? `${distinctSql(select.fields)} ` : '';
  const output = isOutside ? shown.join(', ') : '*';
  return `SELECT ${distinct}${output} FROM (${rows}) AS ${alias}${isOutside ? ` WHERE ${alias}.h` : ''}${order}`;
}

/** Zoned timestamps are distinct by their instant. */
function distinctSql(fields: readonly OutputField[]): string {
  if (!fields.some((field) => field.type.kind === 'timestamp with time zone')) return 'DISTINCT';
  const keys = fields.map((field, index) =>
    field.type.kind === 'timestamp with time zone' ? `(c${index + 1}).i` : `c${index + 1}`,
  );
  return `DISTINCT ON (${keys.join(', ')})`;
}

/** Writes the keys and notes their texts: an expression that equals a key must be written as the key is. */
function groupingSql(groupBy: readonly TypedGrouping[], keys: Map<string, string>, context: EmitContext): string {
  const isPlain = groupBy.every((element) => element.kind === 'simple');
  const written = new Map<string, string>();
  const key = (node: Typed): string => {
    const print = fingerprint(node);
    const known = written.get(print);
    if (known !== undefined) return known;
    const text = writeKey(node, print);
    written.set(print, text);
    return text;
  };
  const writeKey = (node: Typed, print: string): string => {
    const sql = emit(node, context);
    if (node.type.kind === 'timestamp with time zone') {
      // Equal instants are one group, whatever their zones; the group shows one of them.
      const one = `any_value(${sql})`;
      keys.set(print, isPlain ? one : `CASE WHEN grouping((${sql}).i) = 0 THEN ${one} END`);
      return `(${sql}).i`;
    }
    // A bare number would be a position, in parentheses too.
    const safe = /^\(*-?\d+\)*$/.test(sql) ? `CAST(${sql} AS ${physicalType(node.type)})` : sql;
    keys.set(print, safe);
    return safe;
  };
  const set = (nodes: readonly Typed[]) => `(${nodes.map(key).join(', ')})`;
  const parts = groupBy.map((element): string => {
    if (element.kind === 'simple') return element.keys.length === 0 ? '()' : element.keys.map(key).join(', ');
    if (element.kind === 'sets') return `GROUPING SETS (${element.sets.map(set).join(', ')})`;
    const sets = element.sets.map((nodes) => (nodes.length === 1 ? nodes.map(key).join() : set(nodes)));
    return `${element.kind.toUpperCase()} (${sets.join(', ')})`;
  });
  const clauses = parts.filter((part) => part !== '()');
  return clauses.length > 0 || parts.length === 0 ? clauses.join(', ') : '()';
}

/** The statement's own query: every column in the representation of its type, whatever DuckDB made of the expression. */
export function resultSql(query: TypedQuery, context: EmitContext): string {
  const alias = fresh('f');
  const columns = query.fields.map(
    (field, index) => `CAST(${alias}.c${index + 1} AS ${physicalType(field.type)}) AS c${index + 1}`,
  );
  return `SELECT ${columns.join(', ')} FROM (${querySql(query, context)}) AS ${alias}`;
}
