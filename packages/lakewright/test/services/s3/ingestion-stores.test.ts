import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { awsDrop } from '../../../../ingestion/lambda/file-drop/aws-store';
import { fingerprintOf } from '../../../../ingestion/lambda/file-drop/drop-object';
import { dropRun } from '../../../../ingestion/lambda/file-drop/drop-run';
import { awsSource, awsState, awsTarget } from '../../../../ingestion/lambda/s3-copy/aws-store';
import { type CopyRun, copyRun } from '../../../../ingestion/lambda/s3-copy/copy-run';
import type { FileDropConfig } from '../../../../ingestion/src/private/file-drop-config';
import { s3Client } from './s3-client';

const MIB = 1024 * 1024;

async function buckets(): Promise<S3Client> {
  const { client } = await s3Client({}, { forcePathStyle: true });
  for (const Bucket of ['partner', 'lake']) await client.send(new CreateBucketCommand({ Bucket }));
  return client;
}

const put = (client: S3Client, Bucket: string, Key: string, Body: string | Uint8Array, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (client: S3Client, Bucket: string, Key: string) =>
  (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

it('copies between buckets with the client of AWS: small and large objects, metadata, tags, odd keys', async () => {
  const client = await buckets();
  const large = randomBytes(12 * MIB);
  const more = { Metadata: { by: 'station' }, ContentType: 'text/csv', Tagging: 'pii=no' };
  for (const key of ['2024/a b+c.csv', '2024/ü&=%41.csv', 'z.csv'])
    await put(client, 'partner', `in/${key}`, key, more);
  await put(client, 'partner', 'in/large', large, more);
  const run: CopyRun = {
    source: awsSource(client, 'partner'),
    target: awsTarget(client, 'lake', 'partner'),
    state: awsState(client, 'lake', '_lakewright/raw/'),
    sourcePrefix: 'in/',
    targetPrefix: 'raw/',
    sourceUri: 's3://partner/in/',
    targetUri: 's3://lake/raw/',
    partsAbove: 8 * MIB,
    partSize: 5 * MIB,
    concurrency: 4,
    wanted: () => true,
    now: () => new Date(0),
    timeIsUp: () => false,
  };
  expect(await copyRun(run, 'one')).toMatchObject({ continue: false, copied: 4, failed: 0 });
  expect(await copyRun(run, 'two')).toMatchObject({ continue: false, copied: 0, skipped: 4 });
  expect(await text(client, 'lake', 'raw/2024/ü&=%41.csv')).toBe('2024/ü&=%41.csv');
  for (const Key of ['raw/2024/a b+c.csv', 'raw/large']) {
    const head = await client.send(new HeadObjectCommand({ Bucket: 'lake', Key }));
    expect(head).toMatchObject({ ContentType: 'text/csv', Metadata: { by: 'station' } });
    expect(await awsSource(client, 'lake').tags(Key)).toBe('pii=no');
  }
  const copied = await client.send(new GetObjectCommand({ Bucket: 'lake', Key: 'raw/large' }));
  expect(Buffer.from((await copied.Body?.transformToByteArray()) ?? []).equals(large)).toBe(true);
  expect(JSON.parse((await text(client, 'lake', '_lakewright/raw/reports/one.json')) ?? '')).toMatchObject({
    state: 'SUCCEEDED',
    copied: 4,
  });
});

it('takes dropped files with the client of AWS', async () => {
  const client = await buckets();
  await put(client, 'lake', 'inbox/sub/ä b.csv', 'name,n\na,1\nb,x\n', { Tagging: 'by=supplier' });
  await put(client, 'lake', 'inbox/empty.csv', '');
  const column = { required: false };
  const config: FileDropConfig = {
    columns: [
      { name: 'name', type: 'string', ...column },
      { name: 'n', type: 'integer', ...column },
    ],
    headerRow: 1,
    ignoreUnknown: false,
    decimalComma: false,
    nulls: [],
    encoding: 'utf-8',
    sheets: { kind: 'index', index: 1 },
    stop: false,
    maxBytes: MIB,
    maxUnpackedBytes: MIB,
  };
  const place = (prefix: string) => ({ bucket: 'lake', prefix });
  const store = awsDrop(client, place('inbox/'), place('fleet/'), place('_lakewright/fleet/'));
  const run = { store, config, fingerprint: fingerprintOf(config), now: () => new Date(0), timeIsUp: () => false };
  expect(await dropRun(run, 'one')).toMatchObject({ taken: 1, refused: 1, rowsOut: 1, badRows: 1 });
  expect(await dropRun(run, 'two')).toMatchObject({ taken: 0, refused: 0, rowsOut: 0 });
  const report = JSON.parse((await text(client, 'lake', '_lakewright/fleet/reports/one.json')) ?? '');
  const [, taken] = report.files;
  expect(await text(client, 'lake', taken.tables[0].output.replace('s3://lake/', ''))).toMatch(/^PAR1/);
  expect(await text(client, 'lake', taken.tables[0].quarantine.replace('s3://lake/', ''))).toContain('"row":3');
  expect(await text(client, 'lake', `_lakewright/fleet/originals/${taken.hash.slice(0, 16)}/sub/ä b.csv`)).toContain(
    'a,1',
  );
});
