import { closeSync, openSync, readSync } from 'node:fs';
import { FileError } from './file-error';

export type Format = 'csv' | 'json' | 'ndjson' | 'zip' | 'gzip' | 'empty';

/** The first bytes of a file: enough to know it by. */
export function headOf(path: string, bytes = 65_536): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0));
  } finally {
    closeSync(file);
  }
}

const MAGIC: [string, Buffer, string][] = [
  [
    'an old or password-protected Office file',
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    'save it as .xlsx without a password',
  ],
  ['a PDF', Buffer.from('%PDF-'), 'send the data as CSV, JSON or XLSX'],
  ['Parquet', Buffer.from('PAR1'), 'copy it with S3Copy: it needs no normalising'],
  ['Avro', Buffer.from('Obj\x01', 'latin1'), 'copy it with S3Copy: it needs no normalising'],
  ['a 7-Zip archive', Buffer.from('377abcaf271c', 'hex'), 'pack it as .zip or .gz'],
  ['a RAR archive', Buffer.from('Rar!'), 'pack it as .zip or .gz'],
  ['bzip2', Buffer.from('BZh'), 'pack it as .zip or .gz'],
  ['Zstandard', Buffer.from('28b52ffd', 'hex'), 'pack it as .zip or .gz'],
  ['XZ', Buffer.from('fd377a585a00', 'hex'), 'pack it as .zip or .gz'],
];

/** What a file is: by its first bytes where these tell, among texts by its name, then by its first character. */
export function recognise(head: Buffer, name: string): Format {
  if (head.length === 0) return 'empty';
  if (head.subarray(0, 2).toString('latin1') === 'PK' && (head[2] === 3 || head[2] === 5)) return 'zip';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  for (const [what, magic, change] of MAGIC) {
    if (head.subarray(0, magic.length).equals(magic)) {
      throw new FileError('UnknownFormat', `it is ${what}`, 'CSV, TSV, JSON, NDJSON, XLSX, ZIP or GZIP', change);
    }
  }
  const bom = textEncoding(head);
  if (bom === undefined && head.includes(0)) {
    throw new FileError(
      'UnknownFormat',
      'it has bytes that no text has',
      'CSV, TSV, JSON, NDJSON, XLSX, ZIP or GZIP; UTF-16 with a byte-order mark',
      'send it in one of these formats',
    );
  }
  const extension = /\.(\w+)$/.exec(name.toLowerCase())?.[1] ?? '';
  if (['xlsx', 'xlsm', 'zip', 'gz', 'gzip'].includes(extension)) {
    throw new FileError(
      'CorruptFile',
      `its name says .${extension}, and it doesn't begin like one`,
      'a whole, undamaged file',
      'send it again',
    );
  }
  if (['ndjson', 'jsonl'].includes(extension)) return 'ndjson';
  if (extension === 'json') return 'json';
  if (['csv', 'tsv', 'tab', 'psv'].includes(extension)) return 'csv';
  const first = decodeHead(head, bom).trimStart()[0];
  return first === '{' || first === '[' ? 'json' : 'csv';
}

export type Bom = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The encoding that a byte-order mark tells. */
export function textEncoding(head: Buffer): Bom | undefined {
  if (head.subarray(0, 3).equals(Buffer.from('efbbbf', 'hex'))) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** For looking at only: what isn't valid is replaced. */
export function decodeHead(head: Buffer, bom: Bom | undefined): string {
  return new TextDecoder(bom ?? 'utf-8').decode(head);
}
