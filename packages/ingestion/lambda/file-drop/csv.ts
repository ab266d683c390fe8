import { pipeline, Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import type { SourceRow } from './cell';
import { FileError } from './file-error';

/** Delimiters that are looked for, in the order of preference. */
const DELIMITERS = [',', ';', '\t', '|'];
const LONGEST_RECORD = 4 * 1024 * 1024;

/** The rows of a CSV text; `row` is the line on which a row ends. */
export async function* csvRows(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<SourceRow> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  });
  const source = Readable.from(text, { objectMode: true, highWaterMark: 1 });
  // an error of the text destroys the parser, and so ends the loop below with it
  pipeline(source, parser, () => {});
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      yield { row: info.lines, cells: record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FileError(
      'BrokenCsv',
      error.message,
      'fields with quotes, delimiters or line breaks stand in double quotes, and quotes in them are doubled',
      'mend that line in the file',
    );
  }
}

/** The delimiter that is most often in a line, outside of quotes. */
export function detectDelimiter(head: string, line: number): string {
  const lines = head.split(/\r\n|\n|\r/);
  const text = (lines.slice(line - 1).find((each) => each.trim() !== '') ?? '').replace(/"(?:[^"]|"")*"/g, '');
  const count = (delimiter: string): number => text.split(delimiter).length;
  return DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
}
