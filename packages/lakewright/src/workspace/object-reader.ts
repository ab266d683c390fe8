import fs, { type BigIntStats } from 'node:fs';
import { Readable } from 'node:stream';
import { ServiceError } from '../services/service';
import type { BucketFolders } from './bucket-folders';
import type { ObjectMetadata, ObjectRecord } from './object-metadata';
import { assertInside, assertNoCaseClash, type ObjectPlace, placeOf } from './object-place';
import type { ObjectInfo, ObjectPage, OpenObject, PageOptions } from './object-store';
import { type FoundKey, ObjectWalk } from './object-walk';
import { errorCode, isMissing, storageError } from './storage-error';

/** Objects whose sidecars are read at the same time. */
const PARALLEL_READS = 64;

/** Finds objects: what is in the bucket's folder, joined with what is known of it beyond its bytes. */
export class ObjectReader {
  public constructor(
    private readonly folders: BucketFolders,
    private readonly metadata: ObjectMetadata,
    private readonly caseInsensitive: boolean,
  ) {}

  public async head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    const place = placeOf(this.folders.get(bucket), key);
    if (key.endsWith('/')) return this.describe(bucket, { key });
    await this.assertReadable(place);
    return this.describe(bucket, { key, file: place.path });
  }

  public async page(bucket: string, options: PageOptions): Promise<ObjectPage> {
    const { folder } = this.folders.get(bucket);
    const { prefix = '', startAfter = '', limit = Number.POSITIVE_INFINITY, delimiter = '' } = options;
    const isMarker = async (key: string) => (await this.metadata.marker(bucket, key)) !== undefined;
    const walk = new ObjectWalk(folder, { prefix, startAfter, isMarker });
    const found: FoundKey[] = [];
    const prefixes: string[] = [];
    if (limit <= 0) return { objects: [], prefixes };
    let last: string | undefined;
    let next: string | undefined;
    for await (const entry of walk.keys()) {
      const common = commonPrefix(entry.key, prefix, delimiter);
      if (common !== undefined) walk.skip = common;
      // A page that starts after a common prefix: the keys below it were on the page before.
      if (common !== undefined && startAfter === common) continue;
      if (found.length + prefixes.length >= limit) {
        next = last;
        break;
      }
      if (common === undefined) found.push(entry);
      else prefixes.push(common);
      last = common ?? entry.key;
    }
    return { objects: await this.describeAll(bucket, found), prefixes, next };
  }

  /** @throws ServiceError NoSuchKey */
  public async open(bucket: string, key: string): Promise<OpenObject> {
    const place = placeOf(this.folders.get(bucket), key);
    if (key.endsWith('/')) {
      const info = await this.describe(bucket, { key });
      if (info === undefined) throw noSuchKey(key);
      return { info, stream: () => Readable.from([]), close: async () => {} };
    }
    await this.assertReadable(place);
    const handle = await this.openFile(place);
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) throw noSuchKey(key);
      const info = toInfo(key, stats, await this.metadata.read(bucket, key, stats));
      return {
        info,
        stream: (range) => handle.createReadStream({ start: range?.start ?? 0, end: range?.end }),
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  public async describe(bucket: string, found: FoundKey): Promise<ObjectInfo | undefined> {
    if (found.file === undefined) {
      const marker = await this.metadata.marker(bucket, found.key);
      if (marker === undefined) return undefined;
      const { modified, ...record } = marker;
      return { ...record, key: found.key, size: 0, lastModified: new Date(modified) };
    }
    const stats = await fileStats(found.file);
    return stats && toInfo(found.key, stats, await this.metadata.read(bucket, found.key, stats));
  }

  private async describeAll(bucket: string, found: readonly FoundKey[]): Promise<ObjectInfo[]> {
    const objects: ObjectInfo[] = [];
    for (let start = 0; start < found.length; start += PARALLEL_READS) {
      const keys = found.slice(start, start + PARALLEL_READS);
      const batch = await Promise.all(keys.map((key) => this.describe(bucket, key)));
      objects.push(...batch.filter((info) => info !== undefined));
    }
    return objects;
  }

  private async openFile(place: ObjectPlace): Promise<fs.promises.FileHandle> {
    if ((await fileStats(place.path)) === undefined) throw noSuchKey(place.key);
    try {
      return await fs.promises.open(place.path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    } catch (error) {
      if (isMissing(error)) throw noSuchKey(place.key);
      throw storageError(error, `reading "${place.key}" of bucket "${place.bucket}"`);
    }
  }

  private async assertReadable(place: ObjectPlace): Promise<void> {
    await assertInside(place);
    if (!this.caseInsensitive) return;
    await assertNoCaseClash(place).catch(() => {
      throw noSuchKey(place.key);
    });
  }
}

/** Of a file; undefined for anything else. */
export async function fileStats(file: string): Promise<BigIntStats | undefined> {
  try {
    const stats = await fs.promises.lstat(file, { bigint: true });
    return stats.isFile() ? stats : undefined;
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'ENAMETOOLONG') return undefined;
    throw storageError(error, `reading ${file}`);
  }
}

export function toInfo(key: string, stats: BigIntStats, record: ObjectRecord): ObjectInfo {
  const { etag, contentType, contentEncoding, headers, metadata, tags, checksums, parts } = record;
  const kept = { etag, contentType, contentEncoding, headers, metadata, tags, checksums, parts };
  return { key, size: Number(stats.size), lastModified: new Date(Number(stats.mtimeMs)), ...kept };
}

export function noSuchKey(key: string): ServiceError {
  return new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
