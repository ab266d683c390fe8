import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { SourceRecord } from '../tasks/values';
import { type SourceBatch, type SourceBatches, sourceFailure } from './source';

const BATCH = 1000;

/** Comma-separated text with a header; a field without any character has no value. `name` is for messages. */
export async function* readCsv(stream: Readable, name: string): SourceBatches {
  const parser = parse({ bom: true, columns: (header: string[]) => checkHeader(header, name), skip_empty_lines: true });
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  stream.on('error', (error) => parser.destroy(error));
  stream.pipe(parser);
  let count = 0;
  let told = 0;
  let records: SourceRecord[] = [];
  const batch = (): SourceBatch => {
    const first = count - records.length + 1;
    const one = { records, bytes: bytes - told, place: (index: number) => `${name}, record ${first + index}` };
    told = bytes;
    records = [];
    return one;
  };
  try {
    for await (const row of parser) {
      const record = row as SourceRecord;
      for (const field of Object.keys(record)) if (record[field] === '') record[field] = null;
      records.push(record);
      count++;
      if (records.length === BATCH) yield batch();
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw sourceFailure('ValidationException', `${name}: ${error.message} → each line has the header's columns`);
  } finally {
    stream.destroy();
  }
  yield batch();
}

function checkHeader(header: string[], name: string): string[] {
  const names = header.map((one) => one.trim());
  const wrong = names.find((one, index) => one === '' || names.indexOf(one) !== index);
  if (wrong === undefined) return names;
  throw sourceFailure(
    'ValidationException',
    `${name}: the header has ${wrong === '' ? 'a column without a name' : `the column "${wrong}" twice`} → one name for each column`,
  );
}
