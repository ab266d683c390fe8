import fs from 'node:fs';

/** Characters that are held before they are written. */
const BLOCK = 1 << 18;

/**
 * A text file that is written line by line. Writes are synchronous: the source is held back by them, and a full disk is an
 * error of the very call.
 */
export class LineFile {
  private readonly handle: number;
  private held: string[] = [];
  private heldCharacters = 0;
  private written = 0;
  private closed = false;
  private count = 0;

  public constructor(public readonly file: string) {
    this.handle = fs.openSync(file, 'w');
  }

  /** Lines so far. */
  public get lines(): number {
    return this.count;
  }

  /** Size so far, in bytes; what is held back counts by its characters. */
  public get bytes(): number {
    return this.written + this.heldCharacters;
  }

  public write(line: string): void {
    this.held.push(line);
    this.heldCharacters += line.length + 1;
    this.count++;
    if (this.heldCharacters >= BLOCK) this.flush();
  }

  public close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.flush();
      fs.fsyncSync(this.handle);
    } finally {
      fs.closeSync(this.handle);
    }
  }

  /** Closes the file without minding what can't be written. */
  public abandon(): void {
    if (!this.closed) fs.closeSync(this.handle);
    this.closed = true;
    this.held = [];
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
