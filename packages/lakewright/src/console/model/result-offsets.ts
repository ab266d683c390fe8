import type { Readable } from 'node:stream';

const QUOTE = 34;
const LINE = 10;

/** Where each chunk of `rows` lines begins in a CSV file, in bytes: a line break between quotes ends no line. */
export async function offsetsOf(file: Readable, rows: number): Promise<readonly number[]> {
  const found = [0];
  let lines = 0;
  let at = 0;
  let isQuoted = false;
  for await (const part of file) {
    const bytes = part as Buffer;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index];
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === LINE && !isQuoted && ++lines % rows === 0) found.push(at + index + 1);
    }
    at += bytes.length;
  }
  if (found.at(-1) === at) found.pop();
  return found;
}
