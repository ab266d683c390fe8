import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readLines } from '../../../engines/formats/lines';
import { type SpoolEngine, type SpoolType, TextSpool } from '../../../engines/spool';
import { partitionFolder } from '../../athena/write/writer';
import { HIVE_NULL } from '../../glue/catalog/partition-value';
import { invalid } from '../connectors';
import type { FlowPlan } from '../tasks/plan';
import { isEmpty, type Kind, type RecordValue, type SourceRecord, textOf } from '../tasks/values';
import { Columns, cellText, type OutputColumn } from './columns';
import type { Destination } from './destination';
import { LineFile } from './line-file';

/** Folders that one run may make by its partition keys. */
const MOST_PARTITIONS = 1000;

/** A file of a run that is finished, but no object yet. */
export interface OutputFile {
  readonly file: string;
  /** `country=DE/`; empty without partition keys. */
  readonly partition: string;
  readonly partitionValues: readonly string[];
}

/** One partition's records on their way to its files. */
interface Part {
  readonly folder: string;
  readonly values: readonly string[];
  /** The last one is open. */
  readonly files: LineFile[];
}

const SPOOL_TYPES: Readonly<Record<Kind, SpoolType>> = {
  text: { kind: 'varchar' },
  integer: { kind: 'bigint' },
  number: { kind: 'double' },
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  datetime: { kind: 'timestamp' },
};

/**
 * The files of a run, made in a folder of their own. Records of JSON files are written at once; those of CSV and Parquet
 * files wait in a file until all columns are known. Memory is the same for any number of records.
 */
export class FlowOutput {
  private readonly columns: Columns;
  private readonly parts = new Map<string, Part>();
  private readonly left: ReadonlySet<string>;
  private readonly declared: ReadonlyMap<string, Kind>;

  public constructor(
    private readonly folder: string,
    private readonly destination: Destination,
    private readonly plan: FlowPlan,
    private readonly engine: () => SpoolEngine,
  ) {
    const typed = destination.fileType === 'PARQUET' && destination.typed;
    this.columns = new Columns(plan, typed || destination.fileType === 'JSON', typed);
    this.left = new Set(plan.partitionKeys);
    this.declared = new Map(
      plan.mappings.flatMap(({ destination: name, column }) => (column === undefined ? [] : [[name, column]])),
    );
    fs.mkdirSync(folder, { recursive: true });
  }

  /** @throws RecordError for a value that isn't of its column's type */
  public write(record: SourceRecord): void {
    const part = this.part(record);
    const values = this.columns.values(record, this.left, this.declared);
    const { fileType, targetBytes } = this.destination;
    if (fileType === 'JSON') {
      this.last(part, targetBytes).write(JSON.stringify(this.left.size > 0 ? this.without(record) : record));
    } else {
      this.last(part).write(JSON.stringify(values));
    }
  }

  /** Makes the files. */
  public async finish(signal: AbortSignal): Promise<{ files: OutputFile[]; columns: readonly OutputColumn[] }> {
    const columns = this.columns.list();
    const files: OutputFile[] = [];
    for (const part of this.parts.values()) {
      for (const one of part.files) one.close();
      const made = await this.make(part, columns, signal);
      files.push(...made.map((file) => ({ file, partition: part.folder, partitionValues: part.values })));
    }
    return { files, columns };
  }

  /** Closes what is open; the folder is the caller's to remove. */
  public abandon(): void {
    for (const part of this.parts.values()) for (const file of part.files) file.abandon();
  }

  private part(record: SourceRecord): Part {
    const { partitionKeys } = this.plan;
    const values = partitionKeys.map((key) => (isEmpty(record[key]) ? HIVE_NULL : textOf(record[key])));
    const folder = partitionKeys.length === 0 ? '' : partitionFolder('', partitionKeys, values).replace(/^\//, '');
    let part = this.parts.get(folder);
    if (part === undefined) {
      if (this.parts.size === MOST_PARTITIONS) {
        throw invalid(
          `the partition keys ${partitionKeys.join(', ')} have more than ${MOST_PARTITIONS} combinations of values in one run → keys with fewer`,
        );
      }
      part = { folder, values, files: [] };
      this.parts.set(folder, part);
    }
    return part;
  }

  private last(part: Part, most = Number.POSITIVE_INFINITY): LineFile {
    const last = part.files.at(-1);
    if (last !== undefined && last.bytes < most) return last;
    last?.close();
    const next = new LineFile(this.newFile());
    part.files.push(next);
    return next;
  }

  private newFile(): string {
    return path.join(this.folder, randomUUID());
  }

  private without(record: SourceRecord): SourceRecord {
    return Object.fromEntries(Object.entries(record).filter(([name]) => !this.left.has(name)));
  }

  private async make(part: Part, columns: readonly OutputColumn[], signal: AbortSignal): Promise<string[]> {
    if (this.destination.fileType === 'JSON') return part.files.map(({ file }) => file);
    const [{ file }] = part.files as [LineFile];
    const made =
      this.destination.fileType === 'CSV'
        ? await this.csv(file, columns, signal)
        : await this.parquet(file, columns, signal);
    fs.rmSync(file);
    return made;
  }

  private async csv(file: string, columns: readonly OutputColumn[], signal: AbortSignal): Promise<string[]> {
    const { targetBytes = Number.POSITIVE_INFINITY } = this.destination;
    const header = columns.map(({ name }) => csvField(name)).join(',');
    const part: Part = { folder: '', values: [], files: [] };
    await eachRow(file, signal, (values) => {
      const last = this.last(part, targetBytes);
      if (last.lines === 0) last.write(header);
      last.write(columns.map(({ kind }, index) => csvField(cellText(values[index], kind))).join(','));
    });
    for (const one of part.files) one.close();
    return part.files.map((one) => one.file);
  }

  private async parquet(file: string, columns: readonly OutputColumn[], signal: AbortSignal): Promise<string[]> {
    const spool = TextSpool.create(this.newFile());
    const to = this.newFile();
    try {
      await eachRow(file, signal, (values) =>
        spool.write(columns.map(({ kind }, index) => cellText(values[index], kind))),
      );
      spool.close();
      const { targetBytes } = this.destination;
      const request = {
        spools: [spool.file],
        columns: columns.map(({ name, kind }) => ({ name, type: SPOOL_TYPES[kind] })),
        format: { kind: 'parquet', compression: 'snappy' } as const,
        to,
        longestRow: spool.longestRow,
        // Texts take several times the room that Parquet needs; DuckDB counts what it has written.
        ...(targetBytes !== undefined && { maxBytes: targetBytes }),
      };
      await this.engine().write(request, signal);
    } finally {
      spool.discard();
    }
    if (this.destination.targetBytes === undefined) return [to];
    const names = fs.readdirSync(to).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return names.map((name) => path.join(to, name));
  }
}

/** The records that wait in a file, as the values of their columns. */
async function eachRow(file: string, signal: AbortSignal, row: (values: RecordValue[]) => void): Promise<void> {
  const stream = fs.createReadStream(file, { highWaterMark: 1 << 18 });
  for await (const lines of readLines(stream, { name: file, skipHeader: 0, skipFooter: 0 })) {
    signal.throwIfAborted();
    for (const line of lines) row(JSON.parse(line));
  }
}

/** Quoted where it has to be; an empty text is `""`, no value is nothing. */
function csvField(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
