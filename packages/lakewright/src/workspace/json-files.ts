import fs from 'node:fs';
import { readJson, writeFileAtomic } from './atomic-file';
import { storageError } from './storage-error';
import type { Workspace } from './workspace';

/**
 * JSON files that are read often: parsed once for each state of the file, so that an edit by hand is seen at once.
 *
 * Values are frozen, since all callers share them.
 */
export class JsonFiles {
  private readonly cache = new Map<string, { readonly stamp: string; readonly value: unknown }>();

  public constructor(private readonly workspace: Workspace) {}

  public read<T>(file: string): T | undefined {
    const stats = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
    if (stats === undefined) {
      this.cache.delete(file);
      return undefined;
    }
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
    const cached = this.cache.get(file);
    if (cached?.stamp === stamp) return cached.value as T;
    const value = freeze(parse<T>(file));
    this.cache.set(file, { stamp, value });
    return value;
  }

  public write(file: string, value: unknown): void {
    this.workspace.assertWritable();
    try {
      writeFileAtomic(file, `${JSON.stringify(value, null, 1)}\n`, { tmp: this.workspace.tmp });
    } catch (error) {
      throw storageError(error, `writing ${file}`);
    }
  }

  /** One line for each value: long lists stay readable, and small. */
  public writeList(file: string, values: readonly unknown[]): void {
    this.workspace.assertWritable();
    try {
      const lines = values.map((value) => JSON.stringify(value)).join(',\n');
      writeFileAtomic(file, `[\n${lines}\n]\n`, { tmp: this.workspace.tmp });
    } catch (error) {
      throw storageError(error, `writing ${file}`);
    }
  }

  public remove(file: string): void {
    this.workspace.assertWritable();
    this.cache.delete(file);
    try {
      fs.rmSync(file, { force: true, recursive: true });
    } catch (error) {
      throw storageError(error, `deleting ${file}`);
    }
  }
}

function parse<T>(file: string): T | undefined {
  try {
    return readJson<T>(file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${file} is not JSON: ${error.message} → put it right or delete it`, { cause: error });
  }
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
