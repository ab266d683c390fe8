import { xmlDocument } from '../../server/protocols/xml';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import { readXml, type S3Handler, type S3Request, XMLNS } from './request';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAX_TAGS = 10;
const MAX_TAG_KEY = 128;
const MAX_TAG_VALUE = 256;

type Tags = Readonly<Record<string, string>>;

export function parseTagHeader(text: string): Tags {
  const tags = [...new URLSearchParams(text)];
  return fromPairs(tags.map(([Key, Value]) => ({ Key, Value })));
}

export function checkTags(tags: Tags): Tags {
  if (Object.keys(tags).length > MAX_TAGS) {
    throw new ServiceError('BadRequest', `Object tags cannot be greater than ${MAX_TAGS}`, 400);
  }
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > MAX_TAG_KEY) throw invalid('The TagKey you have provided is invalid', key);
    if (value.length > MAX_TAG_VALUE) throw invalid('The TagValue you have provided is invalid', key);
  }
  return tags;
}

export function fromPairs(pairs: readonly { Key?: string; Value?: string }[]): Tags {
  const tags: Record<string, string> = {};
  for (const { Key = '', Value = '' } of pairs) {
    if (Object.hasOwn(tags, Key)) throw invalid('Cannot provide multiple Tags with the same key', Key);
    tags[Key] = Value;
  }
  return tags;
}

function invalid(message: string, key: string): ServiceError {
  return new ServiceError('InvalidTag', message, 400, { TagKey: key });
}

export async function readTagging(request: S3Request): Promise<Tags> {
  const { TagSet } = await readXml(request, 'Tagging', ['Tag']);
  const pairs: ApiShape[] = typeof TagSet === 'object' ? (TagSet.Tag ?? []) : [];
  return fromPairs(pairs.map(({ Key, Value }) => ({ Key: String(Key ?? ''), Value: String(Value ?? '') })));
}

export function taggingDocument(tags: Tags): string {
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return xmlDocument('Tagging', XMLNS, { TagSet: { Tag: list } });
}

export const getObjectTagging: S3Handler = async ({ bucket, key }, { lake }) => {
  const info = await lake.objects.head(bucket, key);
  if (info === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
  return { body: taggingDocument(info.tags ?? {}) };
};

export const putObjectTagging: S3Handler = async (request, { lake }) => {
  await lake.objects.setTags(request.bucket, request.key, checkTags(await readTagging(request)));
  return {};
};

export const deleteObjectTagging: S3Handler = async ({ bucket, key }, { lake }) => {
  await lake.objects.setTags(bucket, key, {});
  return { status: 204 };
};
