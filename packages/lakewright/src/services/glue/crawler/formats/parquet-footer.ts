/** Parquet's file metadata: the schema tree and the number of rows. */
export interface ParquetFooter {
  readonly rows: number;
  readonly root: SchemaNode;
}

export interface SchemaNode {
  readonly name: string;
  /** Physical type by number (0 BOOLEAN … 7 FIXED_LEN_BYTE_ARRAY); undefined for a group. */
  readonly physical?: number;
  readonly repeated: boolean;
  /** ConvertedType by number. */
  readonly converted?: number;
  /** Which member of the LogicalType union is set, by field id, and its content. */
  readonly logical?: { readonly id: number; readonly content: ThriftStruct };
  readonly precision?: number;
  readonly scale?: number;
  readonly children: readonly SchemaNode[];
}

type ThriftValue = boolean | number | Buffer | ThriftValue[] | ThriftStruct;
interface ThriftStruct {
  readonly [fieldId: number]: ThriftValue;
}

/**
 * Reads the footer's Thrift (compact protocol). Field ids are those of FileMetaData and SchemaElement in
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 *
 * Throws RangeError where the bytes end too early or make no sense.
 */
export function readFooter(bytes: Buffer): ParquetFooter {
  const metadata = new CompactReader(bytes).struct();
  const elements = metadata[2];
  if (!Array.isArray(elements) || elements.length === 0) throw new RangeError('no schema');
  const queue = (elements as ThriftStruct[])[Symbol.iterator]();
  return { rows: Number(metadata[3] ?? 0), root: readNode(queue, 0) };
}

function readNode(elements: Iterator<ThriftStruct>, depth: number): SchemaNode {
  const { value: element, done } = elements.next();
  if (done || depth > 200) throw new RangeError('the schema is not a tree');
  const logical = element[10] as ThriftStruct | undefined;
  const [member] = logical ? Object.entries(logical) : [];
  const count = Number(element[5] ?? 0);
  return {
    name: (element[4] as Buffer | undefined)?.toString('utf8') ?? '',
    physical: element[1] as number | undefined,
    repeated: element[3] === 2,
    converted: element[6] as number | undefined,
    logical: member ? { id: Number(member[0]), content: member[1] as ThriftStruct } : undefined,
    precision: element[8] as number | undefined,
    scale: element[7] as number | undefined,
    children: Array.from({ length: count }, () => readNode(elements, depth + 1)),
  };
}

/** Thrift's compact protocol, as far as structs without maps need it. */
class CompactReader {
  private position = 0;

  public constructor(private readonly bytes: Buffer) {}

  public struct(): ThriftStruct {
    const fields: Record<number, ThriftValue> = {};
    for (let id = 0; ; ) {
      const header = this.byte();
      if (header === 0) return fields;
      id = header >> 4 === 0 ? this.zigzag() : id + (header >> 4);
      const type = header & 15;
      // A boolean field's value is its type.
      fields[id] = type === 1 || type === 2 ? type === 1 : this.value(type);
    }
  }

  private value(type: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return this.byte() === 1;
      case 3:
        return this.byte();
      case 4:
      case 5:
      case 6:
        return this.zigzag();
      case 7:
        return this.take(8).readDoubleLE();
      case 8:
        return this.take(this.varint());
      case 9:
      case 10:
        return this.list();
      case 11:
        return this.map();
      case 12:
        return this.struct();
      default:
        throw new RangeError(`no such Thrift type: ${type}`);
    }
  }

  private list(): ThriftValue[] {
    const header = this.byte();
    const size = header >> 4 === 15 ? this.varint() : header >> 4;
    if (size > this.bytes.length) throw new RangeError('a list longer than the footer');
    return Array.from({ length: size }, () => this.value(header & 15));
  }

  private map(): ThriftValue {
    const size = this.varint();
    if (size === 0) return [];
    const types = this.byte();
    if (size > this.bytes.length) throw new RangeError('a map longer than the footer');
    return Array.from({ length: size }, () => [this.value(types >> 4), this.value(types & 15)]);
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private varint(): number {
    let value = 0;
    for (let factor = 1, count = 0; count < 10; count++, factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError('a number longer than ten bytes');
  }

  private take(length: number): Buffer {
    if (this.position + length > this.bytes.length) throw new RangeError('the footer ends too early');
    const start = this.position;
    this.position += length;
    return this.bytes.subarray(start, this.position);
  }

  private byte(): number {
    return this.take(1)[0];
  }
}
