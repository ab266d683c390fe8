import fs from 'node:fs';
import path from 'node:path';
import { ServiceError } from '../services/service';
import { checkBucketName, isBucketName } from './bucket-name';
import { errorCode, storageError } from './storage-error';

export interface BucketFolder {
  readonly name: string;
  /** Absolute; symbolic links resolved. */
  readonly folder: string;
  readonly created: Date;
  readonly readOnly: boolean;
}

/** Which buckets there are: the folders under `buckets/`, and the mounted ones. */
export class BucketFolders {
  private readonly mounts = new Map<string, BucketFolder>();

  public constructor(private readonly root: string) {}

  /** By name. */
  public list(): BucketFolder[] {
    const own = fs
      .readdirSync(this.root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isBucketName(entry.name) && !this.mounts.has(entry.name))
      .map((entry) => this.own(entry.name));
    return [...own, ...this.mounts.values()]
      .filter((bucket) => bucket !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  public find(name: string): BucketFolder | undefined {
    return this.mounts.get(name) ?? this.own(name);
  }

  /** @throws ServiceError NoSuchBucket */
  public get(name: string): BucketFolder {
    const bucket = this.find(name);
    if (bucket !== undefined) return bucket;
    throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
  }

  /** @throws ServiceError NoSuchBucket, AccessDenied for a mounted bucket */
  public getWritable(name: string): BucketFolder {
    const bucket = this.get(name);
    if (!bucket.readOnly) return bucket;
    throw new ServiceError(
      'AccessDenied',
      `bucket "${name}" is the folder ${bucket.folder}, mounted read-only by lakewright.config.json → write to another bucket`,
      403,
    );
  }

  public create(name: string): void {
    checkBucketName(name);
    if (this.mounts.has(name)) {
      throw new ServiceError('BucketAlreadyExists', `bucket "${name}" is mounted by lakewright.config.json`, 409, {
        BucketName: name,
      });
    }
    try {
      fs.mkdirSync(path.join(this.root, name), { recursive: true });
    } catch (error) {
      throw storageError(error, `creating bucket "${name}"`);
    }
  }

  /** @throws ServiceError BucketNotEmpty */
  public remove(name: string): void {
    const { folder } = this.getWritable(name);
    try {
      removeEmptyFolders(folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? ''))
        throw storageError(error, `deleting bucket "${name}"`);
      throw new ServiceError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
        BucketName: name,
      });
    }
  }

  public mount(name: string, folder: string): void {
    checkBucketName(name);
    if (this.own(name) !== undefined) {
      throw new ServiceError(
        'BucketAlreadyExists',
        `bucket "${name}" is a folder of the workspace → only a bucket outside of the template can be mounted → remove it from lakewright.config.json`,
        409,
        { BucketName: name },
      );
    }
    const real = fs.realpathSync.native(folder);
    this.mounts.set(name, { name, folder: real, created: fs.statSync(real).birthtime, readOnly: true });
  }

  private own(name: string): BucketFolder | undefined {
    if (!isBucketName(name)) return undefined;
    const folder = path.join(this.root, name);
    const stats = fs.lstatSync(folder, { throwIfNoEntry: false });
    if (!stats?.isDirectory()) return undefined;
    return { name, folder, created: stats.birthtime, readOnly: false };
  }
}

/** Removes a folder that holds no file, and fails with ENOTEMPTY otherwise, whatever appears in the meantime. */
export function removeEmptyFolders(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(path.join(folder, entry.name));
  }
  fs.rmdirSync(folder);
}
