import type { Readable } from 'node:stream';

export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date;
  /** With quotes, as S3 sends it. Files that engines wrote have one derived from size and time: not always an MD5. */
  readonly etag: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface WriteOptions {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** S3 conditional writes: fail with PreconditionFailed. `*` = only if absent. */
  readonly ifNoneMatch?: '*';
  readonly ifMatch?: string;
}

export interface ListOptions {
  readonly prefix?: string;
  /** Only keys after this one, in UTF-8 binary order. */
  readonly startAfter?: string;
  readonly limit?: number;
}

/**
 * Buckets as plain folders. An object is visible only when it is whole (temporary file + rename), and what was
 * acknowledged survives a kill at any moment. Keys are checked: nothing outside the bucket's folder is ever touched.
 *
 * Errors are `ServiceError`s with S3's codes (NoSuchBucket, NoSuchKey, InvalidArgument, PreconditionFailed …).
 */
export interface ObjectStore {
  buckets(): readonly { readonly name: string; readonly created: Date; readonly readOnly: boolean }[];
  hasBucket(bucket: string): boolean;
  createBucket(bucket: string): void;
  /** Refuses with BucketNotEmpty unless empty. */
  deleteBucket(bucket: string): Promise<void>;
  /** Mounts an outside folder as a read-only bucket. */
  mount(bucket: string, folder: string): void;

  head(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  /** In UTF-8 binary order of keys. */
  list(bucket: string, options?: ListOptions): Promise<readonly ObjectInfo[]>;
  /** `start` and `end` inclusive. */
  read(bucket: string, key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  write(bucket: string, key: string, body: Readable | Buffer | string, options?: WriteOptions): Promise<ObjectInfo>;
  copy(
    from: { bucket: string; key: string },
    to: { bucket: string; key: string },
    options?: WriteOptions,
  ): Promise<ObjectInfo>;
  /** Deleting what isn't there is no error, as on S3. */
  delete(bucket: string, key: string): Promise<void>;

  /** Absolute path of the file that holds the object: what engines read. */
  path(bucket: string, key: string): string;
  /** A fresh folder on the same file system as the bucket, outside of it: engines write here … */
  stage(bucket: string): Promise<string>;
  /** … and a finished file becomes an object by a rename. */
  publish(file: string, bucket: string, key: string, options?: WriteOptions): Promise<ObjectInfo>;
  /** Called for each object created or deleted, after it is durable. */
  onChange(listener: (change: ObjectChange) => void): void;
}

export interface ObjectChange {
  readonly kind: 'created' | 'deleted';
  readonly bucket: string;
  readonly key: string;
  readonly size?: number;
  readonly etag?: string;
  /** `PutObject`, `CompleteMultipartUpload`, `CopyObject`, `DeleteObject` */
  readonly reason: string;
}
