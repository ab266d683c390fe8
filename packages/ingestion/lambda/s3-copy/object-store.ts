/** One object of a listing. */
export interface ListedObject {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
}

/** A page of a listing, in the order of S3: by the keys' UTF-8 bytes. */
export interface ListedPage {
  readonly objects: ListedObject[];
  readonly more: boolean;
}

/** What an object carries beside its bytes, and what a copy of it must carry as well. */
export interface ObjectHead {
  readonly etag: string;
  readonly size: number;
  readonly metadata: Record<string, string>;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentDisposition?: string;
  readonly cacheControl?: string;
  readonly expires?: Date;
}

/** The bucket that is copied from. Errors carry S3's own names (`NoSuchKey`, `AccessDenied`). */
export interface SourceStore {
  /** The objects below a prefix whose keys come after `after`. */
  list(prefix: string, after?: string): Promise<ListedPage>;
  head(key: string): Promise<ObjectHead | undefined>;
  /** The tags, written as in a query string. */
  tags(key: string): Promise<string>;
}

/** A version of a source object: if it changed since, S3 answers `PreconditionFailed`. */
export interface SourceVersion {
  readonly key: string;
  readonly etag: string;
}

/** The bucket that is copied into: nothing in it is ever deleted. */
export interface TargetStore {
  list(prefix: string, after?: string): Promise<ListedPage>;
  head(key: string): Promise<ObjectHead | undefined>;
  /** Up to 5 GiB; tags come along. */
  copy(source: SourceVersion, key: string, head: ObjectHead): Promise<void>;
  createUpload(key: string, head: ObjectHead, tags: string): Promise<string>;
  /** The ETag of the part; `last` is included, as in an HTTP range. */
  copyPart(upload: Upload, part: number, source: SourceVersion, first: number, last: number): Promise<string>;
  /** Part number → ETag; `NoSuchUpload` if it was completed, aborted or swept. */
  parts(upload: Upload): Promise<Map<number, string>>;
  complete(upload: Upload, parts: Map<number, string>): Promise<void>;
  abort(upload: Upload): Promise<void>;
}

export interface Upload {
  readonly key: string;
  readonly uploadId: string;
}

/** JSON documents of the copy, below its state location. */
export interface StateStore {
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
  /** For messages: where a document is. */
  uri(name: string): string;
}

/** Whether an error has one of these names of S3. */
export function isError(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
