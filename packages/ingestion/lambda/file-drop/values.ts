import type { ColumnConfig, FileDropConfig } from '../../src/private/file-drop-config';
import { type Cell, CellError, SerialDate } from './cell';
import { datePattern, isoDate, isoTimestamp, serialTime } from './dates';

/** What Parquet gets: bigint for integers and unscaled decimals, milliseconds for times, days for dates. */
export type Value = string | number | bigint | boolean | undefined;

/** Why a cell is refused; its message names the column. */
export class BadValue extends Error {}

type Converter = (cell: Exclude<Cell, undefined | CellError>) => Value;

/** Makes the function that turns a column's cells into its type. */
export function converter(
  column: ColumnConfig,
  config: FileDropConfig,
  workbook?: WorkbookNumbers,
): (cell: Cell) => Value {
  const nulls = new Set(config.nulls);
  const convert = CONVERTERS[column.type](column, { decimalComma: config.decimalComma, workbook });
  return (cell) => {
    if (cell instanceof CellError) throw new BadValue(`${column.name}: the formula failed with ${cell.text}`);
    const missing = cell === undefined || cell === '' || (typeof cell === 'string' && nulls.has(cell.trim()));
    // a text of spaces is a text; everywhere else it is nothing
    if (missing || (column.type !== 'string' && typeof cell === 'string' && cell.trim() === '')) {
      if (column.required) throw new BadValue(`${column.name}: a value is required`);
      return undefined;
    }
    const value = convert(cell);
    if (value === undefined) throw new BadValue(`${column.name}: ${shown(cell)} is not ${expected(column, config)}`);
    return value;
  };
}

/** In a workbook numbers are binary, and dates are numbers. */
export interface WorkbookNumbers {
  readonly since1904: boolean;
}

interface Reading {
  readonly decimalComma: boolean;
  readonly workbook?: WorkbookNumbers;
}

const CONVERTERS: Record<ColumnConfig['type'], (column: ColumnConfig, reading: Reading) => Converter> = {
  string:
    (_, { workbook }) =>
    (cell) =>
      text(cell, workbook),
  integer: () => (cell) => {
    if (typeof cell === 'number') return Number.isSafeInteger(cell) ? BigInt(cell) : undefined;
    if (typeof cell !== 'string' || !/^[+-]?\d{1,19}$/.test(cell.trim())) return undefined;
    const value = BigInt(cell.trim().replace(/^\+/, ''));
    return BigInt.asIntN(64, value) === value ? value : undefined;
  },
  decimal:
    ({ precision = 38, scale = 0 }, reading) =>
    (cell) =>
      typeof cell === 'number' || typeof cell === 'string' ? unscaled(cell, precision, scale, reading) : undefined,
  double:
    (_, { decimalComma }) =>
    (cell) => {
      if (typeof cell === 'number') return cell;
      if (typeof cell !== 'string') return undefined;
      const written = decimalComma ? point(cell.trim()) : cell.trim();
      return written !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(written)
        ? finite(Number(written))
        : undefined;
    },
  boolean: ({ trueText, falseText }) => {
    const yes = new Set((trueText ?? ['true', 'yes', 'y', 't', '1']).map((each) => each.toLowerCase()));
    const no = new Set((falseText ?? ['false', 'no', 'n', 'f', '0']).map((each) => each.toLowerCase()));
    return (cell) => {
      if (typeof cell === 'boolean') return cell;
      const written = String(text(cell)).trim().toLowerCase();
      return yes.has(written) ? true : no.has(written) ? false : undefined;
    };
  },
  date: ({ format }, { workbook }) => {
    const parse = format ? datePattern(format) : isoDate;
    return (cell) => {
      const time = timeOf(cell, parse, workbook);
      return time !== undefined && time % 86_400_000 === 0 ? time / 86_400_000 : undefined;
    };
  },
  timestamp: ({ format }, { workbook }) => {
    const parse = format ? datePattern(format) : isoTimestamp;
    return (cell) => timeOf(cell, parse, workbook);
  },
};

function timeOf(
  cell: Cell,
  parse: (text: string) => number | undefined,
  workbook?: WorkbookNumbers,
): number | undefined {
  if (cell instanceof SerialDate) return serialTime(cell);
  // written by a program that gave its dates no format
  if (typeof cell === 'number' && workbook) return serialTime(new SerialDate(cell, workbook.since1904));
  return typeof cell === 'string' ? parse(cell.trim()) : undefined;
}

/** Digits beyond the scale are refused, not rounded; a number of a workbook has 15 digits that count. */
function unscaled(
  cell: number | string,
  precision: number,
  scale: number,
  { decimalComma, workbook }: Reading,
): bigint | undefined {
  const written = typeof cell === 'number' ? plain(cell, workbook) : decimalComma ? point(cell.trim()) : cell.trim();
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(written ?? 'none');
  const [, sign, whole = '', fraction = ''] = match ?? [];
  if (!match || whole + fraction === '') return undefined;
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > scale) return undefined;
  const digits = (whole + kept.padEnd(scale, '0')).replace(/^0+/, '') || '0';
  if (digits.length > precision) return undefined;
  return sign === '-' ? -BigInt(digits) : BigInt(digits);
}

/** A workbook stores 0.1 + 0.2 as 0.30000000000000004 and shows it as 0.3. */
function plain(value: number, workbook?: WorkbookNumbers): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const rounded = workbook ? Number(value.toPrecision(15)) : value;
  const written = String(rounded);
  return written.includes('e') ? rounded.toFixed(20).replace(/\.?0+$/, '') : written;
}

/** `1,5` → `1.5`; a point would be one for thousands or a mistake, which can't be told apart. */
function point(written: string): string | undefined {
  return written.includes('.') ? undefined : written.replace(',', '.');
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function text(cell: Exclude<Cell, undefined | CellError>, workbook?: WorkbookNumbers): Value {
  if (!(cell instanceof SerialDate)) return typeof cell === 'number' ? plain(cell, workbook) : String(cell);
  const time = serialTime(cell);
  if (time === undefined) return undefined;
  const iso = new Date(time).toISOString();
  return time % 86_400_000 === 0 ? iso.slice(0, 10) : iso.replace(/\.000Z$/, 'Z');
}

function shown(cell: Cell): string {
  if (cell instanceof SerialDate) return `the date with the serial number ${cell.serial}`;
  const written = String(cell);
  return typeof cell === 'string'
    ? `"${written.length > 80 ? `${written.slice(0, 80)}…` : written}"`
    : `${typeof cell} ${written}`;
}

function expected(column: ColumnConfig, { decimalComma }: FileDropConfig): string {
  switch (column.type) {
    case 'decimal':
      return `a decimal(${column.precision},${column.scale}) with a decimal ${decimalComma ? 'comma' : 'point'} and no other separators`;
    case 'double':
      return `a number with a decimal ${decimalComma ? 'comma' : 'point'} and no other separators`;
    case 'integer':
      return 'a whole number of 64 bits';
    case 'date':
      return `a date of the form ${column.format ?? 'yyyy-MM-dd'}`;
    case 'timestamp':
      return `a time of the form ${column.format ?? 'yyyy-MM-dd HH:mm:ss'}`;
    case 'boolean':
      return `one of ${[...(column.trueText ?? ['true']), ...(column.falseText ?? ['false'])].join(', ')}`;
    default:
      return 'a text';
  }
}
