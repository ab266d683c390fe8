/** A file that can't be taken: `Code: what it is → what is allowed → what to do`. */
export class FileError extends Error {
  public constructor(
    public readonly code: string,
    what: string,
    allowed: string,
    change: string,
  ) {
    super(`${code}: ${what} → ${allowed} → ${change}`);
    this.name = 'FileError';
  }
}
