import fs from 'node:fs';

/** How a spool file writes NULL: never quoted. The text `\N` is quoted, and so differs from it. */
export const NULL_TEXT = '\\N';

/** Characters that are held before they are written. */
const BLOCK = 1 << 18;

const NEEDS_QUOTES = /["\n\r,\\]/;

/** A value in a spool file: `"` doubled, in quotes where it has to be. */
export function spoolField(value: string | null): string {
  if (value === null) return NULL_TEXT;
  if (value === '' || NEEDS_QUOTES.test(value)) return `"${value.replaceAll('"', '""')}"`;
  return value;
}

/**
 * Rows as text on their way to a data file: CSV without a header, NULL as `\N`. The form is the one that PostgreSQL's
 * `COPY … TO STDOUT (FORMAT csv, NULL '\N')` gives, so that such a stream can be the file as it is.
 *
 * It writes synchronously. A source that can't be paused is held back by it, memory stays the same for any number of rows,
 * and a full disk is an error of the very call: a stream's `end(callback)` hands it to the callback as an argument, where
 * it is easily taken for success.
 */
export class TextSpool {
  /** A new file; an existing one is replaced. */
  public static create(file: string): TextSpool {
    return new TextSpool(file, fs.openSync(file, 'w'));
  }

  private held: string[] = [];
  private heldCharacters = 0;
  private written = 0;
  private rowCount = 0;
  private longest = 0;
  private closed = false;

  private constructor(
    public readonly file: string,
    private readonly handle: number,
  ) {}

  /** Rows so far. */
  public get rows(): number {
    return this.rowCount;
  }

  /** Size so far, in bytes; what is held back counts by its characters. */
  public get bytes(): number {
    return this.written + this.heldCharacters;
  }

  /** Characters of the longest row: a reader has to have room for it. */
  public get longestRow(): number {
    return this.longest;
  }

  /** @throws the file system's error, of this row or an earlier one */
  public write(row: readonly (string | null)[]): void {
    let line = '';
    for (const [index, value] of row.entries()) line += index === 0 ? spoolField(value) : `,${spoolField(value)}`;
    this.held.push(line);
    this.heldCharacters += line.length + 1;
    this.rowCount++;
    if (line.length > this.longest) this.longest = line.length;
    if (this.heldCharacters >= BLOCK) this.flush();
  }

  /** Everything is in the file. @throws the file system's error; the file is closed all the same */
  public close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.flush();
    } finally {
      fs.closeSync(this.handle);
    }
  }

  /** Closes and removes the file, without minding what can't be written. */
  public discard(): void {
    if (!this.closed) fs.closeSync(this.handle);
    this.closed = true;
    this.held = [];
    fs.rmSync(this.file, { force: true });
  }

  private flush(): void {
    if (this.held.length === 0) return;
    const bytes = Buffer.from(`${this.held.join('\n')}\n`, 'utf8');
    this.held = [];
    this.heldCharacters = 0;
    for (let offset = 0; offset < bytes.length; ) offset += fs.writeSync(this.handle, bytes, offset);
    this.written += bytes.length;
  }
}
