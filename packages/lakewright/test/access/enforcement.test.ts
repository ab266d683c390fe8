import { GetDatabasesCommand, GetTableCommand, GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LakeResource } from '../../src/assembly/resource';
import type { ApiShape } from '../../src/services/api-shape';
import { glue } from '../../src/services/glue';
import { LOCAL_ADMIN } from '../../src/services/service';
import { ACCOUNT, resource, serve, type TestLake, temporaryLake } from '../server/temporary-lake';

const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`;
const GLUE = `arn:aws:glue:eu-west-1:${ACCOUNT}`;
const role = (name: string, ...Statement: ApiShape[]): LakeResource =>
  resource('AWS::IAM::Role', name, {
    arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    path: `Lake/${name}/Resource`,
    properties: { Policies: [{ PolicyName: 'Own', PolicyDocument: { Version: '2012-10-17', Statement } }] },
  });
const allow = (Action: string | string[], Resource: string | string[], Condition?: ApiShape) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const encrypted = {
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY }, BucketKeyEnabled: true },
    ],
  },
};

const resources = [
  resource('AWS::S3::Bucket', 'open', { arn: 'arn:aws:s3:::open' }),
  resource('AWS::S3::Bucket', 'sealed', { arn: 'arn:aws:s3:::sealed', properties: encrypted }),
  resource('AWS::KMS::Key', 'k', { arn: KEY }),
  role('Nobody'),
  role(
    'Reader',
    allow('s3:GetObject', ['arn:aws:s3:::open/mine/*', 'arn:aws:s3:::sealed/*']),
    allow('s3:ListBucket', 'arn:aws:s3:::open', { StringLike: { 's3:prefix': ['mine', 'mine/*'] } }),
    allow(
      ['glue:GetTable', 'glue:GetTables'],
      [`${GLUE}:catalog`, `${GLUE}:database/raw`, `${GLUE}:table/raw/flights`],
    ),
  ),
  role('Keyed', allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::*'), allow('kms:Decrypt', KEY)),
  role('Writer', allow(['s3:PutObject', 's3:DeleteObject', 's3:GetObject'], 'arn:aws:s3:::open/mine/*')),
];

let lake: TestLake;
let url: string;
beforeEach(async () => {
  lake = await temporaryLake({ resources, services: [glue] });
  for (const bucket of ['open', 'sealed']) if (!lake.objects.hasBucket(bucket)) lake.objects.createBucket(bucket);
  await lake.objects.write('open', 'mine/a', 'A', { tags: { level: 'low' } });
  await lake.objects.write('open', 'theirs/b', 'B');
  await lake.objects.write('sealed', 'c', 'C');
  for (const Name of ['raw', 'gold']) await lake.call('glue', 'CreateDatabase', { DatabaseInput: { Name } });
  for (const Name of ['flights', 'customers']) {
    await lake.call('glue', 'CreateTable', { DatabaseName: 'raw', TableInput: { Name } }, LOCAL_ADMIN);
  }
  ({ url } = await serve(lake));
});

const settings = (accessKeyId: string) => ({
  endpoint: url,
  region: 'eu-west-1',
  credentials: { accessKeyId, secretAccessKey: 'any' },
  maxAttempts: 1,
});
const s3 = (persona: string) => new S3Client({ ...settings(persona), forcePathStyle: true });
const text = async (persona: string, Bucket: string, Key: string): Promise<string | undefined> =>
  (await s3(persona).send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const denied = { name: 'AccessDenied', $metadata: expect.objectContaining({ httpStatusCode: 403 }) };

describe('S3 by HTTP', () => {
  it('reads what a persona may, and nothing else', async () => {
    expect(await text('Reader', 'open', 'mine/a')).toBe('A');
    expect(await text('AKIAUNKNOWN', 'open', 'theirs/b')).toBe('B');
    await expect(text('Nobody', 'open', 'mine/a')).rejects.toMatchObject({
      ...denied,
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Nobody/lakewright is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::open/mine/a" because no identity-based policy allows the s3:GetObject action`,
    });
    for (const key of ['theirs/b', 'mine/../theirs/b', 'mine', 'MINE/a', 'mine/%2e%2e/theirs/b']) {
      if (key !== 'mine/../theirs/b' && key !== 'mine/%2e%2e/theirs/b') {
        await expect(text('Reader', 'open', key), key).rejects.toMatchObject(denied);
      } else {
        // A key that begins with `mine/` is another object, whatever its name looks like.
        await expect(text('Reader', 'open', key), key).rejects.toThrow();
      }
    }
  });

  it('a path is one object, not the way to another', async () => {
    const headers = { authorization: authorization('Reader') };
    for (const path of [
      '/open/mine/../theirs/b',
      '/open/mine/%2e%2e/theirs/b',
      '/open//theirs/b',
      '/open/./theirs/b',
    ]) {
      const response = await rawGet(path, headers);
      expect([403, 404, 400], path).toContain(response.status);
      expect(response.body, path).not.toBe('B');
    }
  });

  it('a presigned URL has the rights of who signed it', async () => {
    const signed = (persona: string, Key: string) =>
      getSignedUrl(s3(persona), new GetObjectCommand({ Bucket: 'open', Key }), { expiresIn: 60 });
    expect(await (await fetch(await signed('Reader', 'mine/a'))).text()).toBe('A');
    expect((await fetch(await signed('Reader', 'theirs/b'))).status).toBe(403);
    expect((await fetch(await signed('Nobody', 'mine/a'))).status).toBe(403);
  });

  it('lists by prefix, as the condition says', async () => {
    const keys = async (persona: string, Prefix?: string) =>
      (await s3(persona).send(new ListObjectsV2Command({ Bucket: 'open', Prefix }))).Contents?.map(({ Key }) => Key);
    expect(await keys('Reader', 'mine/')).toEqual(['mine/a']);
    await expect(keys('Reader')).rejects.toMatchObject(denied);
    await expect(keys('Reader', 'theirs/')).rejects.toMatchObject(denied);
    await expect(s3('Reader').send(new ListBucketsCommand({}))).rejects.toMatchObject(denied);
  });

  it('what is missing is hidden from who may not list', async () => {
    await expect(text('Keyed', 'open', 'none')).rejects.toMatchObject(denied);
    await expect(text('AKIA', 'open', 'none')).rejects.toMatchObject({ name: 'NoSuchKey' });
    const head = s3('Keyed').send(new HeadObjectCommand({ Bucket: 'open', Key: 'none' }));
    await expect(head).rejects.toMatchObject({ $metadata: expect.objectContaining({ httpStatusCode: 403 }) });
  });

  it("an encrypted bucket's objects take the rights on its key, too", async () => {
    await expect(text('Reader', 'sealed', 'c')).rejects.toMatchObject({
      ...denied,
      message: expect.stringContaining('kms:Decrypt'),
    });
    expect(await text('Keyed', 'sealed', 'c')).toBe('C');
    const put = s3('Keyed').send(new PutObjectCommand({ Bucket: 'sealed', Key: 'n', Body: 'x' }));
    await expect(put).rejects.toMatchObject({ ...denied, message: expect.stringContaining('kms:GenerateDataKey') });
  });

  it('writes, copies, uploads in parts, tags and deletes only where a persona may', async () => {
    const writer = s3('Writer');
    await writer.send(new PutObjectCommand({ Bucket: 'open', Key: 'mine/new', Body: 'x' }));
    const refused = [
      new PutObjectCommand({ Bucket: 'open', Key: 'theirs/new', Body: 'x' }),
      new PutObjectCommand({ Bucket: 'open', Key: 'mine/tagged', Body: 'x', Tagging: 'a=b' }),
      new CopyObjectCommand({ Bucket: 'open', Key: 'mine/copy', CopySource: 'open/theirs/b' }),
      new CopyObjectCommand({ Bucket: 'open', Key: 'theirs/copy', CopySource: 'open/mine/new' }),
      new CreateMultipartUploadCommand({ Bucket: 'open', Key: 'theirs/parts' }),
      new GetObjectTaggingCommand({ Bucket: 'open', Key: 'mine/a' }),
      new GetBucketPolicyCommand({ Bucket: 'open' }),
    ];
    for (const command of refused) {
      await expect(writer.send(command as GetObjectCommand), command.constructor.name).rejects.toMatchObject(denied);
    }
    // Its tags would be copied with it, which takes rights of its own.
    const tagged = new CopyObjectCommand({ Bucket: 'open', Key: 'mine/copy', CopySource: 'open/mine/a' });
    await expect(writer.send(tagged)).rejects.toMatchObject(denied);
    await writer.send(new CopyObjectCommand({ Bucket: 'open', Key: 'mine/copy', CopySource: 'open/mine/new' }));
    const Objects = [{ Key: 'mine/new' }, { Key: 'theirs/b' }];
    const answer = await writer.send(new DeleteObjectsCommand({ Bucket: 'open', Delete: { Objects } }));
    expect(answer.Deleted).toEqual([{ Key: 'mine/new' }]);
    expect(answer.Errors).toMatchObject([{ Key: 'theirs/b', Code: 'AccessDenied' }]);
    expect(await lake.objects.head('open', 'theirs/b')).toBeDefined();
  });
});

describe('the other services', () => {
  it("refuses with the service's own code and AWS's words", async () => {
    const client = new GlueClient(settings('Nobody'));
    await expect(client.send(new GetTableCommand({ DatabaseName: 'raw', Name: 'flights' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Nobody/lakewright is not authorized to perform: glue:GetTable on resource: ${GLUE}:catalog because no identity-based policy allows the glue:GetTable action`,
    });
    const secrets = new SecretsManagerClient(settings('Nobody'));
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 's' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('lists of the Data Catalog have what a persona may see', async () => {
    const tables = async (persona: string) =>
      (await new GlueClient(settings(persona)).send(new GetTablesCommand({ DatabaseName: 'raw' }))).TableList?.map(
        ({ Name }) => Name,
      );
    expect(await tables('Reader')).toEqual(['flights']);
    expect(await tables('AKIA')).toEqual(['customers', 'flights']);
    await expect(new GlueClient(settings('Reader')).send(new GetDatabasesCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

const authorization = (persona: string) =>
  `AWS4-HMAC-SHA256 Credential=${persona}/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0`;

/** As it is: `fetch` would resolve the dots. */
async function rawGet(path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const { request } = await import('node:http');
  const { hostname, port } = new URL(url);
  return await new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, method: 'GET' }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
