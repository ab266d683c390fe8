import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { isAbsent } from '../shared/absent';
import type { DropStore } from './store';

export interface Place {
  readonly bucket: string;
  /** With a slash at its end, or empty. */
  readonly prefix: string;
}

const PART = 32 * 1024 * 1024;

/** Inbox, target and state in S3. */
export function awsDrop(s3: S3Client, inbox: Place, target: Place, state: Place): DropStore {
  const named = (error: unknown, ...names: string[]) => error instanceof Error && names.includes(error.name);
  const at = ({ bucket, prefix }: Place, name: string) => ({ Bucket: bucket, Key: prefix + name });
  const uri = (place: Place) => (name: string) => `s3://${place.bucket}/${place.prefix}${name}`;
  return {
    list: async (after) => {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket: inbox.bucket,
          Prefix: inbox.prefix,
          StartAfter: after === undefined ? undefined : inbox.prefix + after,
          EncodingType: 'url',
        }),
      );
      const objects = (page.Contents ?? []).map(({ Key = '', ETag = '', Size = 0 }) => {
        const key = page.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key;
        return { name: key.slice(inbox.prefix.length), etag: unquoted(ETag), size: Size };
      });
      return { objects, more: page.IsTruncated ?? false };
    },
    head: async (name) => {
      try {
        const { ETag = '', ContentLength = 0 } = await s3.send(new HeadObjectCommand(at(inbox, name)));
        return { etag: unquoted(ETag), size: ContentLength };
      } catch (error) {
        if (await isAbsent(s3, inbox.bucket, inbox.prefix + name, error)) return undefined;
        throw error;
      }
    },
    download: async (name, etag, path) => {
      // a connection may break in the middle, after the client's own retries are over
      for (let attempt = 1; ; attempt++) {
        try {
          const { Body } = await s3.send(new GetObjectCommand({ ...at(inbox, name), IfMatch: `"${etag}"` }));
          await pipeline(Body as NodeJS.ReadableStream, createWriteStream(path));
          return;
        } catch (error) {
          if (await isAbsent(s3, inbox.bucket, inbox.prefix + name, error)) throw gone(name);
          if (attempt >= 3 || named(error, 'PreconditionFailed', 'AccessDenied')) throw error;
        }
      }
    },
    keep: async (name, etag, as) => {
      const source = `${inbox.bucket}/${(inbox.prefix + name).split('/').map(encodeURIComponent).join('/')}`;
      await s3.send(
        new CopyObjectCommand({
          ...at(state, as),
          CopySource: source,
          CopySourceIfMatch: `"${etag}"`,
          TaggingDirective: 'COPY',
        }),
      );
    },
    upload: (path, as) => upload(s3, at(target, as), path, 'application/vnd.apache.parquet'),
    uploadState: (path, as) => upload(s3, at(state, as), path, 'application/x-ndjson'),
    readState: async (name) => {
      try {
        const { Body } = await s3.send(new GetObjectCommand(at(state, name)));
        return JSON.parse((await Body?.transformToString()) ?? 'null') ?? undefined;
      } catch (error) {
        if (await isAbsent(s3, state.bucket, state.prefix + name, error)) return undefined;
        throw error;
      }
    },
    writeState: async (name, value) => {
      const Body = JSON.stringify(value, undefined, 2);
      await s3.send(new PutObjectCommand({ ...at(state, name), Body, ContentType: 'application/json' }));
    },
    inboxUri: uri(inbox),
    targetUri: uri(target),
    stateUri: uri(state),
  };
}

function gone(name: string): Error {
  return Object.assign(new Error(`"${name}" was deleted meanwhile`), { name: 'NoSuchKey' });
}

/** In parts, each of which can be repeated; the object appears when all of them are there. */
async function upload(
  s3: S3Client,
  to: { Bucket: string; Key: string },
  path: string,
  ContentType: string,
): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path);
  const part = async (number: number): Promise<Buffer> => {
    const from = (number - 1) * PART;
    const buffer = Buffer.alloc(Math.min(PART, size - from));
    await file.read(buffer, 0, buffer.length, from);
    return buffer;
  };
  try {
    if (size <= PART) {
      await s3.send(new PutObjectCommand({ ...to, ContentType, Body: await part(1) }));
      return;
    }
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...to, ContentType }));
    try {
      const Parts: { PartNumber: number; ETag?: string }[] = [];
      for (let PartNumber = 1; (PartNumber - 1) * PART < size; PartNumber++) {
        const Body = await part(PartNumber);
        const { ETag } = await s3.send(new UploadPartCommand({ ...to, UploadId, PartNumber, Body }));
        Parts.push({ PartNumber, ETag });
      }
      await s3.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
    } catch (error) {
      await s3.send(new AbortMultipartUploadCommand({ ...to, UploadId })).catch(() => undefined);
      throw error;
    }
  } finally {
    await file.close();
  }
}

function unquoted(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}
