import { shortestBytes } from '../sql/runtime/scalars/iceberg-hash';
import { decimalOf, fixedLength, type IcebergType } from './types';

/**
 * One value of a partition or a column's bound, in memory:
 *
 * boolean · int, float, double: number · long: bigint · date: days · time, timestamp, timestamptz: microseconds (bigint)
 * · decimal: its digits without the point (bigint) · string · uuid: text · binary, fixed: bytes · null
 */
export type IcebergValue = boolean | number | bigint | string | Uint8Array | null;

const DAY = 86_400_000;

/** The value that DuckDB's text of it means. */
export function valueOfText(text: string | null, type: IcebergType): IcebergValue {
  if (text === null) return null;
  if (typeof type !== 'string') throw new Error(`no single value: ${type.type}`);
  if (decimalOf(type)) return BigInt(text.replace('.', ''));
  switch (type) {
    case 'boolean':
      return text === 'true';
    case 'int':
      return Number(text);
    case 'float':
    case 'double':
      return { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }[text] ?? Number(text);
    case 'long':
      return BigInt(text);
    case 'date':
      return Math.round(dateMillis(text) / DAY);
    case 'time':
      return microsOfTime(text);
    case 'timestamp':
    case 'timestamptz': {
      const [date = '', time = '00:00:00'] = text.replace(/\+00(?::00)?$/, '').split(/[ T]/);
      return BigInt(dateMillis(date)) * 1000n + microsOfTime(time);
    }
    default:
      return text;
  }
}

/** Years beyond 9999 and before 1 too, which JavaScript's parser wants with a sign and six digits. */
function dateMillis(text: string): number {
  const match = /^(-?\d+)-(\d\d)-(\d\d)( \(BC\))?$/.exec(text);
  if (!match) throw new Error(`not a date: ${text}`);
  const year = match[4] ? 1 - Number(match[1]) : Number(match[1]);
  const date = new Date(0);
  date.setUTCFullYear(year, Number(match[2]) - 1, Number(match[3]));
  return date.getTime();
}

function microsOfTime(text: string): bigint {
  const match = /^(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?/.exec(text);
  if (!match) throw new Error(`not a time: ${text}`);
  const [hours, minutes, seconds] = [match[1], match[2], match[3]].map(Number) as [number, number, number];
  return BigInt((hours * 60 + minutes) * 60 + seconds) * 1_000_000n + BigInt((match[4] ?? '').padEnd(6, '0'));
}

/** As Trino and Athena print it: dates and times in ISO form with a blank, decimals with their point. */
export function textOfValue(value: IcebergValue, type: IcebergType): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof type !== 'string') return String(value);
  const decimal = decimalOf(type);
  if (decimal) return decimalText(BigInt(value as bigint), decimal.scale);
  switch (type) {
    case 'date':
      return new Date(Number(value) * DAY).toISOString().slice(0, 10);
    case 'time':
      return timeText(BigInt(value as bigint));
    case 'timestamp':
    case 'timestamptz': {
      const micros = BigInt(value as bigint);
      const day = 86_400_000_000n;
      const rest = ((micros % day) + day) % day;
      const date = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 10);
      return `${date} ${timeText(rest)}${type === 'timestamptz' ? ' UTC' : ''}`;
    }
    default:
      return String(value);
  }
}

function decimalText(digits: bigint, scale: number): string {
  if (scale === 0) return String(digits);
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

function timeText(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const part = (value: number) => String(value).padStart(2, '0');
  const fraction = String(micros % 1_000_000n).padStart(6, '0');
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}.${fraction}`;
}

/**
 * The single-value binary form that bounds have.
 *
 * @see https://iceberg.apache.org/spec/#binary-single-value-serialization
 */
export function bytesOfValue(value: IcebergValue, type: IcebergType): Buffer | undefined {
  if (value === null || typeof type !== 'string') return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (decimalOf(type)) return shortestBytes(BigInt(value as bigint));
  const bytes = Buffer.alloc(8);
  switch (type) {
    case 'boolean':
      return Buffer.from([value ? 1 : 0]);
    case 'int':
    case 'date':
      bytes.writeInt32LE(Number(value));
      return bytes.subarray(0, 4);
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      bytes.writeBigInt64LE(BigInt(value as bigint));
      return bytes;
    case 'float':
      bytes.writeFloatLE(Number(value));
      return bytes.subarray(0, 4);
    case 'double':
      bytes.writeDoubleLE(Number(value));
      return bytes;
    case 'uuid':
      return Buffer.from(String(value).replaceAll('-', ''), 'hex');
    default:
      return Buffer.from(String(value));
  }
}

/** The way back. A bound of an older, narrower type of the column is read as well. */
export function valueOfBytes(bytes: Buffer, type: IcebergType): IcebergValue {
  if (typeof type !== 'string') return null;
  if (decimalOf(type))
    return bytes.length ? BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`)) : null;
  if (fixedLength(type) !== undefined) return bytes;
  switch (type) {
    case 'boolean':
      return bytes[0] !== 0;
    case 'int':
    case 'date':
      return bytes.readInt32LE();
    case 'long':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return bytes.length === 4 ? BigInt(bytes.readInt32LE()) : bytes.readBigInt64LE();
    case 'float':
      return bytes.readFloatLE();
    case 'double':
      return bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE();
    case 'uuid':
      return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'string':
      return bytes.toString('utf8');
    default:
      return bytes;
  }
}
