import { type Random, randomFrom } from '../fuzz-sql/random';
import { aggregate, windowed } from './aggregates';
import { type Column, chooseKind, chooseOrderable, expression, type Scope } from './expressions';
import { isOrderable, type Kind, literal, randomKind, scalar, typeName } from './values';

/**
 * How a query brings its rows along. Over VALUES Trino's planner works expressions out that no row may need, and fails
 * where one does; over UNNEST it runs the query, as over a table.
 */
export type RowForm = 'VALUES' | 'UNNEST';

interface Table {
  readonly name: string;
  /** `k` is a number of its own in each row. */
  readonly columns: readonly Column[];
  readonly sql: string;
  readonly form: RowForm;
}

/** Statement `number` of a seed: a query of random tables that it brings along, whose answer is determined. */
export function randomQuery(seed: number, number: number, form: RowForm = 'VALUES'): string {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) + Math.imul(number, 0x85ebca6b));
  const t = randomTable('t', random, form);
  switch (random.below(14)) {
    case 0:
    case 1:
      return withTables([t], grouped(t, random));
    case 2:
      return withTables([t], groupingSets(t, random));
    case 3:
      return withTables([t], windows(t, random));
    case 4:
    case 5:
      return joined(t, random);
    case 6:
      return setOperation(t, random);
    case 7:
      return subqueries(t, random);
    case 8:
      return withTables([t], unnested(t, random));
    case 9:
      return withTables([t], nested(t, random));
    default:
      return withTables([t], projection(t, random));
  }
}

const withTables = (tables: readonly Table[], query: string): string =>
  `WITH ${tables.map(({ sql }) => sql).join(', ')} ${query}`;

function randomTable(name: string, random: Random, form: RowForm): Table {
  const kinds = Array.from({ length: 3 + random.below(3) }, () => randomKind(random));
  const types = kinds.map((kind) => typeName(kind, random));
  const rows = Array.from({ length: 1 + random.below(6) }, (_, row) => {
    const cells = kinds.map((kind, i) => {
      const value = random.below(5) === 0 ? 'NULL' : literal(kind, random);
      // A first row of casts gives the columns their types; the others widen them.
      return row === 0 ? `TRY_CAST(${value} AS ${types[i]})` : value;
    });
    return `(${[row + 1, ...cells].join(', ')})`;
  });
  const all = form === 'VALUES' ? `VALUES ${rows.join(', ')}` : `SELECT * FROM UNNEST(ARRAY[ROW${rows.join(', ROW')}])`;
  const columns = [{ name: 'k', kind: scalar('integer') }, ...kinds.map((kind, i) => ({ name: `c${i + 1}`, kind }))];
  return {
    name,
    columns: columns.map((column) => ({ sql: `${name}.${column.name}`, kind: column.kind })),
    sql: `${name} (${columns.map((column) => column.name).join(', ')}) AS (${all})`,
    form,
  };
}

const scopeOf = (random: Random, ...tables: readonly [Table, ...Table[]]): Scope => ({
  random,
  row: `${tables[0].name}.k`,
  columns: tables.flatMap((table) => table.columns),
});

const depthOf = (random: Random): number => 1 + random.below(3);

function items(count: number, scope: Scope): string {
  const { random } = scope;
  const item = (_: unknown, index: number): string =>
    `${expression(chooseKind(scope), depthOf(random), scope)}${random.below(8) ? ` AS a${index + 1}` : ''}`;
  return Array.from({ length: count }, item).join(', ');
}

const where = (scope: Scope): string =>
  scope.random.below(2) ? ` WHERE ${expression(scalar('boolean'), depthOf(scope.random), scope)}` : '';

function projection(t: Table, random: Random): string {
  const scope = scopeOf(random, t);
  const end = random.pick(['', ' ORDER BY k', ' ORDER BY k DESC LIMIT 2', ' ORDER BY k OFFSET 1']);
  const distinct = end === '' && random.below(6) === 0;
  if (distinct) return `SELECT DISTINCT ${keys(2, scope).join(', ')} FROM t${where(scope)}`;
  return `SELECT k, ${items(1 + random.below(3), scope)} FROM t${where(scope)}${end}`;
}

/** Expressions that rows can be grouped by. */
function keys(count: number, scope: Scope): string[] {
  return Array.from({ length: count }, () => {
    const columns = scope.columns.filter((column) => isOrderable(column.kind));
    const { random } = scope;
    return random.below(2) ? random.pick(columns).sql : expression(chooseOrderable(scope), 1, scope);
  });
}

const aggregates = (scope: Scope): string =>
  Array.from({ length: 1 + scope.random.below(3) }, () => aggregate(depthOf(scope.random), scope)).join(', ');

function grouped(t: Table, random: Random): string {
  const scope = scopeOf(random, t);
  const by = keys(random.below(3), scope);
  const having = random.below(4) === 0 ? ` HAVING count(*) ${random.pick(['>', '<='])} 1` : '';
  const groupBy = by.length > 0 ? ` GROUP BY ${by.map((_, i) => i + 1).join(', ')}` : '';
  return `SELECT ${[...by, aggregates(scope)].join(', ')} FROM t${where(scope)}${groupBy}${having}`;
}

function groupingSets(t: Table, random: Random): string {
  const scope = scopeOf(random, t);
  const columns = scope.columns.filter((column) => isOrderable(column.kind)).map(({ sql }) => sql);
  const [a, b] = [random.pick(columns), columns[0] as string];
  if (a === b) return grouped(t, random);
  const sets = random.pick([`ROLLUP (${a}, ${b})`, `CUBE (${a}, ${b})`, `GROUPING SETS ((${a}), (${a}, ${b}), ())`]);
  return `SELECT ${a}, ${b}, grouping(${a}, ${b}), ${aggregates(scope)} FROM t${where(scope)} GROUP BY ${sets}`;
}

function windows(t: Table, random: Random): string {
  const scope = scopeOf(random, t);
  const calls = Array.from({ length: 1 + random.below(2) }, () => windowed(depthOf(random), scope));
  return `SELECT k, ${calls.join(', ')} FROM t${where(scope)}`;
}

function joined(t: Table, random: Random): string {
  const u = randomTable('u', random, t.form);
  const scope = scopeOf(random, t, u);
  const type = random.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN']);
  const key = chooseOrderable(scope);
  const left = expression(key, 1, scopeOf(random, t));
  const right = expression(key, 1, scopeOf(random, u));
  const extra = random.below(3) === 0 ? ` AND ${expression(scalar('boolean'), 1, scope)}` : '';
  // One condition that may fail: of two, the plan decides which drops a row before the other sees it.
  const complex = ` ON ${left} = ${right}${extra}`;
  const simple = `${type === 'CROSS JOIN' ? '' : ' ON t.k = u.k'}${where(scope)}`;
  const conditions = type === 'CROSS JOIN' || random.below(3) ? simple : complex;
  return withTables([t, u], `SELECT t.k, u.k, ${items(1 + random.below(2), scope)} FROM t ${type} u${conditions}`);
}

function setOperation(t: Table, random: Random): string {
  const u = randomTable('u', random, t.form);
  const scope = scopeOf(random, t, u);
  const kinds = [chooseOrderable(scope), chooseOrderable(scope)];
  const side = (table: Table): string => {
    const scope = scopeOf(random, table);
    return `SELECT ${kinds.map((kind) => expression(kind, 2, scope)).join(', ')} FROM ${table.name}`;
  };
  const operator = random.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL']);
  return withTables([t, u], `${side(t)} ${operator} ${side(u)}`);
}

function subqueries(t: Table, random: Random): string {
  const u = randomTable('u', random, t.form);
  const scope = scopeOf(random, t);
  const inner = scopeOf(random, u);
  const key: Kind = chooseOrderable(scope);
  const [outerKey, innerKey] = [expression(key, 1, scope), expression(key, 1, inner)];
  const not = random.pick(['', 'NOT ']);
  const predicate = random.pick([
    `${outerKey} ${not}IN (SELECT ${innerKey} FROM u${where(inner)})`,
    `${not}EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND ${expression(scalar('boolean'), 1, inner)})`,
    `${outerKey} ${random.pick(['=', '<', '>='])} ${random.pick(['ALL', 'ANY'])} (SELECT ${innerKey} FROM u)`,
    `t.k ${random.pick(['=', '<', '>='])} (SELECT max(u.k) FROM u WHERE u.k <= t.k)`,
  ]);
  const scalarQuery = random.pick([
    `(SELECT count(*) FROM u WHERE u.k >= t.k)`,
    `(SELECT ${expression(randomKind(random), 1, inner)} FROM u WHERE u.k = t.k)`,
    `(SELECT ${aggregate(1, inner)} FROM u)`,
  ]);
  const query = random.below(2)
    ? `SELECT k, ${items(1, scope)} FROM t WHERE ${predicate}`
    : `SELECT k, ${scalarQuery}, (${predicate}) FROM t`;
  return withTables([t, u], query);
}

function unnested(t: Table, random: Random): string {
  const scope = scopeOf(random, t);
  const element = random.pick(['integer', 'varchar', 'double', 'date', 'decimal'] as const);
  const list = expression({ name: 'array', element: scalar(element) }, 2, scope);
  const inner: Scope = { ...scope, columns: [...scope.columns, { sql: 'e', kind: scalar(element) }] };
  const ordinality = random.below(2);
  const join = random.below(3) === 0 ? `LEFT JOIN UNNEST(${list})` : `CROSS JOIN UNNEST(${list})`;
  const alias = ordinality ? ' WITH ORDINALITY AS n (e, o)' : ' AS n (e)';
  const on = join.startsWith('LEFT') ? ' ON true' : '';
  return `SELECT k, e, ${ordinality ? 'o, ' : ''}${expression(randomKind(random), 2, inner)} FROM t ${join}${alias}${on}`;
}

/** A query over a query: aggregates of expressions, windows over aggregates, expressions of what a subquery computed. */
function nested(t: Table, random: Random): string {
  const scope = scopeOf(random, t);
  const kinds = [chooseKind(scope), chooseOrderable(scope), chooseKind(scope)];
  const given = kinds.map((kind, i) => `${expression(kind, depthOf(random), scope)} AS d${i + 1}`);
  // As in a join: one condition.
  const inside = where(scope);
  const d: Table = {
    name: 'd',
    form: t.form,
    sql: `(SELECT k, ${given.join(', ')} FROM t${inside}) AS d`,
    columns: ['k', 'd1', 'd2', 'd3'].map((name, i) => ({
      sql: `d.${name}`,
      kind: i === 0 ? scalar('integer') : (kinds[i - 1] as Kind),
    })),
  };
  const outer = scopeOf(random, d);
  const outside = inside ? '' : where(outer);
  switch (random.below(4)) {
    case 0:
      return `SELECT d2, ${aggregates(outer)} FROM ${d.sql} GROUP BY d2`;
    case 1:
      return `SELECT k, ${windowed(depthOf(random), outer)} FROM ${d.sql}${outside}`;
    case 2:
      return `SELECT d2, rank() OVER (ORDER BY n, d2), n FROM (SELECT d2, count(*) AS n, ${aggregates(outer)} FROM ${d.sql} GROUP BY d2)`;
    default:
      return `SELECT k, ${items(2, outer)} FROM ${d.sql}${outside} ORDER BY k`;
  }
}
