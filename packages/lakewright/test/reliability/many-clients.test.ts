import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { describe, expect, it } from 'vitest';
import { s3Client } from '../services/s3/s3-client';

const WORKERS = 16;
const ROUNDS = 6;
const MB = 1024 * 1024;

describe('sixteen clients of one server', () => {
  it('get what they wrote, in one piece or in parts, and delete only what they name', async () => {
    const { client, lake } = await s3Client();
    await client.send(new CreateBucketCommand({ Bucket: 'raw' }));
    const work = async (worker: number) => {
      for (let round = 0; round < ROUNDS; round++) {
        const Key = `w=${worker % 4}/${worker}/${round}`;
        const large = worker === 0 && round === 0;
        const Body = randomBytes(large ? 6 * MB : 1 + ((worker * 7919 + round * 104_729) % 200_000));
        const target = { Bucket: 'raw', Key };
        if (large) await new Upload({ client, params: { ...target, Body } }).done();
        else await client.send(new PutObjectCommand({ ...target, Body }));
        const read = await client.send(new GetObjectCommand(target));
        const bytes = (await read.Body?.transformToByteArray()) ?? new Uint8Array();
        expect(sha256(bytes), Key).toBe(sha256(Body));
        const { Contents = [] } = await client.send(
          new ListObjectsV2Command({ Bucket: 'raw', Prefix: `w=${worker % 4}/${worker}/` }),
        );
        expect(Contents).toHaveLength(round === 0 ? 1 : 2);
        if (round > 0) {
          const Objects = [{ Key: `w=${worker % 4}/${worker}/${round - 1}` }];
          await client.send(new DeleteObjectsCommand({ Bucket: 'raw', Delete: { Objects } }));
        }
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
    const left = (await lake.objects.list('raw')).map(({ key }) => key.split('/').at(-1));
    expect(left).toEqual(Array.from({ length: WORKERS }, () => String(ROUNDS - 1)));
    expect([fs.readdirSync(lake.workspace.tmp), fs.readdirSync(lake.workspace.uploads)]).toEqual([[], []]);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
