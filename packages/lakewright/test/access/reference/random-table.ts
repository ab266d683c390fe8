export type Cell = number | string | boolean | null;
export type Row = Readonly<Record<string, Cell>>;
export type Rows = readonly Row[];

export interface Column {
  readonly name: string;
  readonly type: 'integer' | 'bigint' | 'varchar' | 'boolean' | 'double';
  /** Tagged `class=open`. */
  readonly open: boolean;
  readonly partitionKey?: boolean;
}

export interface Random {
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** The same numbers for the same seed (mulberry32). */
export function random(seed: number): Random {
  let state = seed * 0x9e3779b1;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    integer: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
  };
}

/** Few different values, so that conditions hit; texts that are numbers, so that casts of some rows fail. */
export const VALUES: Readonly<Record<Column['type'], readonly Cell[]>> = {
  integer: [-1, 0, 1, 2, 3, 7],
  bigint: [0, 1, 2, 5_000_000_000],
  varchar: ['a', 'b', 'EU', 'US', '1', '2', "it's", ''],
  boolean: [true, false],
  double: [-0.5, 0, 1.5, 2],
};

export function randomTable(r: Random, table: string) {
  const kind = r.pick(['parquet', 'parquet', 'partitioned', 'json', 'iceberg']);
  const types = Object.keys(VALUES) as Column['type'][];
  const columns: Column[] = Array.from({ length: r.integer(2, 5) }, (_, index) => ({
    name: `c${index + 1}`,
    type: index === 0 ? 'integer' : r.pick(types),
    open: r.chance(0.5),
  }));
  if (kind === 'partitioned') columns.push({ name: 'part', type: 'varchar', open: r.chance(0.5), partitionKey: true });
  const rows = Array.from(
    { length: r.integer(1, 14) },
    (_, index): Row =>
      Object.fromEntries(
        columns.map(({ name, type, partitionKey }, at) => [
          name,
          at === 0 ? index : partitionKey ? r.pick(['EU', 'US', 'b']) : r.chance(0.15) ? null : r.pick(VALUES[type]),
        ]),
      ),
  );
  const location = `'s3://lake/${table}/'`;
  const properties = {
    parquet: `external_location = ${location}`,
    json: `format = 'JSON', external_location = ${location}`,
    partitioned: `external_location = ${location}, partitioned_by = ARRAY['part']`,
    iceberg: `table_type = 'ICEBERG', is_external = false, location = ${location}`,
  }[kind] as string;
  return { columns, rows, properties };
}

export function literal(value: Cell): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return value === null ? 'NULL' : typeof value === 'number' && !Number.isInteger(value) ? `${value}E0` : String(value);
}

/** The rows as a query. */
export function valuesSql(columns: readonly Column[], rows: Rows): string {
  const casts = columns.map(({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`).join(', ');
  const names = columns.map(({ name }) => name).join(', ');
  const lines = rows.map((row) => `(${columns.map(({ name }) => literal(row[name] ?? null)).join(', ')})`);
  const nothing = `(${columns.map(() => 'NULL').join(', ')})`;
  return `SELECT ${casts} FROM (VALUES ${lines.join(', ') || nothing}) AS v (${names})${rows.length ? '' : ' WHERE false'}`;
}
