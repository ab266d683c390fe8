import { createHash, randomUUID } from 'node:crypto';
import fs, { type BigIntStats } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ServiceError } from '../services/service';
import { BucketFolders, removeEmptyFolders } from './bucket-folders';
import { KeyMutex } from './key-mutex';
import { keyToPath } from './object-key';
import { ObjectMetadata, type ObjectRecord } from './object-metadata';
import {
  assertInside,
  assertNoCaseClash,
  clash,
  isCaseInsensitive,
  makeFolders,
  type ObjectPlace,
  placeOf,
} from './object-place';
import type {
  ListOptions,
  ObjectChange,
  ObjectInfo,
  ObjectPage,
  ObjectStore,
  OpenObject,
  PageOptions,
  WriteOptions,
} from './object-store';
import { type FoundKey, ObjectWalk } from './object-walk';
import { errorCode, isMissing, storageError } from './storage-error';
import type { Workspace } from './workspace';

export interface LocalObjectStoreOptions {
  /**
   * Whether the disk takes `A` and `a` for one name.
   *
   * @default - it is tried out
   */
  readonly caseInsensitive?: boolean;
}

const EMPTY_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';
/** Objects whose sidecars are read at the same time. */
const PARALLEL_READS = 64;
/** A folder can vanish between its creation and the rename into it, when its last object is deleted meanwhile. */
const PLACE_ATTEMPTS = 20;

/** Buckets as folders of the workspace, `buckets/<bucket>/<key>`. */
export class LocalObjectStore implements ObjectStore {
  private readonly folders: BucketFolders;
  private readonly metadata: ObjectMetadata;
  private readonly mutex = new KeyMutex();
  private readonly listeners: ((change: ObjectChange) => void)[] = [];
  private readonly caseInsensitive: boolean;

  public constructor(
    private readonly workspace: Workspace,
    options: LocalObjectStoreOptions = {},
  ) {
    this.folders = new BucketFolders(workspace.buckets);
    this.metadata = new ObjectMetadata(workspace.metadata, workspace.tmp);
    this.caseInsensitive = options.caseInsensitive ?? isCaseInsensitive(workspace.tmp);
  }

  public buckets(): readonly { readonly name: string; readonly created: Date; readonly readOnly: boolean }[] {
    return this.folders.list().map(({ name, created, readOnly }) => ({ name, created, readOnly }));
  }

  public hasBucket(bucket: string): boolean {
    return this.folders.find(bucket) !== undefined;
  }

  public createBucket(bucket: string): void {
    this.folders.create(bucket);
  }

  public async deleteBucket(bucket: string): Promise<void> {
    this.folders.getWritable(bucket);
    if ((await this.page(bucket, { limit: 1 })).objects.length > 0) {
      throw new ServiceError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
        BucketName: bucket,
      });
    }
    this.folders.remove(bucket);
    await this.metadata.removeBucket(bucket);
  }

  public mount(bucket: string, folder: string): void {
    this.folders.mount(bucket, folder);
  }

  public async head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    const place = placeOf(this.folders.get(bucket), key);
    if (key.endsWith('/')) return this.describe(bucket, { key });
    await this.assertReadable(place);
    return this.describe(bucket, { key, file: place.path });
  }

  public async list(bucket: string, options: ListOptions = {}): Promise<readonly ObjectInfo[]> {
    return (await this.page(bucket, options)).objects;
  }

  public async page(bucket: string, options: PageOptions = {}): Promise<ObjectPage> {
    const { folder } = this.folders.get(bucket);
    const { prefix = '', startAfter = '', limit = Number.POSITIVE_INFINITY, delimiter } = options;
    const isMarker = async (key: string) => (await this.metadata.marker(bucket, key)) !== undefined;
    const walk = new ObjectWalk(folder, { prefix, startAfter, isMarker });
    const found: FoundKey[] = [];
    const prefixes: string[] = [];
    let last = '';
    let more = false;
    if (limit > 0) {
      for await (const entry of walk.keys()) {
        const end = delimiter ? entry.key.indexOf(delimiter, prefix.length) : -1;
        const common = end < 0 ? undefined : entry.key.slice(0, end + (delimiter ?? '').length);
        if (common !== undefined) walk.skip = common;
        // A page may start after a common prefix: the keys below it were covered by the page before.
        if (common !== undefined && startAfter.startsWith(common)) continue;
        if (found.length + prefixes.length >= limit) {
          more = true;
          break;
        }
        if (common === undefined) found.push(entry);
        else prefixes.push(common);
        last = common ?? entry.key;
      }
    }
    const objects = await this.describeAll(bucket, found);
    return { objects, prefixes, next: more ? last : undefined };
  }

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

  public async read(bucket: string, key: string, range?: { start: number; end: number }): Promise<Readable> {
    return (await this.open(bucket, key)).stream(range);
  }

  public async write(
    bucket: string,
    key: string,
    body: Readable | Buffer | string,
    options: WriteOptions = {},
  ): Promise<ObjectInfo> {
    const place = placeOf(this.folders.getWritable(bucket), key);
    const temporary = this.temporary();
    try {
      const { md5, size } = await pour(body, temporary);
      const sealed = { ...options, ...options.seal?.() };
      const etag = sealed.etag ?? `"${md5}"`;
      if (key.endsWith('/')) return await this.commitMarker(place, size, { ...sealed, etag });
      return await this.commit(place, temporary, { ...sealed, etag });
    } catch (error) {
      throw storageError(error, `writing "${key}" to bucket "${bucket}"`);
    } finally {
      await fs.promises.rm(temporary, { force: true });
    }
  }

  public async copy(
    from: { bucket: string; key: string },
    to: { bucket: string; key: string },
    options: WriteOptions = {},
  ): Promise<ObjectInfo> {
    const source = await this.open(from.bucket, from.key);
    try {
      const { contentType, contentEncoding, headers, metadata, tags, checksums } = source.info;
      const kept = { contentType, contentEncoding, headers, metadata, tags, checksums };
      return await this.write(to.bucket, to.key, source.stream(), {
        ...kept,
        reason: 'CopyObject',
        ...defined(options),
      });
    } finally {
      await source.close();
    }
  }

  public async delete(bucket: string, key: string): Promise<void> {
    const place = placeOf(this.folders.getWritable(bucket), key);
    await assertInside(place);
    try {
      const deleted = await this.mutex.run(`${bucket}/${key}`, () => this.remove(place));
      if (!deleted) return;
      await this.prune(place);
    } catch (error) {
      throw storageError(error, `deleting "${key}" from bucket "${bucket}"`);
    }
    this.notify({ kind: 'deleted', bucket, key, reason: 'DeleteObject' });
  }

  public async setTags(bucket: string, key: string, tags: Readonly<Record<string, string>>): Promise<void> {
    const place = placeOf(this.folders.getWritable(bucket), key);
    await this.mutex.run(`${bucket}/${key}`, async () => {
      const marker = await this.metadata.marker(bucket, key);
      if (marker !== undefined) return this.metadata.writeMarker(bucket, key, { ...marker, tags }, marker.modified);
      const stats = await this.stats(place.path);
      if (stats === undefined) throw noSuchKey(key);
      const record = await this.metadata.read(bucket, key, stats);
      return this.metadata.write(bucket, key, { ...record, tags }, stats, undefined);
    });
  }

  public path(bucket: string, key: string): string {
    return keyToPath(this.folders.get(bucket).folder, key);
  }

  public async stage(bucket: string): Promise<string> {
    this.folders.getWritable(bucket);
    const folder = path.join(this.workspace.tmp, `stage-${randomUUID()}`);
    try {
      await fs.promises.mkdir(folder, { recursive: true });
    } catch (error) {
      throw storageError(error, `preparing to write to bucket "${bucket}"`);
    }
    return folder;
  }

  public async publish(file: string, bucket: string, key: string, options: WriteOptions = {}): Promise<ObjectInfo> {
    const place = placeOf(this.folders.getWritable(bucket), key);
    if (key.endsWith('/')) throw new ServiceError('InvalidArgument', `a file can't become the folder "${key}"`);
    try {
      return await this.commit(place, file, { ...options, ...options.seal?.() });
    } catch (error) {
      throw storageError(error, `writing "${key}" to bucket "${bucket}"`);
    }
  }

  public onChange(listener: (change: ObjectChange) => void): void {
    this.listeners.push(listener);
  }

  /** The file takes its place. Until the rename, nobody sees anything of it; after it, it is all there. */
  private async commit(place: ObjectPlace, file: string, options: WriteOptions): Promise<ObjectInfo> {
    const { bucket, key } = place;
    const info = await this.mutex.run(`${bucket}/${key}`, async () => {
      if (this.caseInsensitive) await assertNoCaseClash(place);
      const former = await this.stats(place.path);
      await this.checkConditions(place, former, options);
      const stats = await fs.promises.stat(file, { bigint: true });
      const record = toRecord(options);
      if (Object.values(record).some((value) => value !== undefined) || former !== undefined) {
        const etag = options.etag ?? (await this.metadata.read('', '', stats)).etag;
        await this.metadata.write(bucket, key, { ...record, etag }, stats, former);
      }
      await this.moveIn(place, file);
      return toInfo(key, stats, await this.metadata.read(bucket, key, stats));
    });
    const { size, etag } = info;
    this.notify({ kind: 'created', bucket, key, size, etag, reason: options.reason ?? 'PutObject' });
    return info;
  }

  private async moveIn(place: ObjectPlace, file: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await makeFolders(place, path.dirname(place.path));
      await assertInside(place);
      try {
        await fs.promises.rename(file, place.path);
        return;
      } catch (error) {
        const code = errorCode(error);
        const isFolder =
          ['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(code ?? '') && (await this.isFolder(place));
        if (isFolder && !(await this.removeEmptyFolder(place))) {
          throw clash(place, `there are objects below "${place.key}/"`);
        }
        if (isFolder) continue;
        if (code !== 'ENOENT' || attempt === PLACE_ATTEMPTS || !fs.existsSync(file)) throw error;
      }
    }
  }

  private async commitMarker(place: ObjectPlace, size: number, options: WriteOptions): Promise<ObjectInfo> {
    const { bucket, key } = place;
    if (size > 0) throw clash(place, 'it ends with a slash and has content');
    const info = await this.mutex.run(`${bucket}/${key}`, async () => {
      if (this.caseInsensitive) await assertNoCaseClash(place);
      const former = await this.describe(bucket, { key });
      checkConditions(key, former, options);
      await makeFolders(place, place.path);
      await assertInside(place);
      await this.metadata.writeMarker(bucket, key, { ...toRecord(options), etag: EMPTY_ETAG }, Date.now());
      return this.describe(bucket, { key });
    });
    if (info === undefined) throw noSuchKey(key);
    this.notify({ kind: 'created', bucket, key, size, etag: info.etag, reason: options.reason ?? 'PutObject' });
    return info;
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

  private async remove(place: ObjectPlace): Promise<boolean> {
    const { bucket, key } = place;
    if (key.endsWith('/')) {
      const there = (await this.metadata.marker(bucket, key)) !== undefined;
      if (there) await this.metadata.remove(bucket, key);
      return there;
    }
    if ((await this.stats(place.path)) === undefined) return false;
    await fs.promises.unlink(place.path);
    await this.metadata.remove(bucket, key);
    return true;
  }

  /** Removes the folders that hold nothing any more: on S3 a prefix ends with its last object. */
  private async prune(place: ObjectPlace): Promise<void> {
    let folder = place.key.endsWith('/') ? place.path : path.dirname(place.path);
    let key = place.key.replace(/\/$/, '');
    if (!place.key.endsWith('/')) key = key.slice(0, key.lastIndexOf('/') + 1).replace(/\/$/, '');
    while (folder !== place.root && folder.startsWith(place.root)) {
      const current = folder;
      const removed = await this.mutex.run(`${place.bucket}/${key}/`, async () => {
        if ((await this.metadata.marker(place.bucket, `${key}/`)) !== undefined) return false;
        return fs.promises.rmdir(current).then(
          () => true,
          () => false,
        );
      });
      if (!removed) return;
      // The key of a cut segment's folder isn't the key of a folder marker; asking for its marker is harmless.
      key = key.slice(0, Math.max(key.lastIndexOf('/'), 0));
      folder = path.dirname(folder);
    }
  }

  private async describe(bucket: string, found: FoundKey): Promise<ObjectInfo | undefined> {
    if (found.file === undefined) {
      const marker = await this.metadata.marker(bucket, found.key);
      if (marker === undefined) return undefined;
      const { modified, ...record } = marker;
      return { ...record, key: found.key, size: 0, lastModified: new Date(modified) };
    }
    const stats = await this.stats(found.file);
    return stats && toInfo(found.key, stats, await this.metadata.read(bucket, found.key, stats));
  }

  private async describeAll(bucket: string, found: readonly FoundKey[]): Promise<ObjectInfo[]> {
    const objects: ObjectInfo[] = [];
    for (let start = 0; start < found.length; start += PARALLEL_READS) {
      const batch = await Promise.all(
        found.slice(start, start + PARALLEL_READS).map((key) => this.describe(bucket, key)),
      );
      objects.push(...batch.filter((info) => info !== undefined));
    }
    return objects;
  }

  /** Of a file; undefined for anything else. */
  private async stats(file: string): Promise<BigIntStats | undefined> {
    try {
      const stats = await fs.promises.lstat(file, { bigint: true });
      return stats.isFile() ? stats : undefined;
    } catch (error) {
      if (isMissing(error) || errorCode(error) === 'ENAMETOOLONG') return undefined;
      throw storageError(error, `reading ${file}`);
    }
  }

  private async openFile(place: ObjectPlace): Promise<fs.promises.FileHandle> {
    if ((await this.stats(place.path)) === undefined) throw noSuchKey(place.key);
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

  private async isFolder(place: ObjectPlace): Promise<boolean> {
    const stats = await fs.promises.lstat(place.path).catch(() => undefined);
    return stats?.isDirectory() ?? false;
  }

  /** A folder without any object in it is none to S3. */
  private async removeEmptyFolder(place: ObjectPlace): Promise<boolean> {
    if ((await this.page(place.bucket, { prefix: `${place.key}/`, limit: 1 })).objects.length > 0) return false;
    try {
      removeEmptyFolders(place.path);
      return true;
    } catch {
      return false;
    }
  }

  private temporary(): string {
    return path.join(this.workspace.tmp, randomUUID());
  }

  private notify(change: ObjectChange): void {
    for (const listener of this.listeners) listener(change);
  }
}

function noSuchKey(key: string): ServiceError {
  return new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
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

function toRecord(options: WriteOptions): Partial<ObjectRecord> {
  const { etag, contentType, contentEncoding, headers, metadata, tags, checksums, parts } = options;
  return { etag, contentType, contentEncoding, headers, metadata, tags, checksums, parts };
}

function toInfo(key: string, stats: BigIntStats, record: ObjectRecord): ObjectInfo {
  const { etag, contentType, contentEncoding, headers, metadata, tags, checksums, parts } = record;
  const kept = { etag, contentType, contentEncoding, headers, metadata, tags, checksums, parts };
  return { key, size: Number(stats.size), lastModified: new Date(Number(stats.mtimeMs)), ...kept };
}

function defined(options: WriteOptions): WriteOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

async function pour(body: Readable | Buffer | string, file: string): Promise<{ md5: string; size: number }> {
  const hash = createHash('md5');
  let size = 0;
  if (!(body instanceof Readable)) {
    const bytes = Buffer.from(body);
    await fs.promises.writeFile(file, bytes, { flag: 'wx' });
    return { md5: hash.update(bytes).digest('hex'), size: bytes.length };
  }
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(body, meter, fs.createWriteStream(file, { flags: 'wx', highWaterMark: 1 << 20 }));
  return { md5: hash.digest('hex'), size };
}
