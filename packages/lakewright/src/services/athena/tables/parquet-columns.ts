import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import { physicalFields, physicalType, quoteName } from '../../../engines/sql/types/physical';
import { typeText } from '../../../engines/sql/types/text';
import type { TrinoType } from '../../../engines/sql/types/type';
import type { ParquetNode } from './parquet-footers';

/** What the error about a column says. */
export interface ColumnPlace {
  readonly column: string;
  readonly file: string;
  /** Where timestamps are known to be whole milliseconds. */
  readonly wholeMilliseconds: boolean;
}

/**
 * DuckDB SQL that reads a Parquet column as the table's type: rows by field name, lists and maps element by element,
 * numbers within Athena's conversions.
 *
 * @throws SqlError HIVE_BAD_DATA in Athena's words when file and table don't fit
 */
export function parquetColumn(expression: string, node: ParquetNode, type: TrinoType, place: ColumnPlace): string {
  const nested = type.kind !== 'timestamp';
  return convert(expression, node, type, nested ? { ...place, wholeMilliseconds: false } : place, 0);
}

function convert(expression: string, node: ParquetNode, type: TrinoType, place: ColumnPlace, depth: number): string {
  switch (type.kind) {
    case 'array': {
      const element = listElement(node);
      if (!element) return mismatch(node, type, place);
      return mapped(expression, (item) => convert(item, element, type.element, place, depth + 1), depth);
    }
    case 'map': {
      const [key, value] = node.converted?.startsWith('MAP') ? (node.children[0]?.children ?? []) : [];
      if (!key || !value) return mismatch(node, type, place);
      const inner = (item: string) => {
        const fields = [
          `k := ${convert(`struct_extract(${item}, 'key')`, key, type.key, place, depth + 1)}`,
          `v := ${convert(`struct_extract(${item}, 'value')`, value, type.value, place, depth + 1)}`,
        ];
        return `struct_pack(${fields.join(', ')})`;
      };
      const same = inner('x') === `struct_pack(k := struct_extract(x, 'key'), v := struct_extract(x, 'value'))`;
      return same ? expression : `map_from_entries(${mapped(`map_entries(${expression})`, inner, depth)})`;
    }
    case 'row': {
      if (node.duckdb || node.converted || !node.children.length) return mismatch(node, type, place);
      const fields = physicalFields(type.fields).map((field) => {
        const child = node.children.find((item) => item.name.toLowerCase() === field.name);
        const value = child
          ? convert(
              `struct_extract(${expression}, '${child.name.replace(/'/g, "''")}')`,
              child,
              field.type,
              place,
              depth,
            )
          : `CAST(NULL AS ${physicalType(field.type)})`;
        return `${quoteName(field.name)} := ${value}`;
      });
      return `CASE WHEN ${expression} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
    }
    default:
      return scalar(expression, node, type, place);
  }
}

/** A three-level list (`list.element`), or the old two-level form. */
function listElement(node: ParquetNode): ParquetNode | undefined {
  if (node.converted !== 'LIST') return undefined;
  const [repeated] = node.children;
  const simple = repeated?.children.length === 1 && repeated.name !== 'array' && !repeated.name.endsWith('_tuple');
  return simple ? repeated?.children[0] : repeated;
}

function mapped(list: string, item: (name: string) => string, depth: number): string {
  const name = `x${depth}`;
  const body = item(name);
  return body === name ? list : `list_transform(${list}, lambda ${name}: ${body})`;
}

const INTEGERS: ReadonlySet<string> = new Set([
  ...['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'],
  ...['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'],
]);

function scalar(expression: string, node: ParquetNode, type: TrinoType, place: ColumnPlace): string {
  const from = node.duckdb;
  if (!from || node.repeated) return mismatch(node, type, place);
  const to = physicalType(type);
  const cast = () => (from === to ? expression : `CAST(${expression} AS ${to})`);
  switch (type.kind) {
    case 'boolean':
      return from === 'BOOLEAN' ? expression : mismatch(node, type, place);
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return INTEGERS.has(from) ? cast() : mismatch(node, type, place);
    case 'real':
      return from === 'FLOAT' ? expression : mismatch(node, type, place);
    case 'double':
      return from === 'DOUBLE' || from === 'FLOAT' ? cast() : mismatch(node, type, place);
    case 'decimal':
      return from.startsWith('DECIMAL') || INTEGERS.has(from) ? cast() : mismatch(node, type, place);
    case 'varchar':
    case 'char':
      return textColumn(expression, from, type) ?? mismatch(node, type, place);
    case 'varbinary':
      if (from === 'BLOB') return expression;
      return from === 'VARCHAR' ? `encode(${expression})` : mismatch(node, type, place);
    case 'date':
      return from === 'DATE' ? expression : mismatch(node, type, place);
    case 'timestamp':
      return timestampColumn(expression, node, place) ?? mismatch(node, type, place);
    case 'uuid':
      return from === 'UUID' ? expression : mismatch(node, type, place);
    default:
      throw new NotCoveredError(`Parquet column of type ${typeText(type)}`);
  }
}

function textColumn(
  expression: string,
  from: string,
  type: TrinoType & { kind: 'varchar' | 'char' },
): string | undefined {
  if (from !== 'VARCHAR' && from !== 'BLOB' && from !== 'JSON' && !from.startsWith('ENUM')) return undefined;
  // Old writers don't mark their text as UTF-8.
  const text =
    from === 'BLOB' ? `decode(${expression})` : from === 'VARCHAR' ? expression : `CAST(${expression} AS VARCHAR)`;
  if (type.length === undefined) return text;
  const cut = `substring(${text}, 1, ${type.length})`;
  return type.kind === 'char' ? `rtrim(${cut}, ' ')` : cut;
}

/** Athena's timestamps have milliseconds: finer ones are rounded, half up. */
function timestampColumn(expression: string, node: ParquetNode, place: ColumnPlace): string | undefined {
  const from = node.duckdb ?? '';
  if (!from.startsWith('TIMESTAMP')) return undefined;
  const local = from === 'TIMESTAMP WITH TIME ZONE' ? `timezone('UTC', ${expression})` : expression;
  if (node.milliseconds || place.wholeMilliseconds)
    return from === 'TIMESTAMP_NS' ? `CAST(${local} AS TIMESTAMP)` : local;
  return `CAST(CAST(${local} AS TIMESTAMP_MS) AS TIMESTAMP)`;
}

function mismatch(node: ParquetNode, type: TrinoType, place: ColumnPlace): never {
  throw new SqlError(
    'HIVE_BAD_DATA',
    `Malformed Parquet file. Field ${place.column}'s type ${node.physical ?? node.converted ?? 'group'} in parquet file ${place.file} is incompatible with type ${typeText(type)} defined in table schema`,
  );
}
