import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { metadataText } from '../../../engines/sql/types/text';
import type { ObjectStore, OpenObject } from '../../../workspace/object-store';
import { ServiceError } from '../../service';
import type { StatementOutcome } from '../statements/run';
import { parseLocation } from '../tables/data-files';
import { describeColumn } from './column-info';
import type { Execution, StoredColumn } from './execution';
import { metadataFile } from './result-metadata';

/**
 * Puts a statement's result where Athena puts it: `<id>.csv` for queries, `<id>.txt` for utility statements, a manifest of
 * the files for CREATE TABLE AS (`tables/<id>-manifest.csv`), INSERT and UNLOAD (`<id>-manifest.csv`).
 *
 * Beside it lies a file of the columns with the ending `.metadata`; UNLOAD and statements without columns have none.
 */
export async function publishResult(
  objects: ObjectStore,
  execution: Execution,
  outcome: StatementOutcome,
): Promise<void> {
  const { result } = outcome;
  execution.columns = result.columns.map(
    (column): StoredColumn => ({
      name: column.name,
      type: typeof column.type === 'string' ? column.type : metadataText(column.type),
    }),
  );
  execution.header = result.kind === 'csv';
  const folder = outcome.substatement === 'CREATE_TABLE_AS_SELECT' ? 'tables/' : '';
  const name = `${folder}${execution.id}`;
  const ending = { csv: '.csv', lines: '.txt', written: '' }[result.kind];
  const { bucket, prefix } = parseLocation(execution.output);
  await Promise.all([
    publishRows(objects, outcome, bucket, `${prefix}${name}`),
    execution.columns.length > 0 && outcome.substatement !== 'UNLOAD'
      ? publishMetadata(objects, metadataOf(execution, outcome), bucket, `${prefix}${name}${ending}.metadata`)
      : undefined,
  ]);
  execution.outputLocation = `${execution.output}${name}${ending}`;
  if (result.kind === 'written') execution.manifest = `${execution.output}${name}-manifest.csv`;
}

/** The file of the result itself; `key` is without its ending. */
async function publishRows(
  objects: ObjectStore,
  outcome: StatementOutcome,
  bucket: string,
  key: string,
): Promise<void> {
  const { result, written = [] } = outcome;
  if (result.kind === 'csv') {
    await publish(objects, result.file, bucket, `${key}.csv`);
  } else if (result.kind === 'lines') {
    await objects.write(bucket, `${key}.txt`, textOf(result.lines), { contentType: 'text/plain' });
  } else {
    await objects.write(bucket, `${key}-manifest.csv`, textOf(written), { contentType: 'text/csv' });
  }
}

async function publishMetadata(objects: ObjectStore, metadata: Buffer, bucket: string, key: string): Promise<void> {
  const file = objects.stageFile(bucket);
  writeFileSync(file, metadata); // some hundred bytes: waiting for a thread would take longer
  await publish(objects, file, bucket, key);
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/**
 * With no record beside it, as any file that an engine wrote: on a busy disk each new file takes a millisecond, a large
 * part of a small query's time.
 */
async function publish(objects: ObjectStore, file: string, bucket: string, key: string): Promise<void> {
  try {
    await objects.publish(file, bucket, key);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

function metadataOf({ id, columns }: Execution, { result, substatement, updateCount = 0 }: StatementOutcome): Buffer {
  const type = substatement === 'CREATE_TABLE_AS_SELECT' ? 'CREATE TABLE' : substatement;
  return metadataFile({
    queryId: id,
    ...(result.kind === 'written' && { update: { type, rows: updateCount } }),
    columns: columns.map(describeColumn),
  });
}

export interface ResultPage {
  readonly rows: readonly (readonly (string | null)[])[];
  /** Byte offset at which the next page starts; undefined at the end. */
  readonly next?: number;
}

/** Some rows of a result file from a byte offset on. */
export async function readResult(
  objects: ObjectStore,
  location: string,
  start: number,
  count: number,
): Promise<ResultPage> {
  const { bucket, prefix: key } = parseLocation(location);
  const object = await opened(objects, bucket, key);
  if (!object) return { rows: [] };
  try {
    const { size } = object.info;
    if (start >= size) return { rows: [] };
    const stream = object.stream({ start, end: size - 1 });
    const rows: (readonly (string | null)[])[] = [];
    for await (const { cells, end } of location.endsWith('.txt') ? textRows(stream) : csvRows(stream)) {
      rows.push(cells);
      if (rows.length === count) return start + end < size ? { rows, next: start + end } : { rows };
    }
    return { rows };
  } finally {
    await object.close();
  }
}

/** Undefined when somebody has deleted it. */
async function opened(objects: ObjectStore, bucket: string, key: string): Promise<OpenObject | undefined> {
  try {
    return await objects.open(bucket, key);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}

interface Row {
  readonly cells: readonly (string | null)[];
  /** Bytes up to its end. */
  readonly end: number;
}

async function* textRows(stream: Readable): AsyncGenerator<Row> {
  let end = 0;
  for await (const line of splitLines(stream, false)) {
    end += Buffer.byteLength(line) + 1;
    yield { cells: [line], end };
  }
}

async function* csvRows(stream: Readable): AsyncGenerator<Row> {
  let end = 0;
  for await (const line of splitLines(stream, true)) {
    end += Buffer.byteLength(line) + 1;
    yield { cells: csvCells(line), end };
  }
}

/** Lines; in CSV a line break inside of quotes belongs to the value. */
async function* splitLines(stream: Readable, quotes: boolean): AsyncGenerator<string> {
  let rest = '';
  let searched = 0;
  let inQuotes = false;
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    rest += chunk as string;
    let start = 0;
    for (; searched < rest.length; searched++) {
      const character = rest.charCodeAt(searched);
      if (quotes && character === 34) inQuotes = !inQuotes;
      else if (character === 10 && !inQuotes) {
        yield rest.slice(start, searched);
        start = searched + 1;
      }
    }
    rest = rest.slice(start);
    searched -= start;
  }
  if (rest !== '') yield rest;
}

/** A line as `csvLine` writes it: nothing between commas is NULL, `""` the empty text. */
export function csvCells(line: string): (string | null)[] {
  const cells: (string | null)[] = [];
  let at = 0;
  for (;;) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const text = line.slice(at, comma < 0 ? line.length : comma);
      cells.push(text === '' ? null : text);
      at += text.length;
    } else {
      let end = at + 1;
      while (line[end] !== '"' || line[end + 1] === '"') end += line[end] === '"' ? 2 : 1;
      cells.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    }
    if (at >= line.length) return cells;
    at++;
    if (at === line.length) {
      cells.push(null);
      return cells;
    }
  }
}
