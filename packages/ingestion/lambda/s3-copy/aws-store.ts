import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { isAbsent } from '../shared/absent';
import type { ListedPage, ObjectHead, SourceStore, StateStore, TargetStore } from './object-store';

/** A bucket to copy from, asked in its own region. */
export function awsSource(s3: S3Client, Bucket: string): SourceStore {
  return {
    list: (prefix, after) => list(s3, Bucket, prefix, after),
    head: (key) => head(s3, Bucket, key),
    tags: async (Key) => {
      const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
      return new URLSearchParams(TagSet.map((tag): [string, string] => [tag.Key ?? '', tag.Value ?? ''])).toString();
    },
  };
}

/** A bucket to copy into: S3 moves the bytes itself, also between regions. */
export function awsTarget(s3: S3Client, Bucket: string, sourceBucket: string): TargetStore {
  const from = ({ key, etag }: { key: string; etag: string }) => ({
    CopySource: `${sourceBucket}/${key.split('/').map(encodeURIComponent).join('/')}`,
    CopySourceIfMatch: quoted(etag),
  });
  return {
    list: (prefix, after) => list(s3, Bucket, prefix, after),
    head: (key) => head(s3, Bucket, key),
    copy: async (source, Key, of) => {
      const replaced = { MetadataDirective: 'REPLACE', TaggingDirective: 'COPY' } as const;
      await s3.send(new CopyObjectCommand({ Bucket, Key, ...from(source), ...replaced, ...fields(of) }));
    },
    createUpload: async (Key, of, Tagging) => {
      const tags = Tagging === '' ? {} : { Tagging };
      const { UploadId = '' } = await s3.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ...fields(of), ...tags }),
      );
      return UploadId;
    },
    copyPart: async ({ key, uploadId }, PartNumber, source, first, last) => {
      const { CopyPartResult } = await s3.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: key,
          UploadId: uploadId,
          PartNumber,
          CopySourceRange: `bytes=${first}-${last}`,
          ...from(source),
        }),
      );
      return CopyPartResult?.ETag ?? '';
    },
    parts: async ({ key, uploadId }) => {
      const parts = new Map<number, string>();
      for (let marker: string | undefined; ; ) {
        const page = await s3.send(
          new ListPartsCommand({ Bucket, Key: key, UploadId: uploadId, PartNumberMarker: marker }),
        );
        for (const { PartNumber = 0, ETag = '' } of page.Parts ?? []) parts.set(PartNumber, ETag);
        if (!page.IsTruncated) return parts;
        marker = page.NextPartNumberMarker;
      }
    },
    complete: async ({ key, uploadId }, parts) => {
      const Parts = [...parts]
        .sort(([one], [other]) => one - other)
        .map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
      await s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts } }),
      );
    },
    abort: async ({ key, uploadId }) => {
      await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId }));
    },
  };
}

/** JSON documents below a prefix (with a slash at its end). */
export function awsState(s3: S3Client, Bucket: string, prefix: string): StateStore {
  return {
    read: async (name) => {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: prefix + name }));
        return JSON.parse((await Body?.transformToString()) ?? 'null') ?? undefined;
      } catch (error) {
        if (await isAbsent(s3, Bucket, prefix + name, error)) return undefined;
        throw error;
      }
    },
    write: async (name, value) => {
      const Body = JSON.stringify(value, undefined, 2);
      await s3.send(new PutObjectCommand({ Bucket, Key: prefix + name, Body, ContentType: 'application/json' }));
    },
    uri: (name) => `s3://${Bucket}/${prefix}${name}`,
  };
}

async function list(s3: S3Client, Bucket: string, Prefix: string, StartAfter?: string): Promise<ListedPage> {
  // a key may have characters that XML has not
  const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, StartAfter, EncodingType: 'url' }));
  const objects = (page.Contents ?? []).map(({ Key = '', ETag = '', Size = 0 }) => ({
    key: page.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key,
    etag: unquoted(ETag),
    size: Size,
  }));
  return { objects, more: page.IsTruncated ?? false };
}

async function head(s3: S3Client, Bucket: string, Key: string): Promise<ObjectHead | undefined> {
  try {
    const found = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    return {
      etag: unquoted(found.ETag ?? ''),
      size: found.ContentLength ?? 0,
      metadata: found.Metadata ?? {},
      contentType: found.ContentType,
      contentEncoding: found.ContentEncoding,
      contentLanguage: found.ContentLanguage,
      contentDisposition: found.ContentDisposition,
      cacheControl: found.CacheControl,
      expires: found.ExpiresString ? new Date(found.ExpiresString) : undefined,
    };
  } catch (error) {
    if (await isAbsent(s3, Bucket, Key, error)) return undefined;
    throw error;
  }
}

function fields(of: ObjectHead) {
  return {
    Metadata: of.metadata,
    ContentType: of.contentType,
    ContentEncoding: of.contentEncoding,
    ContentLanguage: of.contentLanguage,
    ContentDisposition: of.contentDisposition,
    CacheControl: of.cacheControl,
    // one that is no date is not kept: S3 gives it back as it was written
    Expires: of.expires && !Number.isNaN(of.expires.getTime()) ? of.expires : undefined,
  };
}

function quoted(etag: string): string {
  return `"${etag}"`;
}

function unquoted(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}
