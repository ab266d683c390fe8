import type { ApiShape } from '../../../api-shape';
import type { ClassificationResult } from '../classification';
import { type FieldType, STRING, scalar } from '../field-type';
import { readRange } from '../sample';

const STORAGE = {
  inputFormat: 'org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat',
  serde: 'org.apache.hadoop.hive.serde2.avro.AvroSerDe',
};

const HEADER_BYTES = 1024 * 1024;

/** Reads the schema at the beginning of the file, and the first block's count for the number of records. */
export async function classifyAvro(path: string, size: number): Promise<ClassificationResult> {
  const { extractFileHeader } = await import('avsc');
  let schema: ApiShape;
  let sync: Buffer;
  let literal: string;
  try {
    const header = extractFileHeader(path, { decode: false } as never) as unknown as {
      meta: Record<string, Buffer>;
      sync: Buffer;
    };
    literal = header.meta['avro.schema'].toString('utf8');
    schema = JSON.parse(literal);
    sync = header.sync;
  } catch (error) {
    return { reason: `its Avro header can't be read: ${(error as Error).message}` };
  }
  if (schema?.type !== 'record')
    return { reason: `its Avro schema is a ${JSON.stringify(schema?.type ?? schema)}, not a record` };
  const warnings: string[] = [];
  const types = new AvroTypes(warnings);
  const { records, recordSize } = await countRecords(path, size, sync);
  const compact = JSON.stringify(schema);
  return {
    format: 'avro',
    compression: 'none',
    fields: schema.fields.map((field: ApiShape) => ({ name: field.name, type: types.of(field.type, field.name) })),
    records,
    recordSize,
    storage: { ...STORAGE, serdeParameters: { 'avro.schema.literal': compact, 'serialization.format': '1' } },
    parameters: { 'avro.schema.literal': compact },
    warnings,
  };
}

/** The first block says how many records lie in how many bytes; the rest is taken to be like it. */
async function countRecords(
  path: string,
  size: number,
  sync: Buffer,
): Promise<{ records: number; recordSize: number }> {
  const head = await readRange(path, 0, Math.min(size, HEADER_BYTES));
  const start = head.indexOf(sync) + sync.length;
  if (start < sync.length || start >= head.length) return { records: 0, recordSize: 0 };
  const count = readLong(head, start);
  const block = readLong(head, count.next);
  if (count.value <= 0 || block.value <= 0) return { records: 0, recordSize: 0 };
  const blockBytes = block.value + sync.length;
  const dataBytes = size - start;
  const records = Math.max(count.value, Math.round((count.value * dataBytes) / (block.next - start + blockBytes)));
  return { records, recordSize: Math.max(1, Math.floor(dataBytes / records)) };
}

function readLong(bytes: Buffer, start: number): { value: number; next: number } {
  let [value, factor, position] = [0, 1, start];
  for (; position < bytes.length; factor *= 128) {
    const byte = bytes[position++];
    value += (byte & 127) * factor;
    if (byte < 128) break;
  }
  return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, next: position };
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  int: 'int',
  long: 'bigint',
  float: 'float',
  double: 'double',
  bytes: 'binary',
  string: 'string',
  fixed: 'binary',
  enum: 'string',
};

/** Avro's types as Hive's. Named types are remembered: a schema may refer to them by name. */
class AvroTypes {
  private readonly named = new Map<string, FieldType>();

  public constructor(private readonly warnings: string[]) {}

  public of(schema: ApiShape, path: string): FieldType {
    if (Array.isArray(schema)) return this.union(schema, path);
    if (typeof schema === 'string') return this.reference(schema, path);
    const logical = logicalType(schema);
    if (logical) return scalar(logical);
    const type = this.complex(schema, path);
    if (schema.name) this.named.set(schema.name, type);
    return type;
  }

  private complex(schema: ApiShape, path: string): FieldType {
    switch (schema.type) {
      case 'record':
        return {
          kind: 'struct',
          fields: schema.fields.map((field: ApiShape) => ({
            name: field.name,
            type: this.of(field.type, `${path}.${field.name}`),
          })),
        };
      case 'array':
        return { kind: 'array', element: this.of(schema.items, `${path}[]`) };
      case 'map':
        return { kind: 'map', key: STRING, value: this.of(schema.values, `${path}{}`) };
      default:
        return this.of(PRIMITIVES[schema.type] ? String(schema.type) : schema.type, path);
    }
  }

  private reference(name: string, path: string): FieldType {
    const known = PRIMITIVES[name] ? scalar(PRIMITIVES[name]) : this.named.get(name.split('.').at(-1) ?? name);
    if (known) return known.kind === 'scalar' && known.name === 'string' ? STRING : known;
    this.warnings.push(
      `has the column ${path} of the Avro type "${name}", which Hive has no type for: catalogued as string`,
    );
    return STRING;
  }

  /** `["null", T]` is a nullable T. */
  private union(branches: ApiShape[], path: string): FieldType {
    const types = branches.filter((branch) => branch !== 'null');
    if (types.length === 1) return this.of(types[0], path);
    this.warnings.push(`has the column ${path} that is a union of several Avro types: catalogued as string`);
    return STRING;
  }
}

function logicalType(schema: ApiShape): string | undefined {
  switch (schema.logicalType) {
    case 'date':
      return 'date';
    case 'timestamp-millis':
    case 'timestamp-micros':
      return 'timestamp';
    case 'decimal':
      return `decimal(${schema.precision},${schema.scale ?? 0})`;
    default:
      return undefined;
  }
}
