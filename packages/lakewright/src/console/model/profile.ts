import type { LocalLake } from '../../local-lake';
import { LOCAL_ADMIN } from '../../services/service';
import type { Column, Table } from '../../workspace/catalog-store';
import type { ColumnProfile, TableProfile } from '../contract';
import { ask, quoted, sqlNameOf, textOf } from './sample';
import { columnsOf } from './tables';

/** Beyond it different values aren't counted: that takes memory for each of them. */
const MOST_ROWS = 5_000_000;
const MOST_VALUES = 6;
const BINS = 12;
const MOST_COLUMNS = 60;
const SCALAR =
  /^(tinyint|smallint|int|integer|bigint|float|real|double|decimal|string|varchar|char|boolean|date|timestamp)/i;
const NUMBER = /^(tinyint|smallint|int|integer|bigint|float|real|double|decimal)/i;
const TEXT = /^(string|varchar|char|boolean)/i;

/** What the values of a table's columns are like, and the rows of each partition: the owner's facts. */
export async function profileOf(lake: LocalLake, table: Table, rows: number | null): Promise<TableProfile> {
  const columns = columnsOf(table)
    .filter(({ Type = '' }) => SCALAR.test(Type))
    .slice(0, MOST_COLUMNS);
  if (columns.length === 0 || rows === 0) return { columns: [], partitions: null };
  const facts = await factsOf(lake, table, columns, rows === null || rows <= MOST_ROWS);
  const shares = await sharesOf(lake, table, columns, facts);
  return {
    columns: facts.map((fact) => ({ ...fact, shares: shares.get(fact.name) ?? null })),
    partitions: await partitionRows(lake, table),
  };
}

type Facts = Omit<ColumnProfile, 'shares'>;

async function factsOf(
  lake: LocalLake,
  table: Table,
  columns: readonly Column[],
  isCounted: boolean,
): Promise<Facts[]> {
  const parts = columns.flatMap(({ Name }) => {
    const column = quoted(Name);
    const distinct = isCounted ? `count(DISTINCT ${column})` : 'CAST(NULL AS bigint)';
    return [`count(${column})`, distinct, `CAST(min(${column}) AS varchar)`, `CAST(max(${column}) AS varchar)`];
  });
  const { rows } = await ask(
    lake,
    `SELECT count(*), ${parts.join(', ')} FROM ${sqlNameOf(table)}`,
    LOCAL_ADMIN.principal,
  );
  const [row] = rows ?? [];
  if (!row) return [];
  const total = Number(row[0]);
  return columns.map(({ Name }, index) => {
    const [count, distinct, least, most] = row.slice(1 + index * 4, 5 + index * 4);
    return {
      name: Name,
      nulls: total === 0 ? 0 : 1 - Number(count) / total,
      distinct: distinct === null || distinct === undefined ? null : Number(distinct),
      isUnique: total > 0 && Number(distinct) === total,
      least: textOf(least),
      most: textOf(most),
    };
  });
}

/** Few texts by name, numbers by size: how many rows have which. */
async function sharesOf(lake: LocalLake, table: Table, columns: readonly Column[], facts: readonly Facts[]) {
  const found = new Map<string, { value: string; rows: number }[]>();
  const parts = columns.flatMap(({ Name, Type = '' }, index) => {
    const fact = facts[index];
    const name = `'${Name.replaceAll("'", "''")}'`;
    const column = quoted(Name);
    if (!fact || fact.distinct === null || fact.distinct === 0) return [];
    if (TEXT.test(Type) && fact.distinct <= MOST_VALUES) {
      return [`SELECT ${name}, CAST(${column} AS varchar), count(*) FROM ${sqlNameOf(table)} GROUP BY ${column}`];
    }
    const [least, most] = [Number(fact.least), Number(fact.most)];
    if (!NUMBER.test(Type) || fact.isUnique || !(most > least)) return [];
    const bin = `least(${BINS - 1}, floor((CAST(${column} AS double) - (${least})) * ${BINS} / ${most - least}))`;
    return [
      `SELECT ${name}, CAST(CAST(${bin} AS integer) AS varchar), count(*) FROM ${sqlNameOf(table)} WHERE ${column} IS NOT NULL GROUP BY ${bin}`,
    ];
  });
  if (parts.length === 0) return found;
  const { rows = [] } = await ask(lake, parts.join(' UNION ALL '), LOCAL_ADMIN.principal);
  for (const [name, value, count] of rows) {
    if (value === null) continue;
    const own = found.get(String(name)) ?? [];
    own.push({ value: String(value), rows: Number(count) });
    found.set(String(name), own);
  }
  for (const [name, own] of found) {
    const type = columns.find((column) => column.Name === name)?.Type ?? '';
    found.set(
      name,
      NUMBER.test(type) ? binsOf(own) : own.sort((a, b) => b.rows - a.rows || a.value.localeCompare(b.value)),
    );
  }
  return found;
}

const binsOf = (own: readonly { value: string; rows: number }[]): { value: string; rows: number }[] =>
  Array.from({ length: BINS }, (_, bin) => ({
    value: '',
    rows: own.find(({ value }) => Number(value) === bin)?.rows ?? 0,
  }));

async function partitionRows(lake: LocalLake, table: Table): Promise<TableProfile['partitions']> {
  const keys = (table.PartitionKeys ?? []).map(({ Name }) => Name);
  if (keys.length === 0) return null;
  const texts = keys.map((key) => `CAST(${quoted(key)} AS varchar)`).join(', ');
  const sql = `SELECT ${texts}, count(*) FROM ${sqlNameOf(table)} GROUP BY ${keys.map(quoted).join(', ')}`;
  const { rows } = await ask(lake, sql, LOCAL_ADMIN.principal);
  if (!rows) return null;
  return rows.map((row) => ({
    name: keys.map((key, index) => `${key}=${row[index]}`).join('/'),
    rows: Number(row[keys.length]),
  }));
}
