import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';
import { fingerprintOf } from '../../lambda/file-drop/drop-object';
import { type DropRun, dropRun } from '../../lambda/file-drop/drop-run';
import type { DropStore } from '../../lambda/file-drop/store';
import type { ColumnConfig, FileDropConfig } from '../../src/private/file-drop-config';

const MIB = 1024 * 1024;

/** Inbox, target and state in memory; `gate` may throw before and after any effect. */
export class MemoryDrop implements DropStore {
  public readonly inbox = new Map<string, Buffer>();
  public readonly target = new Map<string, Buffer>();
  public readonly state = new Map<string, Buffer>();
  public readonly uploads: string[] = [];
  public gate: (call: string, name: string) => void = () => {};

  public put(name: string, body: string | Uint8Array): void {
    this.inbox.set(name, Buffer.from(body as Uint8Array));
  }

  public async list(after = '') {
    this.gate('list', after);
    const names = [...this.inbox.keys()].filter((name) => name > after).sort();
    const objects = names.slice(0, 3).map((name) => ({ name, ...this.version(name) }));
    return { objects, more: names.length > 3 };
  }

  public async head(name: string) {
    return this.inbox.has(name) ? this.version(name) : undefined;
  }

  public async download(name: string, etag: string, path: string): Promise<void> {
    this.gate('download', name);
    if (this.version(name).etag !== etag) throw Object.assign(new Error(name), { name: 'PreconditionFailed' });
    writeFileSync(path, this.inbox.get(name) as Buffer);
  }

  public async keep(name: string, _etag: string, as: string): Promise<void> {
    this.effect('keep', as, () => this.state.set(as, this.inbox.get(name) as Buffer));
  }

  public async upload(path: string, as: string): Promise<void> {
    this.effect('upload', as, () => {
      this.uploads.push(as);
      this.target.set(as, readFileSync(path));
    });
  }

  public async uploadState(path: string, as: string): Promise<void> {
    this.effect('uploadState', as, () => this.state.set(as, readFileSync(path)));
  }

  public async readState(name: string): Promise<unknown> {
    this.gate('readState', name);
    const found = this.state.get(name);
    return found && JSON.parse(found.toString());
  }

  public async writeState(name: string, value: unknown): Promise<void> {
    this.effect('writeState', name, () => this.state.set(name, Buffer.from(JSON.stringify(value))));
  }

  public inboxUri = (name: string) => `s3://lake/inbox/${name}`;
  public targetUri = (name: string) => `s3://lake/target/${name}`;
  public stateUri = (name: string) => `s3://lake/state/${name}`;

  public document(name: string): unknown {
    return JSON.parse(this.state.get(name)?.toString() ?? 'null');
  }

  /** The rows of all Parquet files of the target, in the order of the files' names. */
  public async rows(): Promise<Record<string, unknown>[]> {
    const files = [...this.target].sort(([one], [other]) => (one < other ? -1 : 1));
    const read = await Promise.all(files.map(([, bytes]) => rowsOf(bytes)));
    return read.flat();
  }

  private effect(call: string, name: string, work: () => void): void {
    this.gate(call, name);
    work();
    this.gate(`after ${call}`, name);
  }

  private version(name: string) {
    const body = this.inbox.get(name) ?? Buffer.alloc(0);
    return { etag: createHash('md5').update(body).digest('hex'), size: body.length };
  }
}

export async function rowsOf(parquet: Buffer): Promise<Record<string, unknown>[]> {
  const file = parquet.buffer.slice(parquet.byteOffset, parquet.byteOffset + parquet.byteLength) as ArrayBuffer;
  return parquetReadObjects({ file });
}

export const text = (name: string, more: Partial<ColumnConfig> = {}): ColumnConfig => ({
  name,
  type: 'string',
  required: false,
  ...more,
});

export function configOf(columns: ColumnConfig[], more: Partial<FileDropConfig> = {}): FileDropConfig {
  return {
    columns,
    headerRow: 1,
    ignoreUnknown: false,
    decimalComma: false,
    nulls: [],
    encoding: 'utf-8',
    sheets: { kind: 'index', index: 1 },
    stop: false,
    maxBytes: 64 * MIB,
    maxUnpackedBytes: 256 * MIB,
    ...more,
  };
}

export function runOf(store: DropStore, config: FileDropConfig, more: Partial<DropRun> = {}): DropRun {
  const fingerprint = fingerprintOf(config);
  return { store, config, fingerprint, now: () => new Date(0), timeIsUp: () => false, ...more };
}

/** Drops one file and gives its outcome. */
export async function dropped(name: string, body: string | Uint8Array, config: FileDropConfig) {
  const store = new MemoryDrop();
  store.put(name, body);
  const answer = await dropRun(runOf(store, config), 'run');
  const report = store.document('reports/run.json') as {
    files: { outcome: string; error?: string; tables: unknown[] }[];
  };
  const [file] = report.files;
  return { store, answer, file, files: report.files, rows: await store.rows() };
}
