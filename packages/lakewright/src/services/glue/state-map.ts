import type { Workspace } from '../../workspace/workspace';

/** A small named collection of a service in the workspace: `state/<file>.json`, name → entry. Read afresh on each use. */
export class StateMap<T> {
  public constructor(
    private readonly workspace: Workspace,
    private readonly file: string,
  ) {}

  public get(name: string): T | undefined {
    const all = this.all();
    return Object.hasOwn(all, name) ? all[name] : undefined;
  }

  public entries(): [string, T][] {
    return Object.entries(this.all());
  }

  public values(): T[] {
    return Object.values(this.all());
  }

  public put(name: string, entry: T): void {
    this.workspace.writeState(this.file, { ...this.all(), [name]: entry });
  }

  /** True if there was one. */
  public delete(name: string): boolean {
    const { [name]: removed, ...rest } = this.all();
    if (removed === undefined) return false;
    this.workspace.writeState(this.file, rest);
    return true;
  }

  private all(): Record<string, T> {
    return this.workspace.readState<Record<string, T>>(this.file) ?? {};
  }
}
