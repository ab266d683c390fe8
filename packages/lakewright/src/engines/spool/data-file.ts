import { literal, quoted } from './quoting';
import { readValue, type SpoolType } from './spool-type';
import { NULL_TEXT } from './text-spool';

/** A column of a spool file. */
export interface SpoolColumn {
  readonly name: string;
  readonly type: SpoolType;
}

/** A column of the data file. */
export interface FileColumn {
  readonly name: string;
  /** DuckDB SQL over the spool's columns, which are quoted names. */
  readonly sql: string;
}

export type DataFormat =
  | { readonly kind: 'parquet'; readonly compression: 'uncompressed' | 'gzip' | 'snappy' | 'zstd' }
  | {
      readonly kind: 'csv';
      readonly compression: 'none' | 'gzip';
      readonly header: boolean;
      readonly delimiter: string;
      readonly nullText: string;
    };

export interface DataFileRequest {
  /** The spool file (see `TextSpool`), or several with the same columns. */
  readonly spools: readonly string[];
  /** All of the spool's columns, in its order. */
  readonly columns: readonly SpoolColumn[];
  /** Rows of other spool files that are joined to the left; their columns have other names. @default - none */
  readonly join?: Pick<DataFileRequest, 'spools' | 'columns'> & { readonly on: string };
  /** The data file's columns, in its order. @default - the spool's */
  readonly output?: readonly FileColumn[];
  /** Rows to take; DuckDB SQL. @default - all of them */
  readonly where?: string;
  /** Rows come in this order; DuckDB SQL. @default - any order, which takes less memory */
  readonly orderBy?: string;
  readonly format: DataFormat;
  /** The file to write; with `maxBytes`, a folder for `data_0`, `data_1` … */
  readonly to: string;
  /** Begins another file after about so many bytes. @default - one file */
  readonly maxBytes?: number;
  /** Rows of the spools; that not all of them are written is a failure. @default - it isn't checked */
  readonly rows?: number;
  /** Characters of the longest row, where it is known. @default - 2 MiB are tried, then up to 96 MiB */
  readonly longestRow?: number;
}

/** Rows that are held for each thread until they are written. */
const ROW_GROUP = 61_440;
/** DuckDB's own limit for a line of CSV, in bytes. */
const USUAL_LINE = 2 << 20;
/** What is tried where the longest row isn't known. */
export const LONGER_LINES: readonly number[] = [16 << 20, 96 << 20];

/** The statement that reads spool files and writes the data file. */
export function copyStatement(request: DataFileRequest, longestLine: number): string {
  const output = request.output ?? request.columns.map(({ name }) => ({ name, sql: quoted(name) }));
  const list = output.map(({ name, sql }) => `${sql} AS ${quoted(name)}`).join(', ');
  const order = request.orderBy ? ` ORDER BY ${request.orderBy}` : '';
  const options = [...formatOptions(request.format)];
  if (request.maxBytes !== undefined) options.push(`FILE_SIZE_BYTES ${request.maxBytes}`);
  else options.push('PER_THREAD_OUTPUT false');
  const where = request.where ? ` WHERE ${request.where}` : '';
  const rows = `(${readStatement(request, longestLine)})`;
  const from = request.join
    ? `${rows} AS s LEFT JOIN (${readStatement(request.join, longestLine)}) AS j ON ${request.join.on}`
    : rows;
  return `COPY (SELECT ${list} FROM ${from}${where}${order}) TO ${literal(request.to)} (${options.join(', ')})`;
}

/** A query with the spool's columns in their types. */
export function readStatement({ spools, columns }: Pick<DataFileRequest, 'spools' | 'columns'>, line: number): string {
  const types = columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`).join(', ');
  const values = columns.map(({ name, type }) => `${readValue(type, quoted(name))} AS ${quoted(name)}`).join(', ');
  const files = spools.map(literal).join(', ');
  const options = [
    `columns = {${types}}`,
    'auto_detect = false',
    'header = false',
    `delim = ','`,
    `quote = '"'`,
    `escape = '"'`,
    `new_line = '\\n'`,
    `nullstr = ${literal(NULL_TEXT)}`,
    'allow_quoted_nulls = false',
    `max_line_size = ${line}`,
    // DuckDB's own is 16 lines of the longest length, for each thread.
    `buffer_size = ${line + 2 * USUAL_LINE}`,
  ];
  return `SELECT ${values} FROM read_csv([${files}], ${options.join(', ')})`;
}

/** The line length that a reader needs. */
export const lineLimit = (longestRow: number | undefined): number =>
  longestRow === undefined ? USUAL_LINE : Math.max(USUAL_LINE, longestRow * 4 + 4);

function formatOptions(format: DataFormat): string[] {
  if (format.kind === 'parquet') {
    return ['FORMAT parquet', `COMPRESSION ${format.compression}`, `ROW_GROUP_SIZE ${ROW_GROUP}`];
  }
  return [
    'FORMAT csv',
    `HEADER ${format.header}`,
    `DELIMITER ${literal(format.delimiter)}`,
    `NULLSTR ${literal(format.nullText)}`,
    `COMPRESSION ${format.compression}`,
  ];
}
