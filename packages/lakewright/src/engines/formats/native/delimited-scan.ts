import { isUtf8 } from 'node:buffer';

/** The bytes that mean something in a delimited file: ASCII all of them, and all different. */
export interface Delimiters {
  readonly separator: number;
  /** Without it quotes are text, as for LazySimpleSerDe. */
  readonly quote?: number;
  /** A file that has it is never regular. */
  readonly escapeWith?: number;
}

/** What a regular file looks like. */
export interface DelimitedShape {
  readonly lineEnd: '\n' | '\r\n';
  /** Fields of the shortest and of the longest line. */
  readonly fewest: number;
  readonly most: number;
}

const PLAIN = 0;
const SEPARATOR = 1;
const QUOTE = 2;
const LINE_FEED = 3;
const RETURN = 4;
const NEVER = 5;

const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
/** After a quote inside of quotes: the field's end, or half of a doubled one. */
const QUOTE_SEEN = 3;

/** DuckDB takes lines up to 2 MiB. */
const LONGEST_LINE = 1_000_000;
const MOST_FIELDS = 2_000;

/**
 * Reads a delimited file's bytes once and says whether it is regular: then every reader of CSV finds the same fields in
 * it, DuckDB's and the SerDes' alike. Regular is UTF-8 without a byte order mark or NUL, lines that all end alike, none
 * of them empty, and quotes only around whole fields, doubled inside, within one line.
 */
export class DelimitedScan {
  private readonly kinds = new Uint8Array(256);
  private readonly quoting: boolean;
  private regular = true;
  private state = FIELD_START;
  private fields = 1;
  private lineLength = 0;
  private returned = false;
  private lineEnd: '\n' | '\r\n' | undefined;
  private fewest = Number.MAX_SAFE_INTEGER;
  private most = 0;
  private begun = false;
  private tail: Buffer = Buffer.alloc(0);

  public constructor({ separator, quote, escapeWith }: Delimiters) {
    this.kinds[0] = NEVER;
    this.kinds[10] = LINE_FEED;
    this.kinds[13] = RETURN;
    this.kinds[separator] = SEPARATOR;
    if (quote !== undefined) this.kinds[quote] = QUOTE;
    if (escapeWith !== undefined) this.kinds[escapeWith] = NEVER;
    this.quoting = quote !== undefined;
  }

  /** @returns false as soon as the file is known to be irregular: the rest needn't be pushed */
  public push(chunk: Uint8Array): boolean {
    if (this.regular) this.regular = this.isText(chunk) && this.take(chunk);
    return this.regular;
  }

  /** @returns undefined for an irregular file, and for one without lines */
  public finish(): DelimitedShape | undefined {
    if (!this.regular || this.tail.length || this.returned || this.state === QUOTED) return undefined;
    if (this.lineLength > 0 && !this.endLine()) return undefined;
    if (this.most === 0) return undefined;
    return { lineEnd: this.lineEnd ?? '\n', fewest: this.fewest, most: this.most };
  }

  private take(chunk: Uint8Array): boolean {
    const { kinds, quoting } = this;
    let { state, fields, lineLength, returned } = this;
    for (let at = 0; at < chunk.length; at++) {
      const start = at;
      while (at < chunk.length && kinds[chunk[at] as number] === PLAIN) at++;
      if (at > start) {
        if (returned || state === QUOTE_SEEN) return false;
        if (state === FIELD_START) state = UNQUOTED;
        lineLength += at - start;
        if (at === chunk.length) break;
      }
      const kind = kinds[chunk[at] as number];
      if (returned && kind !== LINE_FEED) return false;
      switch (kind) {
        case SEPARATOR:
          if (state !== QUOTED) {
            fields++;
            state = FIELD_START;
          }
          break;
        case QUOTE:
          if (state === UNQUOTED) return false;
          state = state === QUOTED ? QUOTE_SEEN : QUOTED;
          break;
        case RETURN:
          if (state === QUOTED) return false;
          returned = true;
          continue;
        case LINE_FEED: {
          if ((quoting && state === QUOTED) || lineLength === 0) return false;
          const end = returned ? '\r\n' : '\n';
          if (this.lineEnd !== undefined && this.lineEnd !== end) return false;
          this.lineEnd = end;
          this.fields = fields;
          this.lineLength = lineLength;
          if (!this.endLine()) return false;
          state = FIELD_START;
          fields = 1;
          lineLength = 0;
          returned = false;
          continue;
        }
        default:
          return false;
      }
      lineLength++;
    }
    this.state = state;
    this.fields = fields;
    this.lineLength = lineLength;
    this.returned = returned;
    return lineLength <= LONGEST_LINE;
  }

  private endLine(): boolean {
    if (this.fields < this.fewest) this.fewest = this.fields;
    if (this.fields > this.most) this.most = this.fields;
    return this.lineLength <= LONGEST_LINE && this.most <= MOST_FIELDS;
  }

  private isText(chunk: Uint8Array): boolean {
    const bytes = this.tail.length
      ? Buffer.concat([this.tail, chunk])
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (!this.begun && bytes.length >= 3) {
      this.begun = true;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return false;
    }
    const end = wholeCharacters(bytes);
    this.tail = Buffer.from(bytes.subarray(end));
    return isUtf8(bytes.subarray(0, end));
  }
}

/** The length of the bytes without a character that is cut off at their end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
