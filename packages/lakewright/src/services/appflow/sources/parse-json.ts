import type { Readable } from 'node:stream';
import { readLines } from '../../../engines/formats/lines';
import type { SourceRecord } from '../tasks/values';
import { type SourceBatch, type SourceBatches, sourceFailure } from './source';
import { ValueSplitter } from './value-splitter';

/** Records in one batch. */
const BATCH = 1000;

/** One JSON object a line; empty lines are skipped. `name` is for messages. */
export async function* readJsonLines(stream: Readable, name: string): SourceBatches {
  let line = 0;
  for await (const lines of readLines(stream, { name, skipHeader: 0, skipFooter: 0 })) {
    const records: SourceRecord[] = [];
    const numbers: number[] = [];
    let bytes = 0;
    for (const text of lines) {
      line++;
      bytes += Buffer.byteLength(text) + 1;
      if (text.trim() === '') continue;
      records.push(parseRecord(text, `${name}, line ${line}`));
      numbers.push(line);
    }
    yield { records, bytes, place: (index) => `${name}, line ${numbers[index]}` };
  }
}

/** A JSON array of objects, or objects that follow each other, in any layout: only some are in memory at a time. */
export async function* readJsonValues(stream: Readable, name: string): SourceBatches {
  const splitter = new ValueSplitter((reason) => malformed(name, reason));
  const decoder = new TextDecoder('utf-8');
  let count = 0;
  const batch = (texts: readonly string[], bytes: number): SourceBatch => {
    const first = count + 1;
    const records = texts.map((text, index) => parseRecord(text, `${name}, record ${first + index}`));
    count += texts.length;
    return { records, bytes, place: (index) => `${name}, record ${first + index}` };
  };
  let pending: string[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    pending.push(...splitter.push(decoder.decode(chunk as Buffer, { stream: true })));
    if (pending.length < BATCH) continue;
    yield batch(pending, bytes);
    [pending, bytes] = [[], 0];
  }
  splitter.end();
  yield batch(pending, bytes);
}

function parseRecord(text: string, place: string): SourceRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(place, error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(place, 'a record is a JSON object');
  }
  return value as SourceRecord;
}

function malformed(place: string, reason: string): Error {
  return sourceFailure('ValidationException', `${place}: not a record in JSON: ${reason} → put the file right`);
}
