import type { PartitionSpec } from '../../../engines/iceberg/metadata';
import { type IcebergType, type Schema, toTrinoType } from '../../../engines/iceberg/types';
import type { TableColumn } from '../../../engines/sql/contract';
import { BIGINT, VARCHAR, zonedTimestamp } from '../../../engines/sql/types/build';
import { physicalType, quoteName } from '../../../engines/sql/types/physical';
import type { ParquetNode } from './parquet-footers';

/** The number of a row in its file, for statements that change rows. No statement can spell it. */
export const ROW_NUMBER = '\u0001row';

/** Columns of an Iceberg table; those that partition it as they are count as keys, so that conditions prune files. */
export function icebergColumns(schema: Schema, spec: PartitionSpec | undefined): TableColumn[] {
  const keys = new Set(
    spec?.fields.filter((field) => field.transform === 'identity').map((field) => field['source-id']),
  );
  return [
    ...schema.fields.map((field) => ({
      name: field.name.toLowerCase(),
      type: toTrinoType(field.type),
      ...(keys.has(field.id) && { partitionKey: true }),
    })),
    { name: '$path', type: VARCHAR, hidden: true },
    { name: '$file_modified_time', type: zonedTimestamp(3), hidden: true },
    { name: ROW_NUMBER, type: BIGINT, hidden: true },
  ];
}

/** A file's column by the field's id; by its name in files that were imported without ids. */
export function findNode(
  nodes: readonly ParquetNode[],
  field: { readonly id: number; readonly name: string },
): ParquetNode | undefined {
  const byId = nodes.some((node) => node.fieldId !== undefined);
  return nodes.find((node) =>
    byId ? node.fieldId === field.id : node.name.toLowerCase() === field.name.toLowerCase(),
  );
}

/** DuckDB SQL that reads a Parquet column as an Iceberg type, nested fields by their ids. */
export function icebergColumn(expression: string, node: ParquetNode, type: IcebergType, depth = 0): string {
  if (typeof type === 'string') return scalar(expression, node, type);
  switch (type.type) {
    case 'list': {
      const repeated = node.children[0];
      const element = repeated?.children.length === 1 ? repeated.children[0] : repeated;
      if (!element) return missing(type);
      return mapped(expression, (item) => icebergColumn(item, element, type.element, depth + 1), depth);
    }
    case 'map': {
      const [key, value] = node.children[0]?.children ?? [];
      if (!key || !value) return missing(type);
      const entry = (item: string) => ({
        key: icebergColumn(`struct_extract(${item}, 'key')`, key, type.key, depth + 1),
        value: icebergColumn(`struct_extract(${item}, 'value')`, value, type.value, depth + 1),
      });
      const probe = entry('x');
      const same = probe.key === "struct_extract(x, 'key')" && probe.value === "struct_extract(x, 'value')";
      if (same) return expression;
      const pack = (item: string) => `struct_pack(k := ${entry(item).key}, v := ${entry(item).value})`;
      return `map_from_entries(${mapped(`map_entries(${expression})`, pack, depth)})`;
    }
    case 'struct': {
      const fields = type.fields.map((field) => {
        const child = findNode(node.children, field);
        const value = child
          ? icebergColumn(
              `struct_extract(${expression}, '${child.name.replace(/'/g, "''")}')`,
              child,
              field.type,
              depth,
            )
          : missing(field.type);
        return `${quoteName(field.name.toLowerCase())} := ${value}`;
      });
      return `CASE WHEN ${expression} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
    }
  }
}

/** The value of a field that a file doesn't have. */
export const missing = (type: IcebergType): string => `CAST(NULL AS ${physicalType(toTrinoType(type))})`;

function mapped(list: string, item: (name: string) => string, depth: number): string {
  const name = `x${depth}`;
  const body = item(name);
  return body === name ? list : `list_transform(${list}, lambda ${name}: ${body})`;
}

/** Widened types (int to long, float to double, a longer decimal) are read by a cast. */
function scalar(expression: string, node: ParquetNode, type: string): string {
  const from = node.duckdb ?? '';
  const zoned = from === 'TIMESTAMP WITH TIME ZONE';
  if (type === 'timestamptz') {
    const instant = zoned ? `timezone('UTC', ${expression})` : `CAST(${expression} AS TIMESTAMP)`;
    return `CASE WHEN ${expression} IS NOT NULL THEN {'i': ${instant}, 'z': 'UTC'} END`;
  }
  if (type === 'timestamp' && zoned) return `timezone('UTC', ${expression})`;
  const to = physicalType(toTrinoType(type));
  if (type === 'string' && from === 'BLOB') return `decode(${expression})`;
  if (type === 'uuid' && from === 'BLOB') return `CAST(lower(hex(${expression})) AS UUID)`;
  return from === to ? expression : `CAST(${expression} AS ${to})`;
}

/** How a value in DuckDB's representation of a Trino type is written: instants with a zone are Parquet's own. */
export function storedValue(expression: string, type: IcebergType, depth = 0): string {
  if (typeof type === 'string') {
    if (type !== 'timestamptz') return expression;
    return `timezone('UTC', struct_extract(${expression}, 'i'))`;
  }
  switch (type.type) {
    case 'list':
      return mapped(expression, (item) => storedValue(item, type.element, depth + 1), depth);
    case 'map': {
      const key = (item: string) => storedValue(`struct_extract(${item}, 'key')`, type.key, depth + 1);
      const value = (item: string) => storedValue(`struct_extract(${item}, 'value')`, type.value, depth + 1);
      const same = key('x') === "struct_extract(x, 'key')" && value('x') === "struct_extract(x, 'value')";
      if (same) return expression;
      const pack = (item: string) => `struct_pack(k := ${key(item)}, v := ${value(item)})`;
      return `map_from_entries(${mapped(`map_entries(${expression})`, pack, depth)})`;
    }
    case 'struct': {
      const fields = type.fields.map((field) => {
        const name = field.name.toLowerCase().replace(/'/g, "''");
        return `${quoteName(field.name)} := ${storedValue(`struct_extract(${expression}, '${name}')`, field.type, depth)}`;
      });
      return `CASE WHEN ${expression} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
    }
  }
}
