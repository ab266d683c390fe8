import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { s3Client } from './s3-client';

async function withBucket(options = {}, config = {}) {
  const opened = await s3Client(options, config);
  await opened.client.send(new CreateBucketCommand({ Bucket: 'raw' }));
  return opened;
}

const put = (client: S3Client, Key: string, Body = 'x') =>
  client.send(new PutObjectCommand({ Bucket: 'raw', Key, Body }));
const failing = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

describe('buckets', () => {
  it('are made, found, listed and deleted', async () => {
    const { client } = await withBucket();
    expect((await client.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: 'raw' }]);
    expect(await client.send(new HeadBucketCommand({ Bucket: 'raw' }))).toMatchObject({ BucketRegion: 'eu-west-1' });
    await expect(client.send(new CreateBucketCommand({ Bucket: 'raw' }))).rejects.toMatchObject(
      failing('BucketAlreadyOwnedByYou', 409),
    );
    await put(client, 'a');
    await expect(client.send(new DeleteBucketCommand({ Bucket: 'raw' }))).rejects.toMatchObject(
      failing('BucketNotEmpty', 409),
    );
    await client.send(new DeleteObjectCommand({ Bucket: 'raw', Key: 'a' }));
    await client.send(new DeleteBucketCommand({ Bucket: 'raw' }));
    await expect(client.send(new HeadBucketCommand({ Bucket: 'raw' }))).rejects.toMatchObject(failing('NotFound', 404));
    await expect(client.send(new ListObjectsV2Command({ Bucket: 'raw' }))).rejects.toMatchObject(
      failing('NoSuchBucket', 404),
    );
  });
});

describe('an object', () => {
  it('comes back with its bytes, type and metadata', async () => {
    const { client } = await withBucket();
    const written = await client.send(
      new PutObjectCommand({
        Bucket: 'raw',
        Key: 'ä/日本 +&?#%25.csv',
        Body: 'a,b\n',
        ContentType: 'text/csv',
        ContentEncoding: 'identity',
        CacheControl: 'no-store',
        Metadata: { Owner: 'me' },
        Tagging: 'zone=raw&t=a%20b',
      }),
    );
    const read = await client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'ä/日本 +&?#%25.csv' }));
    expect(await read.Body?.transformToString()).toBe('a,b\n');
    expect(read).toMatchObject({
      ETag: written.ETag,
      ContentType: 'text/csv',
      ContentEncoding: 'identity',
      CacheControl: 'no-store',
      ContentLength: 4,
      Metadata: { owner: 'me' },
      TagCount: 2,
      ChecksumCRC32: written.ChecksumCRC32,
    });
    const head = await client.send(new HeadObjectCommand({ Bucket: 'raw', Key: 'ä/日本 +&?#%25.csv' }));
    expect(head).toMatchObject({ ETag: written.ETag, ContentLength: 4, Metadata: { owner: 'me' } });
  });

  it("that isn't there is NoSuchKey, and NotFound without a body", async () => {
    const { client } = await withBucket();
    await expect(client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'none' }))).rejects.toMatchObject({
      ...failing('NoSuchKey', 404),
      Key: 'none',
    });
    await expect(client.send(new HeadObjectCommand({ Bucket: 'raw', Key: 'none' }))).rejects.toMatchObject(
      failing('NotFound', 404),
    );
  });

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
  ])('can be read by the range %s', async (Range, text, ContentRange) => {
    const { client } = await withBucket();
    await put(client, 'a', '0123456789');
    const read = await client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'a', Range }));
    expect([await read.Body?.transformToString(), read.ContentRange]).toEqual([text, ContentRange]);
  });

  it('has no bytes beyond its end', async () => {
    const { client } = await withBucket();
    await put(client, 'a', '0123456789');
    await put(client, 'empty', '');
    await expect(
      client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'a', Range: 'bytes=10-' })),
    ).rejects.toMatchObject(failing('InvalidRange', 416));
    const empty = await client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'empty' }));
    expect([await empty.Body?.transformToString(), empty.ContentLength]).toEqual(['', 0]);
  });

  it('is read on conditions', async () => {
    const { client } = await withBucket();
    const { ETag = '' } = await put(client, 'a');
    const get = (condition: object) => client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'a', ...condition }));
    const past = new Date(Date.now() - 60_000);
    const future = new Date(Date.now() + 60_000);
    await get({ IfMatch: ETag, IfUnmodifiedSince: past });
    await get({ IfNoneMatch: '"other"', IfModifiedSince: past });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject(failing('PreconditionFailed', 412));
    await expect(get({ IfUnmodifiedSince: past })).rejects.toMatchObject(failing('PreconditionFailed', 412));
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfModifiedSince: future })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });

  it('is written on conditions', async () => {
    const { client } = await withBucket();
    const write = (condition: object) =>
      client.send(new PutObjectCommand({ Bucket: 'raw', Key: 'a', Body: 'x', ...condition }));
    const { ETag } = await write({ IfNoneMatch: '*' });
    await expect(write({ IfNoneMatch: '*' })).rejects.toMatchObject(failing('PreconditionFailed', 412));
    await write({ IfMatch: ETag });
    await expect(write({ IfMatch: '"other"' })).rejects.toMatchObject(failing('PreconditionFailed', 412));
  });

  it.each(
    Object.values(ChecksumAlgorithm).filter((name) =>
      ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'].includes(name),
    ),
  )('is checked by %s on both ways', async (ChecksumAlgorithm) => {
    const { client } = await withBucket();
    const Body = Buffer.alloc(300_000, 'lakewright');
    const written = await client.send(new PutObjectCommand({ Bucket: 'raw', Key: 'a', Body, ChecksumAlgorithm }));
    const member = `Checksum${ChecksumAlgorithm}` as 'ChecksumCRC32';
    expect(written[member]).toMatch(/^[A-Za-z0-9+/]+=*$/);
    const read = await client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'a', ChecksumMode: 'ENABLED' }));
    expect(read[member]).toBe(written[member]);
    expect(Buffer.compare(Buffer.from((await read.Body?.transformToByteArray()) ?? []), Body)).toBe(0);
    const wrong = { Bucket: 'raw', Key: 'b', Body: 'other', [member]: written[member] };
    await expect(client.send(new PutObjectCommand(wrong))).rejects.toMatchObject(failing('BadDigest', 400));
  });

  it('with a wrong MD5 is not written', async () => {
    const { client, lake } = await withBucket();
    const ContentMD5 = Buffer.alloc(16).toString('base64');
    await expect(
      client.send(new PutObjectCommand({ Bucket: 'raw', Key: 'a', Body: 'x', ContentMD5 })),
    ).rejects.toMatchObject(failing('BadDigest', 400));
    await expect(
      client.send(new PutObjectCommand({ Bucket: 'raw', Key: 'a', Body: 'x', ContentMD5: 'xx' })),
    ).rejects.toMatchObject(failing('InvalidDigest', 400));
    expect(await lake.objects.list('raw')).toEqual([]);
  });

  it('is copied with its metadata, or with new ones', async () => {
    const { client } = await withBucket();
    await client.send(new CreateBucketCommand({ Bucket: 'other' }));
    await client.send(
      new PutObjectCommand({ Bucket: 'raw', Key: 'a b', Body: 'x', Metadata: { m: '1' }, Tagging: 't=1' }),
    );
    const copy = (input: object) =>
      client.send(new CopyObjectCommand({ Bucket: 'other', Key: 'c', CopySource: 'raw/a%20b', ...input }));
    const head = () => client.send(new HeadObjectCommand({ Bucket: 'other', Key: 'c' }));
    expect((await copy({})).CopyObjectResult?.ETag).toBe('"9dd4e461268c8034f5c8564e155c67a6"');
    expect(await head()).toMatchObject({ Metadata: { m: '1' }, TagCount: 1 });
    await copy({
      MetadataDirective: 'REPLACE',
      Metadata: { n: '2' },
      ContentType: 'text/x',
      TaggingDirective: 'REPLACE',
      Tagging: '',
    });
    expect(await head()).toMatchObject({ Metadata: { n: '2' }, ContentType: 'text/x' });
    expect((await head()).TagCount).toBeUndefined();
    await expect(copy({ CopySource: 'raw/none' })).rejects.toMatchObject(failing('NoSuchKey', 404));
    await expect(copy({ CopySource: 'raw/a%20b', CopySourceIfMatch: '"no"' })).rejects.toMatchObject(
      failing('PreconditionFailed', 412),
    );
    await expect(copy({ CopySource: 'other/c' })).rejects.toMatchObject(failing('InvalidRequest', 400));
  });

  it('has tags of its own', async () => {
    const { client } = await withBucket();
    await put(client, 'a');
    const target = { Bucket: 'raw', Key: 'a' };
    await client.send(new PutObjectTaggingCommand({ ...target, Tagging: { TagSet: [{ Key: 'k&<>', Value: 'v' }] } }));
    expect((await client.send(new GetObjectTaggingCommand(target))).TagSet).toEqual([{ Key: 'k&<>', Value: 'v' }]);
    const many = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await expect(
      client.send(new PutObjectTaggingCommand({ ...target, Tagging: { TagSet: many } })),
    ).rejects.toMatchObject(failing('BadRequest', 400));
    await client.send(new DeleteObjectTaggingCommand(target));
    expect((await client.send(new GetObjectTaggingCommand(target))).TagSet).toEqual([]);
    expect(await client.send(new GetObjectAclCommand(target))).toMatchObject({
      Grants: [{ Permission: 'FULL_CONTROL' }],
    });
  });

  it('is one version, null', async () => {
    const { client } = await withBucket();
    await put(client, 'a');
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: 'raw' }));
    expect(Versions).toMatchObject([{ Key: 'a', VersionId: 'null', IsLatest: true }]);
    await client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'a', VersionId: 'null' }));
    await expect(client.send(new GetObjectCommand({ Bucket: 'raw', Key: 'a', VersionId: 'v1' }))).rejects.toMatchObject(
      failing('NoSuchVersion', 404),
    );
    const Delete = { Objects: [{ Key: 'a', VersionId: 'null' }] };
    await client.send(new DeleteObjectsCommand({ Bucket: 'raw', Delete }));
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'raw' }))).KeyCount).toBe(0);
  });

  it("keeps metadata that isn't ASCII, and sends it as S3 does", async () => {
    const { lake, url } = await withBucket();
    await fetch(`${url}/raw/a`, {
      method: 'PUT',
      headers: { 'x-amz-meta-city': Buffer.from('Zürich').toString('latin1') },
      body: 'x',
    });
    expect((await lake.objects.head('raw', 'a'))?.metadata).toEqual({ city: 'Zürich' });
    await lake.objects.write('raw', 'b', 'x', { metadata: { city: '東京' } });
    expect((await fetch(`${url}/raw/b`)).headers.get('x-amz-meta-city')).toBe(
      `=?UTF-8?B?${Buffer.from('東京').toString('base64')}?=`,
    );
  });

  it('with too much metadata is refused', async () => {
    const { client } = await withBucket();
    const Metadata = { m: 'x'.repeat(2048) };
    await expect(
      client.send(new PutObjectCommand({ Bucket: 'raw', Key: 'a', Body: '', Metadata })),
    ).rejects.toMatchObject(failing('MetadataTooLarge', 400));
  });
});

describe('many objects', () => {
  it('are listed page by page in both versions', async () => {
    const { client } = await withBucket();
    const keys = ['a/1', 'a/2', 'b', 'c d+é', 'c/1'];
    for (const key of keys) await put(client, key);
    const found: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: 'raw', MaxKeys: 2, ContinuationToken }));
      found.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(found).toEqual(keys);
    const old = await client.send(
      new ListObjectsCommand({ Bucket: 'raw', MaxKeys: 2, Delimiter: '/', EncodingType: 'url' }),
    );
    expect([old.CommonPrefixes, old.NextMarker, old.IsTruncated]).toEqual([[{ Prefix: 'a/' }], 'b', true]);
    const rest = await client.send(new ListObjectsCommand({ Bucket: 'raw', Marker: old.NextMarker, Delimiter: '/' }));
    expect([rest.Contents?.map(({ Key }) => Key), rest.CommonPrefixes]).toEqual([['c d+é'], [{ Prefix: 'c/' }]]);
    const after = await client.send(
      new ListObjectsV2Command({ Bucket: 'raw', StartAfter: 'b', Prefix: 'c', FetchOwner: true }),
    );
    expect(after).toMatchObject({
      KeyCount: 2,
      StartAfter: 'b',
      Contents: [{ Size: 1, StorageClass: 'STANDARD', Owner: {} }, {}],
    });
    expect((await client.send(new ListObjectsV2Command({ Bucket: 'raw', MaxKeys: 0 }))).IsTruncated).toBe(false);
    await expect(
      client.send(new ListObjectsV2Command({ Bucket: 'raw', ContinuationToken: '!' })),
    ).rejects.toMatchObject(failing('InvalidArgument', 400));
  });

  it('are deleted by exactly the key that was meant', async () => {
    const { client, lake } = await withBucket();
    const keys = ['line\nend', 'cr\r', '&lt;', '&amp;lt;', '&#65;', ' edge ', 'tab\t', '&unknown;', '1.0', 'true'];
    for (const key of [...keys, 'A', '<', '1']) await put(client, key);
    const Objects = keys.map((Key) => ({ Key }));
    await client.send(new DeleteObjectsCommand({ Bucket: 'raw', Delete: { Objects } }));
    expect((await lake.objects.list('raw')).map(({ key }) => key)).toEqual(['1', '<', 'A']);
  });

  it('are deleted at once, and what fails is named', async () => {
    const { client } = await withBucket();
    for (const key of ['a', 'b&<>"\'']) await put(client, key);
    const Objects = ['a', 'b&<>"\'', 'none', '../x'].map((Key) => ({ Key }));
    const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket: 'raw', Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['a', 'b&<>"\'', 'none']);
    expect(Errors).toMatchObject([{ Key: '../x', Code: 'InvalidArgument' }]);
    const quiet = await client.send(
      new DeleteObjectsCommand({ Bucket: 'raw', Delete: { Objects: [{ Key: 'x' }], Quiet: true } }),
    );
    expect(quiet.Deleted).toBeUndefined();
  });
});

describe('XML from outside', () => {
  it('has no entities of its own, and must be the right document', async () => {
    const { url } = await withBucket();
    const post = async (body: string) => (await fetch(`${url}/raw?delete`, { method: 'POST', body })).text();
    const bomb = '<!DOCTYPE d [<!ENTITY a "aaaa">]><Delete><Object><Key>&a;</Key></Object></Delete>';
    for (const body of [bomb, '<Delete><Object>', '<Other/>', '', 'text', '<Delete/>']) {
      expect(await post(body), body).toContain('<Code>MalformedXML</Code>');
    }
  });
});

describe('a presigned URL', () => {
  it('reads and writes without credentials, until it expires', async () => {
    const { client } = await withBucket();
    const write = await getSignedUrl(client, new PutObjectCommand({ Bucket: 'raw', Key: 'a b' }), { expiresIn: 60 });
    expect((await fetch(write, { method: 'PUT', body: 'hello' })).status).toBe(200);
    const command = new GetObjectCommand({
      Bucket: 'raw',
      Key: 'a b',
      ResponseContentType: 'text/x',
      ResponseContentDisposition: 'attachment',
    });
    const read = await fetch(await getSignedUrl(client, command, { expiresIn: 60 }));
    expect([await read.text(), read.headers.get('content-type'), read.headers.get('content-disposition')]).toEqual([
      'hello',
      'text/x',
      'attachment',
    ]);
    const old = await getSignedUrl(client, command, { expiresIn: 60, signingDate: new Date(Date.now() - 61_000) });
    const expired = await fetch(old);
    expect([expired.status, await expired.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });
});

describe('a bucket in the host name', () => {
  it('is the bucket', async () => {
    const { port, lake } = await withBucket();
    await lake.objects.write('raw', 'a/b', 'hello');
    const http = await import('node:http');
    for (const host of [`raw.localhost:${port}`, `raw.s3.localhost:${port}`, `raw.s3.eu-west-1.localhost`]) {
      const body = await new Promise<string>((resolve, reject) => {
        http
          .get({ port, host: '127.0.0.1', path: '/a/b', headers: { host } }, (response) => {
            let text = '';
            response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
          })
          .on('error', reject);
      });
      expect(body, host).toBe('hello');
    }
  });
});

describe("what isn't done", () => {
  it('is said by name', async () => {
    const { url } = await withBucket();
    const requests: [string, string, string][] = [
      ['PUT', '/raw?versioning', 'versioning'],
      ['GET', '/raw?inventory', 'inventory'],
      ['GET', '/raw/a?torrent', 'torrent'],
      ['PUT', '/raw/a?acl', 'PutObjectAcl'],
      ['POST', '/raw', 'browser uploads'],
    ];
    for (const [method, path, name] of requests) {
      const answer = await fetch(url + path, { method });
      expect([answer.status, await answer.text()], path).toEqual([501, expect.stringContaining(name)]);
    }
    expect((await fetch(`${url}/raw/a`, { method: 'PATCH' })).status).toBe(405);
  });
});
