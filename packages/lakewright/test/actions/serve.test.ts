import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Lake } from '../../src';

let folder: string;
let lake: Lake;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lakewright-serve-'));
  const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'served' } };
  writeFileSync(path.join(folder, 'lake.json'), JSON.stringify({ Resources: { Bucket: bucket } }));
  lake = new Lake({ directory: folder, app: 'lake.json' });
});
afterEach(async () => {
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
});

const status = async (url: string): Promise<number> => (await fetch(`${url}/served/a.txt`)).status;

test('a lake whose server was closed serves again', async () => {
  const first = await lake.serve({ port: 0 });
  const put = await fetch(`${first.url}/served/a.txt`, { method: 'PUT', body: 'a' });
  expect(put.status).toBe(200);
  await first.close();
  await expect(status(first.url)).rejects.toThrow('fetch failed');
  const second = await lake.serve({ port: 0 });
  expect(await status(second.url)).toBe(200);
  expect((await fetch(second.consoleUrl)).status).toBe(200);
  await second.close();
});
