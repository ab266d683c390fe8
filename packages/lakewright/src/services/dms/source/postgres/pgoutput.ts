/** A message of PostgreSQL's logical replication, values as it prints them. */
export type LogMessage =
  | { readonly kind: 'begin'; readonly time: Date }
  | { readonly kind: 'commit'; readonly end: bigint }
  | { readonly kind: 'relation'; readonly relation: LogRelation }
  | { readonly kind: 'type'; readonly oid: number; readonly name: string }
  | { readonly kind: 'insert'; readonly relation: number; readonly new: LogRow }
  | {
      readonly kind: 'update';
      readonly relation: number;
      /** The whole old row (replica identity full) or its key, where it changed. */
      readonly old: LogRow | undefined;
      readonly new: LogRow;
    }
  | {
      readonly kind: 'delete';
      readonly relation: number /** Only the key, or all. */;
      readonly old: LogRow;
      readonly keyOnly: boolean;
    }
  | { readonly kind: 'truncate'; readonly relations: readonly number[] }
  | { readonly kind: 'other' };

export interface LogRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly LogColumn[];
}

export interface LogColumn {
  readonly name: string;
  /** Part of the replica identity. */
  readonly key: boolean;
  readonly type: number;
  readonly modifier: number;
}

/** In the relation's order; undefined = unchanged, and kept out of the row (TOAST): its value isn't in the log. */
export type LogRow = readonly (string | null | undefined)[];

/** Microseconds from 1970 to PostgreSQL's epoch, 2000. */
const EPOCH = 946_684_800_000_000n;

/**
 * Decodes one message of the `pgoutput` plugin, protocol version 1.
 *
 * Our own rather than a library's: values stay texts, since a JavaScript Date has no microseconds, and a value that isn't
 * in the log differs from NULL.
 *
 * @see https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
export function decode(bytes: Buffer): LogMessage {
  const reader = new Reader(bytes);
  switch (reader.character()) {
    case 'B': {
      reader.skip(8);
      return { kind: 'begin', time: new Date(Number((reader.int64() + EPOCH) / 1000n)) };
    }
    case 'C':
      reader.skip(1 + 8);
      return { kind: 'commit', end: reader.int64() };
    case 'R':
      return { kind: 'relation', relation: relation(reader) };
    case 'Y': {
      const oid = reader.int32();
      reader.text();
      return { kind: 'type', oid, name: reader.text() };
    }
    case 'I': {
      const oid = reader.int32();
      reader.skip(1);
      return { kind: 'insert', relation: oid, new: row(reader) };
    }
    case 'U': {
      const oid = reader.int32();
      const old = reader.character() === 'N' ? undefined : row(reader);
      if (old !== undefined) reader.skip(1);
      return { kind: 'update', relation: oid, old, new: row(reader) };
    }
    case 'D': {
      const oid = reader.int32();
      const keyOnly = reader.character() === 'K';
      return { kind: 'delete', relation: oid, keyOnly, old: row(reader) };
    }
    case 'T': {
      const count = reader.int32();
      reader.skip(1);
      return { kind: 'truncate', relations: Array.from({ length: count }, () => reader.int32()) };
    }
    default:
      return { kind: 'other' };
  }
}

function relation(reader: Reader): LogRelation {
  const oid = reader.int32();
  const schema = reader.text() || 'pg_catalog';
  const name = reader.text();
  reader.skip(1);
  const columns = Array.from({ length: reader.int16() }, (): LogColumn => {
    const key = (reader.byte() & 1) === 1;
    return { key, name: reader.text(), type: reader.int32(), modifier: reader.int32() };
  });
  return { oid, schema, name, columns };
}

function row(reader: Reader): LogRow {
  const values: (string | null | undefined)[] = [];
  for (let left = reader.int16(); left > 0; left--) {
    const kind = reader.character();
    if (kind === 'n') values.push(null);
    else if (kind === 'u') values.push(undefined);
    else values.push(reader.sized(reader.int32()));
  }
  return values;
}

class Reader {
  private at = 0;

  public constructor(private readonly bytes: Buffer) {}

  public skip(count: number): void {
    this.at += count;
  }

  public byte(): number {
    return this.bytes.readUInt8(this.at++);
  }

  public character(): string {
    return String.fromCharCode(this.byte());
  }

  public int16(): number {
    this.at += 2;
    return this.bytes.readUInt16BE(this.at - 2);
  }

  public int32(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  public int64(): bigint {
    this.at += 8;
    return this.bytes.readBigInt64BE(this.at - 8);
  }

  /** Up to the next zero byte. */
  public text(): string {
    const end = this.bytes.indexOf(0, this.at);
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }

  public sized(length: number): string {
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}
