import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes that a stream writes at once. */
const BLOCK = 1 << 20;

/** Writes a new file, and says what went into it. The caller removes it if this fails. */
export async function pour(body: Readable | Buffer | string, file: string): Promise<{ md5: string; size: number }> {
  const hash = createHash('md5');
  if (!(body instanceof Readable)) {
    const bytes = Buffer.from(body);
    await fs.promises.writeFile(file, bytes, { flag: 'wx' });
    return { md5: hash.update(bytes).digest('hex'), size: bytes.length };
  }
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(body, meter, fs.createWriteStream(file, { flags: 'wx', highWaterMark: BLOCK }));
  return { md5: hash.digest('hex'), size };
}
