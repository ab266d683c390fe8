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
  /** Further headers that were stored with the object (`cache-control`, `content-disposition` …), lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Base64 by algorithm (`CRC32`, `SHA256` …), as far as the client gave them. */
  readonly checksums?: Readonly<Record<string, string>>;
  /** Bytes of each part of a multipart upload, in order. */
  readonly parts?: readonly number[];
}

export interface WriteOptions {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** S3 conditional writes: fail with PreconditionFailed. `*` = only if absent. */
  readonly ifNoneMatch?: '*';
  readonly ifMatch?: string;
  /** Further headers to keep, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly checksums?: Readonly<Record<string, string>>;
  readonly parts?: readonly number[];
  /**
   * With quotes.
   *
   * @default - the MD5 of the body; for a published file, one derived from its size and time
   */
  readonly etag?: string;
  /** For `ObjectChange.reason`. */
  readonly reason?: string;
  /** Called when the body has ended and nothing is visible yet: what is known only by then (a trailing checksum). */
  seal?(): Partial<WriteOptions>;
}

export interface ListOptions {
  readonly prefix?: string;
  /** Only keys after this one, in UTF-8 binary order. */
  readonly startAfter?: string;
  readonly limit?: number;
}

export interface PageOptions extends ListOptions {
  /** Keys that share the text up to it, after the prefix, are one entry. */
  readonly delimiter?: string;
}

/** A page of a listing; objects and common prefixes together count as entries. */
export interface ObjectPage {
  readonly objects: readonly ObjectInfo[];
  readonly prefixes: readonly string[];
  /** `startAfter` of the next page; undefined on the last one. */
  readonly next?: string;
}

/** An object as it was when it was opened: overwriting or deleting it doesn't change what is read. */
export interface OpenObject {
  readonly info: ObjectInfo;
  /** `start` and `end` inclusive. Closes the object at its end; call once. */
  stream(range?: { readonly start: number; readonly end: number }): Readable;
  close(): Promise<void>;
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
  page(bucket: string, options?: PageOptions): Promise<ObjectPage>;
  /** @throws ServiceError NoSuchKey */
  open(bucket: string, key: string): Promise<OpenObject>;
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

  setTags(bucket: string, key: string, tags: Readonly<Record<string, string>>): Promise<void>;

  /** Absolute path of the file that holds the object: what engines read. */
  path(bucket: string, key: string): string;
  /** A fresh folder on the same file system as the bucket, outside of it: engines write here … */
  stage(bucket: string): Promise<string>;
  /** … or, where it is one file, to this path, at which there is nothing yet. */
  stageFile(bucket: string): string;
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
