import { randomUUID } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const s3 = new S3Client({ forcePathStyle: true });
const Bucket = process.env.BUCKET;

interface Batch {
  readonly Records: { readonly messageId: string; readonly body: string }[];
}

/** Unpacks orders that partners send, in the forms that are known; a message that it can't do is tried again, alone. */
export async function handler({ Records }: Batch) {
  const failed: { readonly itemIdentifier: string }[] = [];
  for (const { messageId, body } of Records) {
    try {
      await take(JSON.parse(body).detail.object.key);
    } catch (error) {
      console.log(String(error));
      failed.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures: failed };
}

async function take(key: string): Promise<void> {
  const { form, orders } = await read(key);
  const { known } = await read('forms.json');
  if (!known.includes(form)) throw new Error(`${key} has the form "${form}", known are: ${known}`);
  await write(`arrivals/orders/${key.split('/').at(-1)}`, orders);
  await write(`taken/${key}/${randomUUID()}`, '');
}

async function read(Key: string) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
}

const write = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
