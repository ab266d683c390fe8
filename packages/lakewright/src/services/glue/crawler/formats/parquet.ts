import type { ClassificationResult } from '../classification';
import { type Field, type FieldType, STRING, scalar } from '../field-type';
import { readRange } from '../sample';
import { readFooter, type SchemaNode } from './parquet-footer';

const STORAGE = {
  inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  serdeParameters: { 'serialization.format': '1' },
};

/** Reads the schema at the end of the file: two small reads, whatever its size. */
export async function classifyParquet(path: string, size: number): Promise<ClassificationResult> {
  const tail = await readRange(path, Math.max(0, size - 8), 8);
  const magic = tail.subarray(-4).toString('latin1');
  if (magic === 'PARE') return { reason: 'it is encrypted Parquet' };
  if (size < 12 || magic !== 'PAR1')
    return { reason: 'its Parquet footer is missing: the file is cut or was not finished' };
  const length = tail.readUInt32LE(0);
  if (length > size - 12) return { reason: `its Parquet footer of ${length} bytes is longer than the file` };
  try {
    const { root, rows } = readFooter(await readRange(path, size - 8 - length, length));
    return {
      format: 'parquet',
      compression: 'none',
      fields: root.children.map(field),
      records: rows,
      recordSize: rows === 0 ? 0 : Math.max(1, Math.floor(size / rows)),
      storage: STORAGE,
      parameters: {},
      warnings: [],
    };
  } catch (error) {
    return { reason: `its Parquet footer can't be read: ${(error as Error).message}` };
  }
}

const field = (node: SchemaNode): Field => ({ name: node.name, type: nodeType(node) });

function nodeType(node: SchemaNode): FieldType {
  const type = node.physical === undefined ? groupType(node) : primitiveType(node);
  // A repeated field outside of a LIST group is a list of its own.
  return node.repeated ? { kind: 'array', element: type } : type;
}

const CONVERTED_MAP = 1;
const CONVERTED_MAP_KEY_VALUE = 2;
const CONVERTED_LIST = 3;
const LOGICAL_MAP = 2;
const LOGICAL_LIST = 3;

function groupType(node: SchemaNode): FieldType {
  const [inner] = node.children;
  const isList = node.logical?.id === LOGICAL_LIST || node.converted === CONVERTED_LIST;
  if (isList && inner?.repeated) return { kind: 'array', element: listElement(node, inner) };
  const isMap =
    node.logical?.id === LOGICAL_MAP || [CONVERTED_MAP, CONVERTED_MAP_KEY_VALUE].includes(node.converted ?? -1);
  if (isMap && inner?.children.length === 2) {
    return { kind: 'map', key: nodeType(inner.children[0]), value: nodeType(inner.children[1]) };
  }
  return { kind: 'struct', fields: node.children.map(field) };
}

/** The backward-compatibility rules of LIST: a two-level list's repeated field is the element itself. */
function listElement(list: SchemaNode, repeated: SchemaNode): FieldType {
  const single: SchemaNode = { ...repeated, repeated: false };
  const twoLevel =
    repeated.physical !== undefined ||
    repeated.children.length !== 1 ||
    repeated.name === 'array' ||
    repeated.name === `${list.name}_tuple`;
  return twoLevel ? nodeType(single) : nodeType(repeated.children[0]);
}

const PHYSICAL = ['boolean', 'int', 'bigint', 'timestamp', 'float', 'double', 'binary', 'binary'];
/** By ConvertedType; those without an entry (TIME, INTERVAL, BSON …) are their physical type. */
const CONVERTED: Readonly<Record<number, string>> = {
  0: 'string',
  4: 'string',
  6: 'date',
  9: 'timestamp',
  10: 'timestamp',
  11: 'smallint',
  12: 'int',
  13: 'bigint',
  14: 'bigint',
  15: 'tinyint',
  16: 'smallint',
  17: 'int',
  18: 'bigint',
  19: 'string',
};
const CONVERTED_DECIMAL = 5;
/** By LogicalType member; ENUM, JSON and STRING are text. */
const LOGICAL: Readonly<Record<number, string>> = { 1: 'string', 4: 'string', 6: 'date', 8: 'timestamp', 12: 'string' };
const LOGICAL_DECIMAL = 5;
const LOGICAL_INTEGER = 10;

function primitiveType(node: SchemaNode): FieldType {
  const { logical, converted, physical = 6 } = node;
  if (logical?.id === LOGICAL_DECIMAL) return decimal(logical.content[2], logical.content[1]);
  if (converted === CONVERTED_DECIMAL) return decimal(node.precision, node.scale);
  if (logical?.id === LOGICAL_INTEGER) return integer(Number(logical.content[1]), logical.content[2] === true);
  const name = LOGICAL[logical?.id ?? -1] ?? CONVERTED[converted ?? -1] ?? PHYSICAL[physical];
  return name === 'string' ? STRING : scalar(name);
}

const decimal = (precision: unknown, scale: unknown) => scalar(`decimal(${Number(precision)},${Number(scale ?? 0)})`);

/** Unsigned integers take the next wider type, so that each value fits; 64 bits have none. */
function integer(bits: number, signed: boolean): FieldType {
  const names: Record<number, string> = { 8: 'tinyint', 16: 'smallint', 32: 'int', 64: 'bigint' };
  return scalar(names[signed ? bits : Math.min(64, bits * 2)] ?? 'bigint');
}
