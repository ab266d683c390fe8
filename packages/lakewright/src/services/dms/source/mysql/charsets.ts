import type { Connection } from 'mysql2';
import { rows } from './connect';

/** Character sets of one byte a character: name → the characters of the bytes 0 to 255, as the server converts them. */
export type Charsets = ReadonlyMap<string, readonly string[]>;

/** Those whose decoder gives what the server gives, for every character. Others of more than one byte don't: 5C of sjis. */
const EXACT = new Set(['utf8', 'utf8mb3', 'utf8mb4', 'ucs2', 'utf16', 'utf16le', 'utf32', 'euckr', 'gbk']);

/** Under this name the decoder makes characters of bytes, one of each. */
export const BYTES = 'binary';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

export async function readCharsets(connection: Connection): Promise<Charsets> {
  const found = await rows(
    connection,
    `SELECT CHARACTER_SET_NAME AS name FROM information_schema.CHARACTER_SETS WHERE MAXLEN = 1 AND CHARACTER_SET_NAME <> 'binary'`,
  );
  const names: string[] = found.map(({ name }) => name);
  const list = names.map((name) => `CONVERT(_${name} x'${ALL_BYTES.toString('hex')}' USING utf8mb4) AS ${name}`);
  const [row] = await rows(connection, `SELECT ${list.join(', ')}`);
  return new Map(names.map((name) => [name, Array.from(row?.[name] as string)]));
}

/** Whether texts of the character set can be read from the binlog. */
export const isReadable = (charset: string, charsets: Charsets): boolean => EXACT.has(charset) || charsets.has(charset);

/** A text from its bytes, which come as characters. */
export function decodeBytes(bytes: string, characters: readonly string[]): string {
  let text = '';
  for (let index = 0; index < bytes.length; index++) text += characters[bytes.charCodeAt(index)];
  return text;
}
