import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExtractionRefused } from './failure';

const MEMORY = 8 * 1024 * 1024;

/**
 * Lines that are written once and read once, in memory as long as they are few and in a temporary file beyond that: an
 * interval may have more records than the function has memory.
 */
export class Spool {
  private lines: string[] = [];
  private size = 0;
  private folder: string | undefined;
  private file = -1;
  private written = 0;

  /**
   * @param memory characters that are kept in memory
   * @param write appends to a file
   */
  public constructor(
    private readonly memory = MEMORY,
    private readonly write: (file: number, text: string) => void = writeFileSync,
  ) {}

  public get count(): number {
    return this.written + this.lines.length;
  }

  public add(value: unknown): void {
    const line = JSON.stringify(value);
    this.lines.push(line);
    this.size += line.length;
    if (this.size > this.memory) this.flush();
  }

  /** All values, in the order in which they were added. */
  public *read(): Generator<unknown> {
    if (this.file !== -1) {
      const buffer = Buffer.alloc(1024 * 1024);
      let rest: Buffer = Buffer.alloc(0);
      for (let at = 0; ; ) {
        const length = readSync(this.file, buffer, 0, buffer.length, at);
        if (length === 0) break;
        at += length;
        let data: Buffer = Buffer.concat([rest, buffer.subarray(0, length)]);
        for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10)) {
          yield JSON.parse(data.toString('utf8', 0, end));
          data = data.subarray(end + 1);
        }
        rest = data;
      }
    }
    for (const line of this.lines) yield JSON.parse(line);
  }

  /** Removes the file. */
  public end(): void {
    if (this.file !== -1) closeSync(this.file);
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    this.file = -1;
    this.folder = undefined;
    this.lines = [];
  }

  private flush(): void {
    if (this.folder === undefined) {
      this.folder = mkdtempSync(join(tmpdir(), 'extraction-'));
      this.file = openSync(join(this.folder, 'records'), 'w+');
    }
    try {
      this.write(this.file, `${this.lines.join('\n')}\n`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      throw new ExtractionRefused(
        'StorageFull',
        `after ${this.written} records the temporary storage (${tmpdir()}) has no space left`,
        'the records of a step fit there, as JSON',
        'divide the interval with the step of the watermark, or raise ephemeralStorageSize',
      );
    }
    this.written += this.lines.length;
    this.lines = [];
    this.size = 0;
  }
}
