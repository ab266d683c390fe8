import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { readAvro } from '../../../src/engines/formats/avro';
import { lz4Decompress, lz4Store } from '../../../src/engines/formats/compression/lz4';
import { readLines } from '../../../src/engines/formats/lines';
import { parseHiveType } from '../../../src/engines/sql/types/hive';

const fixtures = join(__dirname, 'fixtures/compression');
const scratch = mkdtempSync(join(tmpdir(), 'lakewright-compression-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const ROWS = Array.from({ length: 29_997 }, (_, index) => [`${(index + 1) % 50}`, `value number ${(index + 1) % 10}`]);

/** Trino wrote the rows in an order of its own in each file. */
const digest = (all: string[]): string =>
  `${all.length} ${createHash('sha256').update(all.slice().sort().join('\n')).digest('hex')}`;

async function lines(path: string): Promise<string[]> {
  const all: string[] = [];
  const options = { name: path, skipHeader: 0, skipFooter: 0 };
  for await (const batch of readLines(createReadStream(path), options)) all.push(...batch);
  return all;
}

function scratchFile(name: string, bytes: Uint8Array | string): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

describe('text that others have compressed is what it was', () => {
  test.each(['gz', 'bz2', 'zst', 'deflate', 'snappy', 'lz4'])('.%s', async (ending) => {
    const found = await lines(join(fixtures, `lines.${ending}`));
    expect(digest(found)).toBe(digest(ROWS.map((row) => row.join('\u0001'))));
  });

  test('gzip files one after the other are one text', async () => {
    const two = Buffer.concat([gzipSync('a\nb\n'), gzipSync('c\n')]);
    expect(await lines(scratchFile('two.gz', two))).toEqual(['a', 'b', 'c']);
  });

  test.each(['x.gzip', 'x.zstd', 'x.GZ', 'x'])('%s is plain text', async (name) => {
    expect(await lines(scratchFile(name, 'a\nb'))).toEqual(['a', 'b']);
  });
});

// Error names as recorded on Trino 476.
describe('text that is not what its ending says', () => {
  test.each(['gz', 'bz2', 'zst', 'snappy', 'lz4'])('plain text as .%s cannot be opened', async (ending) => {
    const path = scratchFile(`plain.${ending}`, 'a,1\nb,2\nc,3\n');
    await expect(lines(path)).rejects.toMatchObject({ errorName: 'HIVE_CANNOT_OPEN_SPLIT' });
  });

  test('raw deflate without its header cannot be opened', async () => {
    const path = scratchFile('raw.deflate', deflateRawSync('a,1\n'));
    await expect(lines(path)).rejects.toMatchObject({ errorName: 'HIVE_CANNOT_OPEN_SPLIT' });
  });

  test.each(['gz', 'bz2', 'zst', 'snappy', 'lz4'])('half a .%s file is an error', async (ending) => {
    const bytes = readFileSync(join(fixtures, `lines.${ending}`));
    const path = scratchFile(`half.${ending}`, bytes.subarray(0, bytes.length * 0.4));
    await expect(lines(path)).rejects.toMatchObject({ errorName: expect.stringMatching(/^HIVE_(CURSOR|CANNOT)/) });
  });

  test('LZO is refused by name', async () => {
    await expect(lines(scratchFile('x.lzo', 'x'))).rejects.toMatchObject({
      errorName: 'NOT_COVERED',
      message: expect.stringContaining('.lzo'),
    });
  });
});

describe('Avro', () => {
  test.each([
    ['lines.gzip.avro', 29_997],
    ['lines.snappy.avro', 29_997],
    ['lines.zstd.avro', 29_997],
    ['lines-3000.bzip2.avro', 3_000],
  ])('%s', async (name, count) => {
    const columns = [
      { name: 'n', type: parseHiveType('bigint') },
      { name: 'v', type: parseHiveType('string') },
    ];
    const rows: string[] = [];
    for await (const batch of readAvro(join(fixtures, name), columns)) rows.push(...batch.map((row) => row.join('|')));
    expect(digest(rows)).toBe(digest(ROWS.slice(0, count).map((row) => row.join('|'))));
  });
});

describe('LZ4 blocks', () => {
  test.each([0, 1, 14, 15, 270, 5_000])('%i stored bytes come back', (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 251));
    expect(lz4Decompress(lz4Store(bytes), length).equals(bytes)).toBe(true);
  });

  test('that point outside of themselves are an error', () => {
    expect(() => lz4Decompress(Buffer.from([0x10, 0x61, 0x05, 0x00, 0x00]), 100)).toThrow(RangeError);
    expect(() => lz4Decompress(Buffer.from([0xf0, 0xff]), 100)).toThrow(RangeError);
  });
});
