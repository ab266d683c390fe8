import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { isTrue } from '../flow';
import { readCsv } from './parse-csv';
import { readJsonLines, readJsonValues } from './parse-json';
import { type SourceBatches, type SourceRequest, sourceFailure } from './source';

type Reader = (stream: Readable, name: string) => SourceBatches;

const READERS: Readonly<Record<string, Reader>> = {
  ndjson: readJsonLines,
  jsonl: readJsonLines,
  json: readJsonValues,
  csv: readCsv,
};

/**
 * The records of an object from a folder: `<folder>/<Object>.ndjson`, `.jsonl`, `.json` or `.csv`.
 *
 * @throws ServiceError ResourceNotFoundException for no such file, ValidationException for two of them
 */
export async function* readFolder(folder: string, key: string, { source }: SourceRequest): SourceBatches {
  const object = source.object.split('/').filter(Boolean).at(-1) ?? '';
  const found = Object.keys(READERS).filter((ending) => isFile(path.join(folder, `${object}.${ending}`)));
  const [ending, second] = found;
  if (ending === undefined) {
    throw sourceFailure(
      'ResourceNotFoundException',
      `the fixture "${key}" has no file for the object "${source.object}" → ${path.join(folder, object)} with .${Object.keys(READERS).join(', .')} → ${filesIn(folder)}`,
    );
  }
  if (second !== undefined) {
    throw sourceFailure(
      'ValidationException',
      `the fixture "${key}" has ${object}.${ending} and ${object}.${second} in ${folder} → one file for an object`,
    );
  }
  const name = `${object}.${ending}`;
  const stream = fs.createReadStream(path.join(folder, name), { highWaterMark: 1 << 18 });
  const batches = (READERS[ending] as Reader)(stream, name);
  yield* source.connectorType === 'Salesforce' ? asSalesforce(batches, source.properties) : batches;
}

/** The reader of a file, by how its name ends. */
export function readerOf(name: string): Reader | undefined {
  return READERS[path.extname(name).slice(1).toLowerCase()];
}

/** Salesforce gives deleted records only to those who ask for them. Records as its API writes them have `attributes`. */
async function* asSalesforce(batches: SourceBatches, properties: Readonly<Record<string, unknown>>): SourceBatches {
  const all = isTrue(properties.includeDeletedRecords);
  for await (const batch of batches) {
    const kept = batch.records.flatMap((record, index) => (all || !isTrue(record.IsDeleted) ? [index] : []));
    const records = kept.map((index) => {
      const { attributes: _, ...record } = batch.records[index] as Record<string, unknown>;
      return record;
    });
    yield { records, bytes: batch.bytes, place: (index) => batch.place(kept[index] as number) };
  }
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function filesIn(folder: string): string {
  const names = fs.readdirSync(folder).sort();
  return `the folder has ${names.slice(0, 20).join(', ') || 'no files'}`;
}
