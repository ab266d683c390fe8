import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Budget } from './budget';
import { FileError } from './file-error';
import { type Format, headOf, recognise } from './recognise';
import { isWorkbook } from './xlsx/workbook';
import { corrupt, Zip } from './zip';

/** Archives within archives within archives are as deep as it goes. */
const DEEPEST = 3;

/** A file as it was found: the object itself, or what an archive in it has. */
export interface Leaf {
  /** `week.zip › monday.csv` */
  readonly name: string;
  /** Of its bytes, in hexadecimal SHA-256. */
  readonly hash: string;
}

/** A leaf that can be read, or why it can't. */
export type FoundLeaf = Leaf & ({ readonly path: string; readonly format: Format } | { readonly error: FileError });

export interface LocalFile extends Leaf {
  readonly path: string;
}

/** Takes a file apart; each leaf's file is there until the next is asked for. */
export async function* leavesOf(file: LocalFile, folder: string, budget: Budget, depth = 0): AsyncGenerator<FoundLeaf> {
  try {
    const format = recognise(headOf(file.path), file.name);
    if (format === 'empty') {
      throw new FileError('EmptyFile', 'it has 0 bytes', 'a file has at least its header', 'send it again, whole');
    }
    if (format === 'gzip') yield* inside(file, folder, budget, depth, gunzipped(file, folder, budget));
    else if (format === 'zip') yield* zipped(file, folder, budget, depth);
    else yield { ...file, format };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield { name: file.name, hash: file.hash, error };
  }
}

async function* zipped(file: LocalFile, folder: string, budget: Budget, depth: number): AsyncGenerator<FoundLeaf> {
  const zip = await Zip.open(file.path, budget);
  try {
    if (isWorkbook(zip)) {
      yield { ...file, format: 'zip' };
      return;
    }
    if (/\.xls[xm]$/i.test(file.name)) throw corrupt(new Error('the archive is no workbook'));
    const entries = zip.entries.filter(({ fileName }) => !isNoise(fileName));
    if (entries.length === 0) {
      throw new FileError(
        'EmptyFile',
        'the archive has no files',
        'an archive has at least one',
        'send it again, whole',
      );
    }
    for (const entry of entries) {
      const name = `${file.name} › ${entry.fileName}`;
      try {
        yield* inside(file, folder, budget, depth, unpack(zip.read(entry), name, folder, depth));
      } catch (error) {
        // one that can't be unpacked doesn't keep the others from being read; what is too large ends all
        if (!(error instanceof FileError) || error.code === 'UnpacksTooLarge') throw error;
        const hash = createHash('sha256').update(`${file.hash}/${entry.fileName}`).digest('hex');
        yield { name, hash, error };
      }
    }
  } finally {
    zip.close();
  }
}

async function* inside(
  outer: LocalFile,
  folder: string,
  budget: Budget,
  depth: number,
  unpacking: Promise<LocalFile>,
): AsyncGenerator<FoundLeaf> {
  const inner = await unpacking;
  try {
    if (depth >= DEEPEST) {
      throw new FileError(
        'NestedTooDeep',
        `"${outer.name}" is the ${depth + 1}th archive within another`,
        `up to ${DEEPEST} archives within each other`,
        'unpack it before sending',
      );
    }
    yield* leavesOf(inner, folder, budget, depth + 1);
  } finally {
    await rm(inner.path, { force: true });
  }
}

function gunzipped(file: LocalFile, folder: string, budget: Budget): Promise<LocalFile> {
  const name = `${file.name} › ${(file.name.split(/[/›]/).pop() ?? '').trim().replace(/\.gz(ip)?$/i, '')}`;
  async function* bytes(): AsyncGenerator<Buffer> {
    const source = createReadStream(file.path);
    const gunzip = createGunzip();
    source.on('error', (error) => gunzip.destroy(error));
    try {
      for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
        budget.spend(chunk.length);
        yield chunk;
      }
    } catch (error) {
      throw corrupt(error);
    } finally {
      source.destroy();
    }
  }
  return unpack(bytes(), name, folder, 0);
}

let unpacked = 0;

async function unpack(bytes: AsyncIterable<Buffer>, name: string, folder: string, depth: number): Promise<LocalFile> {
  // never the entry's own name: it may point anywhere
  const path = join(folder, `unpacked-${depth}-${++unpacked}`);
  const hash = createHash('sha256');
  const file = createWriteStream(path);
  const failed = once(file, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      if (!file.write(chunk)) await Promise.race([once(file, 'drain'), failed]);
    }
    file.end();
    await Promise.race([once(file, 'close'), failed]);
  } catch (error) {
    file.destroy();
    await rm(path, { force: true });
    throw error;
  }
  return { path, name, hash: hash.digest('hex') };
}

/** What archive programs add by themselves. */
function isNoise(name: string): boolean {
  return name.endsWith('/') || name.startsWith('__MACOSX/') || /(^|\/)(\.DS_Store|Thumbs\.db)$/.test(name);
}
