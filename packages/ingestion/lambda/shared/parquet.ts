import { ByteWriter, parquetWrite } from 'hyparquet-writer';

type SchemaElement = NonNullable<Parameters<typeof parquetWrite>[0]['schema']>[number];

/**
 * A Parquet file, compressed with Snappy, whose columns are all optional.
 *
 * @param columns names, and types as Glue writes them
 * @param rows values in the order of the columns, as `conform` makes them
 */
export function parquetFile(columns: readonly (readonly [string, string])[], rows: readonly unknown[][]): Uint8Array {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(([name, type]) => element(name, type))],
    columnData: columns.map(([name], at) => ({ name, data: rows.map((row) => row[at]) })),
    createdBy: 'lakewright',
  });
  return new Uint8Array(writer.getBuffer());
}

function element(name: string, type: string): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  const decimal = /^decimal\((\d+)(?:,\s*(\d+))?\)$/.exec(type);
  if (decimal) {
    const [precision, scale] = [Number(decimal[1]), Number(decimal[2] ?? 0)];
    const logical = { ...optional, converted_type: 'DECIMAL', precision, scale } as const;
    return precision <= 18
      ? { ...logical, type: 'INT64' }
      : { ...logical, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 };
  }
  switch (type) {
    case 'boolean':
      return { ...optional, type: 'BOOLEAN' };
    case 'tinyint':
      return { ...optional, type: 'INT32', converted_type: 'INT_8' };
    case 'smallint':
      return { ...optional, type: 'INT32', converted_type: 'INT_16' };
    case 'int':
      return { ...optional, type: 'INT32' };
    case 'bigint':
      return { ...optional, type: 'INT64' };
    case 'float':
      return { ...optional, type: 'FLOAT' };
    case 'double':
      return { ...optional, type: 'DOUBLE' };
    case 'date':
      return { ...optional, type: 'INT32', converted_type: 'DATE' };
    case 'timestamp':
      return { ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' };
    default:
      return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}
