/** The state folder, `.lakewright/`: plain files that people can read. */
export interface Workspace {
  /** Absolute path. */
  readonly root: string;
  /** `<root>/buckets` */
  readonly buckets: string;
  /** `<root>/catalog` */
  readonly catalog: string;
  /** `<root>/runs` */
  readonly runs: string;
  /** `<root>/tmp`: on the same file system; emptied when a run starts. */
  readonly tmp: string;
  /** `<root>/metadata`: what S3 knows of an object beyond its bytes. */
  readonly metadata: string;
  /** `<root>/uploads`: multipart uploads that aren't complete. */
  readonly uploads: string;
  /** @throws LakewrightError LW_WORKSPACE_LOCKED unless this process is the one that may write */
  assertWritable(): void;
  /** A small JSON state file of a service (`state/<name>.json`): read, or undefined. */
  readState<T>(name: string): T | undefined;
  /** Atomic: temporary file + rename. `secret` keeps the file from other users of the machine (mode 0600). */
  writeState(name: string, value: unknown, options?: { readonly secret?: boolean }): void;
}
