/** What the work needs of S3. Names are relative to the inbox, the target or the state location. */
export interface DropStore {
  /** Objects of the inbox whose names come after `after`, in order. */
  list(after?: string): Promise<{ objects: { name: string; etag: string; size: number }[]; more: boolean }>;
  head(name: string): Promise<{ etag: string; size: number } | undefined>;
  /** Writes that version of an object to a file; `PreconditionFailed` or `NoSuchKey` if it is no longer there. */
  download(name: string, etag: string, path: string): Promise<void>;
  /** Copies that version of an object of the inbox to the state location. */
  keep(name: string, etag: string, as: string): Promise<void>;
  /** Puts a file into the target, whole or not at all. */
  upload(path: string, as: string): Promise<void>;
  readState(name: string): Promise<unknown>;
  writeState(name: string, value: unknown): Promise<void>;
  /** Puts a file into the state location. */
  uploadState(path: string, as: string): Promise<void>;
  inboxUri(name: string): string;
  targetUri(name: string): string;
  stateUri(name: string): string;
}
