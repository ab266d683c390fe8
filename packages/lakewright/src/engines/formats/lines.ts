import type { Readable } from 'node:stream';
import { decompressed } from './compression/stream';

export interface LineOptions {
  /** Its ending says how it is compressed. */
  readonly name: string;
  /** `skip.header.line.count` and `skip.footer.line.count`. */
  readonly skipHeader: number;
  readonly skipFooter: number;
}

/**
 * The lines of a text object, some at a time. `\n`, `\r` and `\r\n` end a line; a byte order mark goes; bytes that aren't
 * UTF-8 become U+FFFD, as Hadoop's Text reads them.
 */
export async function* readLines(stream: Readable, options: LineOptions): AsyncGenerator<string[]> {
  let skip = options.skipHeader;
  const held: string[] = [];
  for await (let lines of rawLines(decompressed(stream, options.name))) {
    if (skip > 0) {
      const dropped = Math.min(skip, lines.length);
      lines = lines.slice(dropped);
      skip -= dropped;
    }
    if (options.skipFooter > 0) {
      held.push(...lines);
      lines = held.splice(0, Math.max(0, held.length - options.skipFooter));
    }
    if (lines.length) yield lines;
  }
}

async function* rawLines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    // A \r at the end may be half of \r\n.
    const end = rest.endsWith('\r') ? rest.length - 1 : rest.length;
    const lines = rest.slice(0, end).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + rest.slice(end);
    if (lines.length) yield lines;
  }
  rest += decoder.decode();
  if (rest.endsWith('\r')) yield [rest.slice(0, -1)];
  else if (rest !== '') yield [rest];
}
