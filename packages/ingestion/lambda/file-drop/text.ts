import { createReadStream } from 'node:fs';
import { FileError } from './file-error';
import { type Bom, textEncoding } from './recognise';

/** The characters of a text file, in chunks, without a byte-order mark. A mark is believed before the declared encoding. */
export async function* textOf(path: string, head: Buffer, declared: 'utf-8' | 'windows-1252'): AsyncGenerator<string> {
  const bom: Bom | undefined = textEncoding(head);
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
  if (bom === undefined && declared === 'windows-1252') {
    for await (const chunk of stream) yield windows1252(chunk);
    return;
  }
  const decoder = new TextDecoder(bom ?? 'utf-8', { fatal: true });
  let offset = 0;
  const decode = (chunk?: Buffer): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new FileError(
        'WrongEncoding',
        `bytes after offset ${offset} are no ${(bom ?? 'utf-8').toUpperCase()}`,
        'UTF-8, UTF-16 with a byte-order mark, or the encoding that the schema declares',
        'save the file as UTF-8, or set encoding to WINDOWS_1252 if all files of this drop have it',
      );
    }
  };
  for await (const chunk of stream) {
    yield decode(chunk);
    offset += chunk.length;
  }
  yield decode();
}

/** 0x80 to 0x9f, where Windows-1252 isn't Latin-1. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

// done here because versions of Node.js take Windows-1252 for Latin-1 (nodejs/node#56542)
function windows1252(chunk: Buffer): string {
  return chunk
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS[character.charCodeAt(0) - 0x80] as string);
}
