import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileDropConfig } from '../../src/private/file-drop-config';
import { Budget } from './budget';
import { FileError } from './file-error';
import { type FoundLeaf, leavesOf } from './leaves';
import { type NormalisedTable, normalise } from './normalise';
import type { DropStore } from './store';
import { tablesOf } from './tables';

/** What became of a file: of an object, of an entry of an archive. */
export interface FileOutcome {
  readonly file: string;
  readonly hash: string;
  /** `again`: the same content was taken before, under whatever name. */
  readonly outcome: 'taken' | 'again' | 'refused';
  readonly error?: string;
  readonly tables: TableOutcome[];
}

export interface TableOutcome extends NormalisedTable {
  readonly sheet?: string;
  /** None if there was no good row. */
  readonly output?: string;
  readonly quarantine?: string;
}

export interface DropWork {
  readonly store: DropStore;
  readonly config: FileDropConfig;
  /** Changes with whatever changes what comes out of a file. */
  readonly fingerprint: string;
}

/** What is remembered of an object or of a content. */
interface Settled {
  readonly etag?: string;
  readonly fingerprint: string;
  readonly files?: FileOutcome[];
}

export function fingerprintOf(config: FileDropConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
}

/**
 * Takes one object of the inbox: to Parquet in the target, or to the quarantine.
 *
 * All that is written is called after the content: work that was left half-done is done again over itself. That it is done is
 * written last. Undefined if the object was settled before, or is gone.
 */
export async function dropObject(work: DropWork, name: string): Promise<FileOutcome[] | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dropVersion(work, name);
    } catch (error) {
      // overwritten or deleted meanwhile: look again
      if (attempt >= 3 || !(error instanceof Error) || !CHANGED.includes(error.name)) throw error;
    }
  }
}

const CHANGED = ['PreconditionFailed', 'NoSuchKey'];

async function dropVersion(work: DropWork, name: string): Promise<FileOutcome[] | undefined> {
  const { store, config, fingerprint } = work;
  const head = await store.head(name);
  if (!head) return undefined;
  const settledName = `inbox/${sha256(name)}.json`;
  const settled = (await store.readState(settledName)) as Settled | undefined;
  if (settled?.etag === head.etag && settled.fingerprint === fingerprint) return undefined;

  const files = head.size > config.maxBytes ? [tooLarge(name, head, config)] : await takeObject(work, name, head.etag);
  const refused = files.some(({ outcome }) => outcome === 'refused');
  // with `stop` a bad file fails each run until somebody has replaced or removed it
  if (!refused || !config.stop) {
    await store.writeState(settledName, { object: name, etag: head.etag, fingerprint, files });
  }
  return files;
}

/** Such an object isn't even copied to the quarantine: it stays in the inbox. */
function tooLarge(
  name: string,
  { etag, size }: { etag: string; size: number },
  { maxBytes }: FileDropConfig,
): FileOutcome {
  const error = new FileError(
    'TooLarge',
    `it has ${size} bytes`,
    `up to ${maxBytes} bytes`,
    'split it, or raise maxSize',
  );
  return { file: name, hash: sha256(`${name}/${etag}`), outcome: 'refused', error: error.message, tables: [] };
}

async function takeObject(work: DropWork, name: string, etag: string): Promise<FileOutcome[]> {
  const { store, config } = work;
  const folder = await mkdtemp(join(tmpdir(), 'file-drop-'));
  const files: FileOutcome[] = [];
  try {
    const path = join(folder, 'object');
    await store.download(name, etag, path);
    const object = { path, name, hash: await hashOf(path) };
    const budget = new Budget(config.maxUnpackedBytes);
    for await (const leaf of leavesOf(object, folder, budget)) files.push(await takeLeaf(work, leaf, folder, name));
    const place = `${object.hash.slice(0, 16)}/${name}`;
    await store.keep(name, etag, `originals/${place}`);
    const reasons = files.filter(({ outcome }) => outcome === 'refused').map(({ file, error }) => ({ file, error }));
    if (reasons.length > 0) {
      await store.keep(name, etag, `quarantine/files/${place}`);
      await store.writeState(`quarantine/files/${place}.reason.json`, { object: store.inboxUri(name), reasons });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return files;
}

async function takeLeaf(work: DropWork, leaf: FoundLeaf, folder: string, object: string): Promise<FileOutcome> {
  const { store, config, fingerprint } = work;
  const { name: file, hash } = leaf;
  const contentName = `content/${hash}.json`;
  try {
    if ('error' in leaf) throw leaf.error;
    const known = (await store.readState(contentName)) as Settled | undefined;
    if (known?.fingerprint === fingerprint) return { file, hash, outcome: 'again', tables: [] };
    const tables: (TableOutcome & { suffix: string; parquet: string; badRows: string })[] = [];
    for await (const table of tablesOf(leaf.path, leaf.format, config, new Budget(config.maxUnpackedBytes))) {
      const [parquet, badRows] = [join(folder, `table-${tables.length}`), join(folder, `bad-${tables.length}`)];
      const source = {
        object: store.inboxUri(object),
        file,
        ...(table.sheet === undefined ? {} : { sheet: table.sheet }),
      };
      const normalised = await normalise(table, config, { parquet, badRows, source });
      tables.push({ sheet: table.sheet, ...normalised, suffix: table.suffix, parquet, badRows });
    }
    // only now that all of the file is good anything of it is written
    const written: TableOutcome[] = [];
    for (const { suffix, parquet, badRows, ...table } of tables) {
      const [output, quarantine] = [`${hash}${suffix}.parquet`, `quarantine/rows/${hash}${suffix}.ndjson`];
      if (table.rows > 0) await store.upload(parquet, output);
      if (table.bad > 0) await store.uploadState(badRows, quarantine);
      written.push({
        ...table,
        ...(table.rows > 0 ? { output: store.targetUri(output) } : {}),
        ...(table.bad > 0 ? { quarantine: store.stateUri(quarantine) } : {}),
      });
      await Promise.all([rm(parquet, { force: true }), rm(badRows, { force: true })]);
    }
    await store.writeState(contentName, { fingerprint, file, object: store.inboxUri(object) });
    return { file, hash, outcome: 'taken', tables: written };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { file, hash, outcome: 'refused', error: error.message, tables: [] };
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
