import fs, { type BigIntStats } from 'node:fs';
import path from 'node:path';
import { ServiceError } from '../services/service';
import { removeEmptyFolders } from './bucket-folders';
import { KeyMutex } from './key-mutex';
import { derivedETag, type ObjectMetadata, type ObjectRecord } from './object-metadata';
import { assertInside, assertNoCaseClash, clash, makeFolders, type ObjectPlace } from './object-place';
import { fileStats, noSuchKey, type ObjectReader, toInfo } from './object-reader';
import type { ObjectInfo, WriteOptions } from './object-store';
import { errorCode } from './storage-error';

const EMPTY_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';
/** A folder can vanish between its creation and the rename into it, when its last object is deleted meanwhile. */
const PLACE_ATTEMPTS = 20;

/** Changes of objects: each is one rename, in the order of the calls for a key. */
export class ObjectWriter {
  private readonly mutex = new KeyMutex();

  public constructor(
    private readonly reader: ObjectReader,
    private readonly metadata: ObjectMetadata,
    private readonly caseInsensitive: boolean,
  ) {}

  /** A finished file takes its place. Until the rename nobody sees anything of it; after it, it is all there. */
  public async putFile(place: ObjectPlace, file: string, options: WriteOptions): Promise<ObjectInfo> {
    const { bucket, key } = place;
    return this.exclusive(place, async () => {
      if (this.caseInsensitive) await assertNoCaseClash(place);
      const [former, stats] = await Promise.all([fileStats(place.path), fs.promises.stat(file, { bigint: true })]);
      await this.checkConditions(place, former, options);
      const record = toRecord(options, derivedETag(stats));
      if (options.etag !== undefined || Object.values(record).filter(Boolean).length > 1 || former !== undefined) {
        await this.metadata.write(bucket, key, record, stats, former);
      }
      await this.moveIn(place, file);
      return toInfo(key, stats, record);
    });
  }

  /** An object without bytes whose key ends with a slash. */
  public async putMarker(place: ObjectPlace, options: WriteOptions): Promise<ObjectInfo> {
    const { bucket, key } = place;
    return this.exclusive(place, async () => {
      if (this.caseInsensitive) await assertNoCaseClash(place);
      checkConditions(key, await this.reader.describe(bucket, { key }), options);
      await makeFolders(place, place.path);
      await assertInside(place);
      const modified = Date.now();
      const record = toRecord({ ...options, etag: EMPTY_ETAG }, EMPTY_ETAG);
      await this.metadata.writeMarker(bucket, key, record, modified);
      return { ...record, key, size: 0, lastModified: new Date(modified) };
    });
  }

  /** @returns whether there was such an object */
  public async remove(place: ObjectPlace): Promise<boolean> {
    await assertInside(place);
    const removed = await this.exclusive(place, () => this.removeNow(place));
    if (removed) await this.prune(place);
    return removed;
  }

  public async setTags(place: ObjectPlace, tags: Readonly<Record<string, string>>): Promise<void> {
    const { bucket, key } = place;
    await this.exclusive(place, async () => {
      const marker = await this.metadata.marker(bucket, key);
      if (marker !== undefined) return this.metadata.writeMarker(bucket, key, { ...marker, tags }, marker.modified);
      const stats = await fileStats(place.path);
      if (stats === undefined) throw noSuchKey(key);
      const record = await this.metadata.read(bucket, key, stats);
      return this.metadata.write(bucket, key, { ...record, tags }, stats, undefined);
    });
  }

  private exclusive<T>({ bucket, key }: ObjectPlace, change: () => Promise<T>): Promise<T> {
    return this.mutex.run(`${bucket}/${key}`, change);
  }

  private async moveIn(place: ObjectPlace, file: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await assertInside(place);
      try {
        await fs.promises.rename(file, place.path);
        return;
      } catch (error) {
        const code = errorCode(error) ?? '';
        if (['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(code) && (await isFolder(place.path))) {
          await this.removeEmptyFolder(place);
        } else if (['ENOENT', 'ENOTDIR'].includes(code) && attempt < PLACE_ATTEMPTS && fs.existsSync(file)) {
          await makeFolders(place, path.dirname(place.path));
        } else {
          throw error;
        }
      }
    }
  }

  /** A folder without any object in it is none to S3. */
  private async removeEmptyFolder(place: ObjectPlace): Promise<void> {
    const refused = clash(place, `there are objects below "${place.key}/"`);
    const { objects } = await this.reader.page(place.bucket, { prefix: `${place.key}/`, limit: 1 });
    if (objects.length > 0) throw refused;
    try {
      removeEmptyFolders(place.path);
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw refused;
      throw error;
    }
  }

  private async checkConditions(
    place: ObjectPlace,
    former: BigIntStats | undefined,
    options: WriteOptions,
  ): Promise<void> {
    if (options.ifNoneMatch === undefined && options.ifMatch === undefined) return;
    const info = former && toInfo(place.key, former, await this.metadata.read(place.bucket, place.key, former));
    checkConditions(place.key, info, options);
  }

  private async removeNow({ bucket, key, path: file }: ObjectPlace): Promise<boolean> {
    if (key.endsWith('/')) {
      if ((await this.metadata.marker(bucket, key)) === undefined) return false;
    } else {
      if ((await fileStats(file)) === undefined) return false;
      await fs.promises.unlink(file);
    }
    await this.metadata.remove(bucket, key);
    return true;
  }

  /** Removes the folders that hold nothing any more: on S3 a prefix ends with its last object. */
  private async prune(place: ObjectPlace): Promise<void> {
    let folder = place.key.endsWith('/') ? place.path : path.dirname(place.path);
    let key = place.key.endsWith('/') ? place.key : parentKey(place.key);
    while (folder !== place.root && folder.startsWith(place.root)) {
      // The folder of a cut segment has no marker of its own; asking for one is harmless.
      if (!(await this.removeFolder(place.bucket, key, folder))) return;
      key = parentKey(key.slice(0, -1));
      folder = path.dirname(folder);
    }
  }

  /** In turn with writers of the folder's marker, which must not lose their folder. */
  private removeFolder(bucket: string, key: string, folder: string): Promise<boolean> {
    return this.mutex.run(`${bucket}/${key}`, async () => {
      if ((await this.metadata.marker(bucket, key)) !== undefined) return false;
      return fs.promises.rmdir(folder).then(
        () => true,
        () => false,
      );
    });
  }
}

/** `a/b` → `a/`; `a` → ''. */
function parentKey(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

async function isFolder(file: string): Promise<boolean> {
  const stats = await fs.promises.lstat(file).catch(() => undefined);
  return stats?.isDirectory() ?? false;
}

function toRecord(options: WriteOptions, derived: string): ObjectRecord {
  const { etag = derived, contentType, contentEncoding, headers, metadata, tags, checksums, parts } = options;
  return { etag, contentType, contentEncoding, headers, metadata, tags, checksums, parts };
}

function checkConditions(key: string, former: ObjectInfo | undefined, options: WriteOptions): void {
  const failed = (condition: string) =>
    new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
      Condition: condition,
    });
  if (options.ifNoneMatch !== undefined && former !== undefined) throw failed('If-None-Match');
  if (options.ifMatch === undefined) return;
  if (former === undefined) throw noSuchKey(key);
  if (options.ifMatch.replaceAll('"', '') !== former.etag.replaceAll('"', '')) throw failed('If-Match');
}
