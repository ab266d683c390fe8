import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export interface AtomicWriteOptions {
  /** Folder for the temporary file, on the same file system. */
  readonly tmp: string;
  /** File mode; 0600 for what only its owner may read. */
  readonly mode?: number;
}

/**
 * Replaces a small file so that nobody ever sees half of it, not even after a power cut: temporary file, fsync, rename.
 *
 * Synchronous, as its callers are (catalog and state). Leaves nothing behind when it fails.
 */
export function writeFileAtomic(file: string, text: string, options: AtomicWriteOptions): void {
  const temporary = path.join(options.tmp, `${randomUUID()}.json`);
  try {
    const handle = fs.openSync(temporary, 'wx', options.mode ?? 0o666);
    try {
      fs.writeFileSync(handle, text);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** The parsed file, or undefined where there is none. */
export function readJson<T>(file: string): T | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as T;
}
