import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ResolvedTable,
  ScanRequest,
  SqlCatalog,
  TableColumn,
  TableName,
  TableScan,
} from '../../src/engines/sql/contract';
import type { DuckDbEngine } from '../../src/engines/sql/runtime';
import { array, BIGINT, map, row, timestamp, VARCHAR } from '../../src/engines/sql/types/build';
import { parseHiveType } from '../../src/engines/sql/types/hive';
import { physicalType, quoteName } from '../../src/engines/sql/types/physical';
import type { TrinoType } from '../../src/engines/sql/types/type';

interface Declared {
  readonly schema?: string;
  readonly columns: readonly (readonly [string, string])[];
  readonly partitions?: readonly (readonly [string, string])[];
}

interface LakeTable {
  readonly resolved: ResolvedTable;
  readonly files: string;
  readonly oneSplit: TableScan['oneSplit'];
  /** Physical types found in the files, lower-case names. */
  readonly found: ReadonlyMap<string, string>;
}

/**
 * A catalog over folders: `bucket-<schema>/<table>/` of Parquet files, with Hive's partition folders. Types come from
 * `tables.json` (Hive's names) where it says them, otherwise from the files.
 */
export class CorpusLake implements SqlCatalog {
  public static async open(folder: string, engine: DuckDbEngine, catalogs: readonly string[]): Promise<CorpusLake> {
    const tables = new Map<string, LakeTable>();
    const file = join(folder, 'tables.json');
    const declared: Record<string, Declared> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    for (const bucket of readdirSync(folder).filter((name) => name.startsWith('bucket-'))) {
      const schema = bucket.slice('bucket-'.length);
      for (const table of readdirSync(join(folder, bucket))) {
        const own = declared[table];
        const declaration = own && (own.schema ?? schema) === schema ? own : undefined;
        tables.set(
          `${schema}.${table}`,
          await openTable(join(folder, bucket, table), schema, table, declaration, engine),
        );
      }
    }
    return new CorpusLake(tables, catalogs);
  }

  private constructor(
    private readonly byName: ReadonlyMap<string, LakeTable>,
    private readonly catalogs: readonly string[],
  ) {}

  public resolve({ catalog, schema, table }: TableName): ResolvedTable | undefined {
    return this.catalogs.includes(catalog) ? this.byName.get(`${schema}.${table}`)?.resolved : undefined;
  }

  public hasSchema(catalog: string, schema: string): boolean {
    return schema === 'default' || this.schemas(catalog).includes(schema);
  }

  public schemas(catalog: string): readonly string[] {
    if (!this.catalogs.includes(catalog)) return [];
    return [...new Set([...this.byName.values()].map(({ resolved }) => resolved.name.schema))];
  }

  public tables(catalog: string, schema: string): readonly ResolvedTable[] {
    if (!this.catalogs.includes(catalog)) return [];
    return [...this.byName.values()].map(({ resolved }) => resolved).filter(({ name }) => name.schema === schema);
  }

  public async scan({ name }: ResolvedTable, { columns }: ScanRequest): Promise<TableScan> {
    const table = this.byName.get(`${name.schema}.${name.table}`);
    if (!table) throw new Error(`no table ${name.table}`);
    const items = columns.map((column) => {
      const declared = table.resolved.columns.find((item) => item.name === column);
      if (!declared) throw new Error(`no column ${column}`);
      const source =
        column === '$path' ? 'filename' : isHive(declared) ? `(${quoteName(column)} || '')` : quoteName(column);
      const target = physicalType(declared.type);
      return `CAST(${source} AS ${target}) AS ${quoteName(column)}`;
    });
    const sql = `(SELECT ${items.length > 0 ? items.join(', ') : '1 AS one'} FROM ${table.files})`;
    return { sql, oneSplit: table.oneSplit };
  }
}

/** DuckDB 1.5 fails on `max()` of a column that it takes from the folders' names, unless it's an expression. */
const isHive = (column: TableColumn): boolean => column.partitionKey ?? false;

async function openTable(
  folder: string,
  schema: string,
  table: string,
  declared: Declared | undefined,
  engine: DuckDbEngine,
): Promise<LakeTable> {
  const glob = join(folder, '**', '*').replace(/'/g, "''");
  const files = `read_parquet('${glob}', hive_partitioning = true, hive_types_autocast = false, filename = true)`;
  const columns = [
    { name: 'name', type: VARCHAR },
    { name: 'type', type: VARCHAR },
  ];
  const count = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  const [[rows = 0] = []] = (await engine.rows(`SELECT count(*) FROM ${files}`, [{ name: 'n', type: BIGINT }])).rows;
  // Files are small here: each is one split, of one row group.
  const oneSplit = count === 1 ? { rows: Number(rows) } : undefined;
  const described = await engine.rows(
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * EXCLUDE (filename) FROM ${files})`,
    columns,
  );
  const found = new Map(described.rows.map(([name, type]) => [String(name).toLowerCase(), String(type)]));
  const hive = new Map([...(declared?.columns ?? []), ...(declared?.partitions ?? [])]);
  const partitions = new Set((declared?.partitions ?? []).map(([name]) => name));
  const names = declared?.partitions ? [...hive.keys()] : [...found.keys()];
  const resolved = names.map((name): TableColumn => {
    const own = hive.get(name);
    const type = own === undefined ? fromDuckDb(found.get(name) ?? 'VARCHAR') : parseHiveType(own);
    return { name, type, partitionKey: partitions.has(name) };
  });
  const path: TableColumn = { name: '$path', type: VARCHAR, hidden: true };
  return {
    files,
    oneSplit,
    found,
    resolved: {
      kind: 'table',
      name: { catalog: 'awsdatacatalog', schema, table },
      columns: [...resolved, path],
    },
  };
}

/** The text of a DuckDB type → Trino's. */
function fromDuckDb(text: string): TrinoType {
  if (text.endsWith('[]')) return array(fromDuckDb(text.slice(0, -2)));
  const [, name = text, args = ''] = /^([A-Z]+)\((.*)\)$/s.exec(text) ?? [];
  const parts = splitTop(args);
  switch (name) {
    case 'STRUCT':
      return row(
        parts.map((part) => {
          const [, quoted, plain, type = ''] = /^(?:"([^"]*)"|(\w+)) (.*)$/s.exec(part) ?? [];
          return { name: quoted ?? plain, type: fromDuckDb(type) };
        }),
      );
    case 'MAP':
      return map(fromDuckDb(parts[0] ?? ''), fromDuckDb(parts[1] ?? ''));
    case 'DECIMAL':
      return { kind: 'decimal', precision: Number(parts[0]), scale: Number(parts[1]) };
    default:
      return SIMPLE[text] ?? VARCHAR;
  }
}

const SIMPLE: Readonly<Record<string, TrinoType>> = {
  BOOLEAN: { kind: 'boolean' },
  TINYINT: { kind: 'tinyint' },
  SMALLINT: { kind: 'smallint' },
  INTEGER: { kind: 'integer' },
  BIGINT,
  FLOAT: { kind: 'real' },
  DOUBLE: { kind: 'double' },
  DATE: { kind: 'date' },
  BLOB: { kind: 'varbinary' },
  TIMESTAMP: timestamp(3),
  TIMESTAMP_NS: timestamp(3),
  TIMESTAMP_MS: timestamp(3),
  'TIMESTAMP WITH TIME ZONE': timestamp(3),
};

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const char of text) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === ',' && depth === 0) {
      parts.push(current.trim());
      current = '';
    } else current += char;
  }
  if (current.trim()) parts.push(current.trim());
  return parts;
}
