import { createHash, randomUUID } from 'node:crypto';
import fs, { type BigIntStats } from 'node:fs';
import path from 'node:path';
import { isMissing } from './storage-error';

/** What S3 keeps of an object beyond its bytes. */
export interface ObjectRecord {
  /** With quotes. */
  readonly etag: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly checksums?: Readonly<Record<string, string>>;
  /** Bytes of each part of a multipart upload, in order. */
  readonly parts?: readonly number[];
}

interface FileRecord extends ObjectRecord {
  /** The file that this is about: size, modification time and inode. Another file at the key has no record. */
  readonly file: { readonly size: string; readonly modified: string; readonly inode: string };
}

interface Sidecar {
  readonly key: string;
  /** The newest first, and the one before: whichever file is at the key when somebody looks has its own record. */
  readonly records: readonly FileRecord[];
  /** A key with a trailing slash: an object without bytes. */
  readonly marker?: ObjectRecord & { readonly modified: number };
}

/**
 * Sidecar files under `metadata/<bucket>/`, named by the key's hash: keys of any length and shape fit, and no bucket
 * folder is cluttered.
 *
 * A record counts only while the file is the one that it was written for, so that files which Spark or a person put
 * in place never get another object's tags or ETag.
 */
export class ObjectMetadata {
  public constructor(
    private readonly folder: string,
    private readonly tmp: string,
  ) {}

  public async read(bucket: string, key: string, stats: BigIntStats): Promise<ObjectRecord> {
    const sidecar = await this.load(bucket, key);
    const own = (sidecar?.records ?? []).filter(
      ({ file }) => file.size === String(stats.size) && file.modified === String(stats.mtimeNs),
    );
    return own.find(({ file }) => file.inode === String(stats.ino)) ?? own[0] ?? { etag: derivedETag(stats) };
  }

  /** Call before the file takes its place, and with the former file's stats if there is one. */
  public async write(
    bucket: string,
    key: string,
    record: ObjectRecord,
    stats: BigIntStats,
    former: BigIntStats | undefined,
  ): Promise<void> {
    const kept = former === undefined ? undefined : await this.read(bucket, key, former);
    const records = [{ ...record, file: identity(stats) }];
    if (kept !== undefined && former !== undefined) records.push({ ...kept, file: identity(former) });
    await this.save(bucket, key, { key, records });
  }

  public async marker(bucket: string, key: string): Promise<(ObjectRecord & { modified: number }) | undefined> {
    return (await this.load(bucket, key))?.marker;
  }

  public async writeMarker(bucket: string, key: string, record: ObjectRecord, modified: number): Promise<void> {
    await this.save(bucket, key, { key, records: [], marker: { ...record, modified } });
  }

  public async remove(bucket: string, key: string): Promise<void> {
    await fs.promises.rm(this.file(bucket, key), { force: true });
  }

  public async removeBucket(bucket: string): Promise<void> {
    await fs.promises.rm(path.join(this.folder, bucket), { recursive: true, force: true });
  }

  private file(bucket: string, key: string): string {
    const hash = createHash('sha256').update(key).digest('hex');
    return path.join(this.folder, bucket, hash.slice(0, 2), `${hash.slice(2)}.json`);
  }

  private async load(bucket: string, key: string): Promise<Sidecar | undefined> {
    try {
      return JSON.parse(await fs.promises.readFile(this.file(bucket, key), 'utf8'));
    } catch (error) {
      // A record that a power cut left empty is no record; the object's bytes are unharmed.
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  private async save(bucket: string, key: string, sidecar: Sidecar): Promise<void> {
    const file = this.file(bucket, key);
    const temporary = path.join(this.tmp, `${randomUUID()}.json`);
    try {
      await fs.promises.writeFile(temporary, JSON.stringify(sidecar));
      await fs.promises.rename(temporary, file).catch(async (error) => {
        if (!isMissing(error)) throw error;
        await fs.promises.mkdir(path.dirname(file), { recursive: true });
        await fs.promises.rename(temporary, file);
      });
    } catch (error) {
      await fs.promises.rm(temporary, { force: true });
      throw error;
    }
  }
}

function identity(stats: BigIntStats): FileRecord['file'] {
  return { size: String(stats.size), modified: String(stats.mtimeNs), inode: String(stats.ino) };
}

/** The `-1` says, as S3 does for multipart uploads, that this is not the MD5 of the bytes. */
export function derivedETag(stats: BigIntStats): string {
  return `"${createHash('md5').update(`${stats.size} ${stats.mtimeNs}`).digest('hex')}-1"`;
}
