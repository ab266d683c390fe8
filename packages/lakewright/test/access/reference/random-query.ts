import { type Column, literal, type Random, VALUES } from './random-table';

/** A query over a table of these columns, whatever its name; it may name columns that its caller doesn't see. */
export function randomQuery(r: Random, columns: readonly Column[]): (table: string) => string {
  const [a, b] = [r.pick(columns), r.pick(columns)];
  const constant = ({ type }: Column) => literal(r.pick(VALUES[type]));
  const [x, y] = [constant(a), constant(b)];
  const operator = r.pick(a.type === 'boolean' ? ['=', '<>'] : ['=', '<>', '<', '>=']);
  const numbers = columns.filter(({ type }) => type === 'integer' || type === 'bigint' || type === 'double');
  const n = r.pick(numbers);
  const divisor = r.pick([1, 3, 5]);
  const shapes: ((t: string) => string)[] = [
    (t) => `SELECT * FROM ${t}`,
    (t) => `SELECT * FROM ${t} WHERE ${a.name} ${operator} ${x}`,
    (t) => `SELECT ${b.name} FROM ${t} WHERE ${a.name} ${operator} ${x} OR ${b.name} = ${y}`,
    (t) => `SELECT count(*), count(${a.name}), min(${a.name}), max(${b.name}) FROM ${t}`,
    (t) => `SELECT ${a.name}, count(*), sum(${n.name}) FROM ${t} GROUP BY ${a.name}`,
    (t) => `SELECT ${a.name}, rank() OVER (PARTITION BY ${b.name} ORDER BY ${a.name}) FROM ${t}`,
    (t) => `SELECT l.${a.name}, r.${b.name} FROM ${t} l JOIN ${t} r ON l.${a.name} = r.${a.name}`,
    (t) => `SELECT l.${b.name}, count(r.${a.name}) FROM ${t} l LEFT JOIN ${t} r ON l.c1 < r.c1 GROUP BY 1`,
    (t) => `SELECT ${a.name} FROM ${t} EXCEPT SELECT ${a.name} FROM ${t} WHERE ${b.name} = ${y}`,
    (t) => `SELECT count(*) FROM ${t} WHERE ${a.name} IN (SELECT ${a.name} FROM ${t} WHERE ${b.name} = ${y})`,
    (t) =>
      `SELECT ${b.name} FROM ${t} o WHERE EXISTS (SELECT 1 FROM ${t} i WHERE i.${a.name} = o.${a.name} AND i.c1 <> o.c1)`,
    (t) => `SELECT (SELECT max(${b.name}) FROM ${t}), ${a.name} IS NULL FROM ${t}`,
    (t) => `SELECT coalesce(CAST(${a.name} AS varchar), 'none') FROM ${t}`,
    // These fail on some rows: only those that the caller sees may count.
    (t) => `SELECT count(*) FROM ${t} WHERE 6 / (c1 - ${divisor}) >= 0`,
    (t) => `SELECT sum(CAST(CAST(${a.name} AS varchar) AS integer)) FROM ${t}`,
    (t) => `SELECT CAST(CAST(${a.name} AS varchar) AS integer) FROM ${t} WHERE ${b.name} = ${y}`,
  ];
  return r.pick(shapes);
}
