import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { ServiceError } from '../services/service';
import { type BucketFolder, BucketFolders } from './bucket-folders';
import { keyToPath } from './object-key';
import { ObjectMetadata } from './object-metadata';
import { clash, isCaseInsensitive, type ObjectPlace, placeOf } from './object-place';
import { ObjectReader } from './object-reader';
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
import { ObjectWriter } from './object-writer';
import { pour } from './pour';
import { storageError } from './storage-error';
import type { Workspace } from './workspace';

export interface LocalObjectStoreOptions {
  /**
   * Whether the disk takes `A` and `a` for one name.
   *
   * @default - it is tried out
   */
  readonly caseInsensitive?: boolean;
}

/** Buckets as folders of the workspace, `buckets/<bucket>/<key>`. */
export class LocalObjectStore implements ObjectStore {
  private readonly folders: BucketFolders;
  private readonly metadata: ObjectMetadata;
  private readonly reader: ObjectReader;
  private readonly writer: ObjectWriter;
  private readonly listeners: ((change: ObjectChange) => void)[] = [];

  public constructor(
    private readonly workspace: Workspace,
    options: LocalObjectStoreOptions = {},
  ) {
    const caseInsensitive = options.caseInsensitive ?? isCaseInsensitive(workspace.tmp);
    this.folders = new BucketFolders(workspace.buckets);
    this.metadata = new ObjectMetadata(workspace.metadata, workspace.tmp);
    this.reader = new ObjectReader(this.folders, this.metadata, caseInsensitive);
    this.writer = new ObjectWriter(this.reader, this.metadata, caseInsensitive);
  }

  public buckets(): readonly { readonly name: string; readonly created: Date; readonly readOnly: boolean }[] {
    return this.folders.list().map(({ name, created, readOnly }) => ({ name, created, readOnly }));
  }

  public hasBucket(bucket: string): boolean {
    return this.folders.find(bucket) !== undefined;
  }

  public createBucket(bucket: string): void {
    this.workspace.assertWritable();
    this.folders.create(bucket);
  }

  public async deleteBucket(bucket: string): Promise<void> {
    this.writable(bucket);
    if ((await this.page(bucket, { limit: 1 })).objects.length > 0) {
      const message = 'The bucket you tried to delete is not empty';
      throw new ServiceError('BucketNotEmpty', message, 409, { BucketName: bucket });
    }
    this.folders.remove(bucket);
    await this.metadata.removeBucket(bucket);
  }

  public mount(bucket: string, folder: string): void {
    this.folders.mount(bucket, folder);
  }

  public head(bucket: string, key: string): Promise<ObjectInfo | undefined> {
    return this.reader.head(bucket, key);
  }

  public async list(bucket: string, options: ListOptions = {}): Promise<readonly ObjectInfo[]> {
    return (await this.page(bucket, options)).objects;
  }

  public page(bucket: string, options: PageOptions = {}): Promise<ObjectPage> {
    return this.reader.page(bucket, options);
  }

  public open(bucket: string, key: string): Promise<OpenObject> {
    return this.reader.open(bucket, key);
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
    const place = placeOf(this.writable(bucket), key);
    const temporary = path.join(this.workspace.tmp, randomUUID());
    return this.change(place, options, temporary, async () => {
      const { md5, size } = await pour(body, temporary);
      const sealed = { ...options, ...options.seal?.() };
      if (!key.endsWith('/'))
        return this.writer.putFile(place, temporary, { ...sealed, etag: sealed.etag ?? `"${md5}"` });
      if (size > 0) throw clash(place, 'it ends with a slash and has content');
      await fs.promises.rm(temporary, { force: true });
      return this.writer.putMarker(place, sealed);
    });
  }

  public async copy(
    from: { bucket: string; key: string },
    to: { bucket: string; key: string },
    options: WriteOptions = {},
  ): Promise<ObjectInfo> {
    const source = await this.open(from.bucket, from.key);
    try {
      const { contentType, contentEncoding, headers, metadata, tags, checksums } = source.info;
      // A composite checksum says how the source was uploaded, not what is in it.
      const whole = Object.values(checksums ?? {}).some((value) => value.includes('-')) ? undefined : checksums;
      const kept = { contentType, contentEncoding, headers, metadata, tags, checksums: whole };
      const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      return await this.write(to.bucket, to.key, source.stream(), { ...kept, reason: 'CopyObject', ...given });
    } finally {
      await source.close();
    }
  }

  public async publish(file: string, bucket: string, key: string, options: WriteOptions = {}): Promise<ObjectInfo> {
    const place = placeOf(this.writable(bucket), key);
    if (key.endsWith('/')) throw new ServiceError('InvalidArgument', `a file can't become the folder "${key}"`);
    return this.change(place, options, undefined, () =>
      this.writer.putFile(place, file, { ...options, ...options.seal?.() }),
    );
  }

  public async delete(bucket: string, key: string): Promise<void> {
    const place = placeOf(this.writable(bucket), key);
    try {
      if (!(await this.writer.remove(place))) return;
    } catch (error) {
      throw storageError(error, `deleting "${key}" from bucket "${bucket}"`);
    }
    this.notify({ kind: 'deleted', bucket, key, reason: 'DeleteObject' });
  }

  public async setTags(bucket: string, key: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.writer.setTags(placeOf(this.writable(bucket), key), tags);
  }

  public path(bucket: string, key: string): string {
    return keyToPath(this.folders.get(bucket).folder, key);
  }

  public async stage(bucket: string): Promise<string> {
    this.writable(bucket);
    const folder = path.join(this.workspace.tmp, `stage-${randomUUID()}`);
    try {
      await fs.promises.mkdir(folder, { recursive: true });
    } catch (error) {
      throw storageError(error, `preparing to write to bucket "${bucket}"`);
    }
    return folder;
  }

  public stageFile(bucket: string): string {
    this.writable(bucket);
    return path.join(this.workspace.tmp, `stage-${randomUUID()}`);
  }

  public onChange(listener: (change: ObjectChange) => void): void {
    this.listeners.push(listener);
  }

  /** Makes an object, tells it, and leaves no temporary file if that fails. */
  private async change(
    place: ObjectPlace,
    { reason = 'PutObject' }: WriteOptions,
    temporary: string | undefined,
    make: () => Promise<ObjectInfo>,
  ): Promise<ObjectInfo> {
    const { bucket, key } = place;
    let info: ObjectInfo;
    try {
      info = await make();
    } catch (error) {
      if (temporary !== undefined) await fs.promises.rm(temporary, { force: true });
      throw storageError(error, `writing "${key}" to bucket "${bucket}"`);
    }
    this.notify({ kind: 'created', bucket, key, size: info.size, etag: info.etag, reason });
    return info;
  }

  private writable(bucket: string): BucketFolder {
    this.workspace.assertWritable();
    return this.folders.getWritable(bucket);
  }

  private notify(change: ObjectChange): void {
    for (const listener of this.listeners) listener(change);
  }
}
