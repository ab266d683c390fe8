import { refuse } from './private/refuse';

/**
 * Where the files of one full load lie, next to those of another.
 *
 * DMS counts the files of each load from `LOAD00000001` on and deletes none: a second load in the same folder overwrites some
 * files of the first and leaves the others.
 */
export class LoadFolder {
  /** No folder: `prefix/schema/table`. A replication that has loaded is not loaded again. The default. */
  public static shared(): LoadFolder {
    return new LoadFolder(undefined, false);
  }

  /**
   * A folder of this name: `prefix/load=name/schema/table`. Give another name, with `allowReload`, to load again.
   *
   * @param name letters, digits, `-` and `_`
   * @throws `InvalidLoadFolder`
   */
  public static named(name: string): LoadFolder {
    if (!/^[\w-]{1,64}$/.test(name)) {
      refuse('InvalidLoadFolder', `load folder "${name}"`, 'up to 64 letters, digits, "-" and "_"', 'mend the name');
    }
    return new LoadFolder(name, false);
  }

  /**
   * Each run of a pipeline loads into a folder of its own: `prefix/load=<run>/schema/table`. With `LoadMode.fullLoad()` only.
   */
  public static eachRun(): LoadFolder {
    return new LoadFolder('first', true);
  }

  private constructor(
    private readonly name: string | undefined,
    /** Whether a pipeline gives each load its own. */
    public readonly isPerRun: boolean,
  ) {}

  /** @internal */
  public _folder(prefix: string): string {
    return [prefix, ...(this.name === undefined ? [] : [`load=${this.name}`])].filter((part) => part !== '').join('/');
  }
}
