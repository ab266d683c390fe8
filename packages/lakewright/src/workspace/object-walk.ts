import fs from 'node:fs';
import path from 'node:path';
import { compareKeys, isCut, keyProblem, keyToPath, nameToKeyPart } from './object-key';
import { isMissing } from './storage-error';

/** A key that was found, and its file; folder markers (keys with a trailing slash) have none. */
export interface FoundKey {
  readonly key: string;
  readonly file?: string;
}

export interface WalkOptions {
  readonly prefix: string;
  /** Only keys after this one. */
  readonly startAfter: string;
  /** Whether the folder of this key (`a/`) is an object as well. */
  isMarker(key: string): Promise<boolean>;
}

interface Entry {
  /** What it adds to the key of its folder; a folder's ends with a slash. */
  readonly text: string;
  readonly path: string;
  readonly folder: boolean;
}

/**
 * Goes through a bucket's folder in S3's order, reading only the folders that can hold a wanted key.
 *
 * Symbolic links are not followed: they could lead out of the bucket.
 */
export class ObjectWalk {
  /** Set while iterating: keys that start with it are passed over (a common prefix is one entry of a listing). */
  public skip: string | undefined;

  public constructor(
    private readonly root: string,
    private readonly options: WalkOptions,
  ) {}

  public async *keys(): AsyncGenerator<FoundKey> {
    const { prefix } = this.options;
    const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (keyProblem(base) !== undefined) return;
    if (base !== '' && this.wanted(base) && (await this.options.isMarker(base))) yield { key: base };
    yield* this.folder(keyToPath(this.root, base), base);
  }

  private async *folder(folder: string, base: string): AsyncGenerator<FoundKey> {
    for (const entry of await entries(folder, '')) {
      const key = base + entry.text;
      if (this.skip !== undefined && key.startsWith(this.skip)) continue;
      if (!entry.folder) {
        if (this.wanted(key)) yield { key, file: entry.path };
      } else if (this.mayHold(key)) {
        if (this.wanted(key) && (await this.options.isMarker(key))) yield { key };
        yield* this.folder(entry.path, key);
      }
    }
  }

  private wanted(key: string): boolean {
    return key.startsWith(this.options.prefix) && compareKeys(key, this.options.startAfter) > 0;
  }

  private mayHold(folder: string): boolean {
    const { prefix, startAfter } = this.options;
    if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) return false;
    return compareKeys(folder, startAfter) > 0 || startAfter.startsWith(folder);
  }
}

async function entries(folder: string, base: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const entry of await names(folder)) {
    const file = path.join(folder, entry.name);
    const part = nameToKeyPart(entry.name, entry.isDirectory());
    if (part === undefined) continue;
    const text = base + part;
    if (entry.isDirectory() && isCut(entry.name)) found.push(...(await entries(file, text)));
    else if (entry.isDirectory()) found.push({ text, path: file, folder: true });
    else if (entry.isFile()) found.push({ text, path: file, folder: false });
  }
  return base === '' ? found.sort((a, b) => compareKeys(a.text, b.text)) : found;
}

async function names(folder: string): Promise<fs.Dirent[]> {
  try {
    return await fs.promises.readdir(folder, { withFileTypes: true });
  } catch (error) {
    // Removed while we were on the way, or a prefix that nothing has.
    if (isMissing(error)) return [];
    throw error;
  }
}
