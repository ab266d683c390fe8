import fs from 'node:fs';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { s3Client } from './s3-client';

const MB = 1024 * 1024;
const target = { Bucket: 'raw', Key: 'big' };
const failing = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

async function start(input: object = {}) {
  const opened = await s3Client();
  await opened.client.send(new CreateBucketCommand({ Bucket: 'raw' }));
  const { UploadId } = await opened.client.send(new CreateMultipartUploadCommand({ ...target, ...input }));
  return { ...opened, UploadId };
}

const part = (client: S3Client, UploadId: string | undefined, PartNumber: number, Body: Buffer | string) =>
  client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));

const complete = (client: S3Client, UploadId: string | undefined, Parts: object[], input: object = {}) =>
  client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, ...input }));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a multipart upload', () => {
  it('becomes an object when it is complete, in the order of its parts', async () => {
    const { client, lake, UploadId } = await start({
      ContentType: 'x/y',
      Metadata: { m: '1' },
      ChecksumAlgorithm: 'CRC32',
    });
    const last = await part(client, UploadId, 7, 'end');
    const first = await part(client, UploadId, 2, Buffer.alloc(5 * MB, 'a'));
    expect(await lake.objects.list('raw')).toEqual([]);
    const done = await complete(client, UploadId, [
      { PartNumber: 2, ETag: first.ETag, ChecksumCRC32: first.ChecksumCRC32 },
      { PartNumber: 7, ETag: last.ETag, ChecksumCRC32: last.ChecksumCRC32 },
    ]);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(done.ChecksumCRC32).toMatch(/-2$/);
    const read = await client.send(new GetObjectCommand({ ...target, Range: `bytes=${5 * MB - 1}-` }));
    expect(await read.Body?.transformToString()).toBe('aend');
    const second = await client.send(new HeadObjectCommand({ ...target, PartNumber: 2 }));
    expect(second).toMatchObject({ ContentLength: 3, PartsCount: 2, ContentType: 'x/y', Metadata: { m: '1' } });
    expect(fs.readdirSync(lake.workspace.uploads)).toEqual([]);
    expect(fs.readdirSync(lake.workspace.tmp)).toEqual([]);
  });

  it('is checked by the checksum of the whole object', async () => {
    const { client, UploadId } = await start({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' });
    const { ETag } = await client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: '123456789', ChecksumAlgorithm: 'CRC64NVME' }),
    );
    const parts = [{ PartNumber: 1, ETag }];
    // The check value of CRC-64/NVME: ae8b14860a799888.
    const right = Buffer.from('ae8b14860a799888', 'hex').toString('base64');
    await expect(complete(client, UploadId, parts, { ChecksumCRC64NVME: 'AAAAAAAAAAA=' })).rejects.toMatchObject(
      failing('BadDigest', 400),
    );
    expect(await complete(client, UploadId, parts, { ChecksumCRC64NVME: right })).toMatchObject({
      ChecksumCRC64NVME: right,
    });
  });

  it('can copy parts from other objects', async () => {
    const { client, lake, UploadId } = await start();
    await lake.objects.write('raw', 'source', '0123456789');
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({
        ...target,
        UploadId,
        PartNumber: 1,
        CopySource: 'raw/source',
        CopySourceRange: 'bytes=2-5',
      }),
    );
    await complete(client, UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    const read = await client.send(new GetObjectCommand(target));
    expect(await read.Body?.transformToString()).toBe('2345');
  });

  it('is listed with its parts until it is aborted', async () => {
    const { client, lake, UploadId } = await start();
    for (const number of [1, 2, 3]) await part(client, UploadId, number, 'x');
    const parts = await client.send(new ListPartsCommand({ ...target, UploadId, MaxParts: 2 }));
    expect(parts).toMatchObject({
      IsTruncated: true,
      NextPartNumberMarker: '2',
      Parts: [{ PartNumber: 1, Size: 1 }, { PartNumber: 2 }],
    });
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: 'raw' }));
    expect(uploads.Uploads).toMatchObject([{ Key: 'big', UploadId }]);
    await client.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    await expect(part(client, UploadId, 4, 'x')).rejects.toMatchObject(failing('NoSuchUpload', 404));
    expect(fs.readdirSync(lake.workspace.uploads)).toEqual([]);
  });

  it('is refused for parts that are wrong, and can be completed afterwards', async () => {
    const { client, lake, UploadId } = await start();
    const one = await part(client, UploadId, 1, 'small');
    const two = await part(client, UploadId, 2, 'small too');
    const parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    await expect(complete(client, UploadId, parts)).rejects.toMatchObject(failing('EntityTooSmall', 400));
    await expect(complete(client, UploadId, [...parts].reverse())).rejects.toMatchObject(
      failing('InvalidPartOrder', 400),
    );
    await expect(complete(client, UploadId, [{ PartNumber: 1, ETag: two.ETag }])).rejects.toMatchObject(
      failing('InvalidPart', 400),
    );
    await expect(complete(client, UploadId, [{ PartNumber: 9, ETag: two.ETag }])).rejects.toMatchObject(
      failing('InvalidPart', 400),
    );
    await expect(part(client, UploadId, 0, 'x')).rejects.toMatchObject(failing('InvalidArgument', 400));
    await expect(part(client, UploadId, 10_001, 'x')).rejects.toMatchObject(failing('InvalidArgument', 400));
    await expect(part(client, '../../x', 1, 'x')).rejects.toMatchObject(failing('NoSuchUpload', 404));
    expect(await lake.objects.list('raw')).toEqual([]);
    await complete(client, UploadId, parts.slice(0, 1));
    expect((await lake.objects.head('raw', 'big'))?.size).toBe(5);
  });

  it('on a disk that fills up keeps its parts and shows nothing', async () => {
    const { client, lake, UploadId } = await start();
    const { ETag } = await part(client, UploadId, 1, 'part');
    vi.spyOn(fs.promises, 'copyFile').mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await expect(complete(client, UploadId, [{ PartNumber: 1, ETag }])).rejects.toMatchObject(
      failing('InsufficientStorage', 507),
    );
    vi.restoreAllMocks();
    expect(await lake.objects.list('raw')).toEqual([]);
    await complete(client, UploadId, [{ PartNumber: 1, ETag }]);
    expect((await lake.objects.head('raw', 'big'))?.size).toBe(4);
  });

  it("isn't started where it could not end", async () => {
    const { client, lake } = await start();
    const create = (input: object) => client.send(new CreateMultipartUploadCommand({ ...target, ...input }));
    await expect(create({ Bucket: 'none' })).rejects.toMatchObject(failing('NoSuchBucket', 404));
    await expect(create({ Key: '../x' })).rejects.toMatchObject(failing('InvalidArgument', 400));
    lake.objects.mount('partner', import.meta.dirname);
    await expect(create({ Bucket: 'partner' })).rejects.toMatchObject(failing('AccessDenied', 403));
    expect(fs.readdirSync(lake.workspace.tmp)).toEqual([]);
  });
});
