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
  /** A small JSON state file of a service (`state/<name>.json`): read, or undefined. */
  readState<T>(name: string): T | undefined;
  /** Atomic: temporary file + rename. */
  writeState(name: string, value: unknown): void;
}
