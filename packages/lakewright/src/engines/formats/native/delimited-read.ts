import { quoteName } from '../../sql/types/physical';
import type { RowFormat } from '../data-rows';
import { fieldSeparator } from '../lazy-simple';
import { csvCharacters } from '../open-csv';
import type { DelimitedShape, Delimiters } from './delimited-scan';
import { lazyCast, type NativeCast, openCsvCast } from './text-casts';

/** How DuckDB reads the files of a table by itself, once `DelimitedScan` has found them regular. */
export interface DelimitedRead {
  readonly delimiters: Delimiters;
  /** SELECT of the table's columns. It fails where a value is doubtful. */
  select(path: string, shape: DelimitedShape): string;
}

const LAZY_SIMPLE = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';
const OPEN_CSV = 'org.apache.hadoop.hive.serde2.OpenCSVSerde';
const TEXT_INPUTS = ['', 'org.apache.hadoop.mapred.TextInputFormat'];

/** Parameters that make LazySimpleSerDe more than a split by one character. */
const LAZY_EXTRAS = ['escape.delim', 'serialization.last.column.takes.rest', 'line.delim', 'timestamp.formats'];

/** @returns undefined where only the SerDe itself reads the table right */
export function delimitedRead(format: RowFormat): DelimitedRead | undefined {
  const { parameters } = format;
  const skip = count(parameters['skip.header.line.count']);
  if (skip === undefined || count(parameters['skip.footer.line.count']) !== 0) return undefined;
  if (!TEXT_INPUTS.includes(format.inputFormat)) return undefined;
  if (format.serde === LAZY_SIMPLE) return lazyRead(format, skip);
  if (format.serde === OPEN_CSV) return openCsvRead(format, skip);
  return undefined;
}

function lazyRead(format: RowFormat, skip: number): DelimitedRead | undefined {
  const { parameters } = format;
  if (LAZY_EXTRAS.some((name) => parameters[name])) return undefined;
  const nullText = parameters['serialization.null.format'] ?? '\\N';
  const separator = fieldSeparator(parameters);
  if (!areDelimiters(separator)) return undefined;
  const fields = fieldsOf(format, lazyCast);
  if (!fields) return undefined;
  const orNull = (field: string): string => `nullif(${field}, ${literal(nullText)})`;
  return {
    delimiters: { separator: separator.charCodeAt(0) },
    select: (path, shape) => {
      const source = readCsv(path, shape, { separator, quote: '', skip, columns: fields.length });
      const texts = fields.map((_, index) => `${orNull(`c${index}`)} AS c${index}`);
      return `SELECT ${fields.join(', ')} FROM (SELECT ${texts.join(', ')} FROM ${source})`;
    },
  };
}

function openCsvRead(format: RowFormat, skip: number): DelimitedRead | undefined {
  const { separator, quote, escapeWith } = csvCharacters(format.parameters);
  if (!areDelimiters(separator, quote) || !areDelimiters(separator, escapeWith)) return undefined;
  const fields = fieldsOf(format, openCsvCast);
  if (!fields) return undefined;
  return {
    delimiters: {
      separator: separator.charCodeAt(0),
      quote: quote.charCodeAt(0),
      escapeWith: escapeWith.charCodeAt(0),
    },
    select: (path, shape) =>
      `SELECT ${fields.join(', ')} FROM ${readCsv(path, shape, { separator, quote, skip, columns: fields.length })}`,
  };
}

/** The table's columns over DuckDB's `c0`, `c1` …; undefined when one of them has a type that only the SerDe reads. */
function fieldsOf({ columns }: RowFormat, castOf: (type: RowFormat['columns'][0]['type']) => NativeCast | undefined) {
  const fields: string[] = [];
  for (const [index, column] of columns.entries()) {
    const cast = castOf(column.type);
    if (!cast) return undefined;
    fields.push(`${cast(`c${index}`)} AS ${quoteName(column.name)}`);
  }
  return fields.length ? fields : undefined;
}

interface CsvSource {
  readonly separator: string;
  readonly quote: string;
  readonly skip: number;
  /** Columns of the table. */
  readonly columns: number;
}

function readCsv(path: string, shape: DelimitedShape, { separator, quote, skip, columns }: CsvSource): string {
  const width = Math.max(columns, shape.most);
  const names = Array.from({ length: width }, (_, index) => `c${index}: 'VARCHAR'`);
  const options = [
    'auto_detect = false',
    'header = false',
    `delim = ${literal(separator)}`,
    `quote = ${literal(quote)}`,
    `escape = ${literal(quote)}`,
    // No field has a line's end in it: NULL is only what is missing.
    `nullstr = E'\\n'`,
    `new_line = '${shape.lineEnd === '\n' ? '\\n' : '\\r\\n'}'`,
    `null_padding = ${shape.fewest < width}`,
    `skip = ${skip}`,
    'hive_partitioning = false',
    `columns = {${names.join(', ')}}`,
  ];
  return `read_csv(${literal(path)}, ${options.join(', ')})`;
}

const literal = (text: string): string => `'${text.replace(/'/g, "''")}'`;

/** Different ASCII characters that are no part of a line's end. */
const areDelimiters = (...characters: readonly string[]): boolean =>
  new Set(characters).size === characters.length &&
  characters.every((character) => {
    const code = character.charCodeAt(0);
    return character.length === 1 && code > 0 && code < 0x80 && code !== 10 && code !== 13;
  });

/** Undefined for what the SerDe reports as an error. */
function count(text: string | undefined): number | undefined {
  if (text === undefined) return 0;
  return /^\s*\d+\s*$/.test(text) ? Number(text) : undefined;
}
