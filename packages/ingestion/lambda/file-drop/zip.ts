import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import type { Budget } from './budget';
import { FileError } from './file-error';

const MOST_ENTRIES = 10_000;

/** A ZIP archive on disk. Names are the archive's own and never used as paths. */
export class Zip {
  public static async open(path: string, budget: Budget): Promise<Zip> {
    let file: ZipFile | undefined;
    try {
      file = await openPromise(path, { lazyEntries: true, autoClose: false });
      const entries: Entry[] = [];
      for await (const entry of file.eachEntry()) {
        if (entries.push(entry) > MOST_ENTRIES) throw tooMany();
      }
      return new Zip(file, entries, budget);
    } catch (error) {
      file?.close();
      throw corrupt(error);
    }
  }

  private constructor(
    private readonly file: ZipFile,
    public readonly entries: Entry[],
    private readonly budget: Budget,
  ) {}

  public find(name: string): Entry | undefined {
    return this.entries.find(({ fileName }) => fileName.toLowerCase() === name.toLowerCase());
  }

  /** The unpacked bytes, checked against length and checksum. */
  public async *read(entry: Entry): AsyncGenerator<Buffer> {
    if (entry.isEncrypted()) {
      throw new FileError(
        'EncryptedArchive',
        `"${entry.fileName}" is encrypted`,
        'archives have no password',
        'send it unencrypted, through the encrypted and access-controlled inbox',
      );
    }
    if (!entry.canDecodeFileData()) {
      throw new FileError(
        'UnsupportedArchive',
        `"${entry.fileName}" is packed by method ${entry.compressionMethod}`,
        'stored and deflated entries',
        'pack it with a usual ZIP program',
      );
    }
    let checksum = 0;
    try {
      const stream = await this.file.openReadStreamPromise(entry);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        this.budget.spend(chunk.length);
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } catch (error) {
      throw corrupt(error);
    }
    if (checksum !== entry.crc32) throw corrupt(new Error(`the checksum of "${entry.fileName}" is wrong`));
  }

  public async text(entry: Entry): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.read(entry)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  public close(): void {
    this.file.close();
  }
}

function tooMany(): FileError {
  return new FileError(
    'TooManyEntries',
    `more than ${MOST_ENTRIES} entries`,
    `up to ${MOST_ENTRIES}`,
    'split the archive',
  );
}

/** The error of whoever reads an archive; ours are passed on. */
export function corrupt(error: unknown): FileError {
  if (error instanceof FileError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new FileError('CorruptFile', `it can't be unpacked: ${why}`, 'a whole, undamaged file', 'send it again');
}
