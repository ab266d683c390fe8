import { beforeEach, describe, expect, test } from 'vitest';
import { LakeAccess } from '../../../src/access/access-control';
import { RunFiles } from '../../../src/engines/spark/run-files';
import type { Caller } from '../../../src/services/service';
import { TestPermissions } from '../../access/guarded-lake';
import { resource, type TestLake, temporaryLake } from '../../server/temporary-lake';

const ROLE = 'Job';
const statement = (Action: string[], Resource: string[]) => ({ Effect: 'Allow', Action, Resource });

let lake: TestLake;
let permissions: TestPermissions;
const as = (principal: string): RunFiles => new RunFiles(lake, { principal, requestId: 'r' } as Caller);
const ask = (operation: string, key: string, more: object = {}, by = ROLE) =>
  as(by).operations[operation]?.({ bucket: 'lake', key, ...more });

beforeEach(async () => {
  permissions = new TestPermissions();
  const resources = [
    resource('AWS::IAM::Role', ROLE, {
      properties: {
        Policies: [
          {
            PolicyName: 'Own',
            PolicyDocument: {
              Statement: [
                statement(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], ['arn:aws:s3:::lake/own/*']),
                statement(['s3:ListBucket'], ['arn:aws:s3:::lake']),
              ],
            },
          },
        ],
      },
    }),
  ];
  const plain = await temporaryLake({ resources });
  lake = { ...plain, access: new LakeAccess(plain, permissions) };
  lake.objects.createBucket('lake');
  for (const key of ['own/a', 'own/sub/b', 'table/f', 'other/x']) await lake.objects.write('lake', key, key);
  lake.catalog.putDatabase({ Name: 'db' });
  lake.catalog.putTable({ DatabaseName: 'db', Name: 't', StorageDescriptor: { Location: 's3://lake/table/' } });
  permissions.registered.add('s3://lake/table');
});

const keys = async () => (await lake.objects.list('lake')).map(({ key }) => key);

describe('what a run asks of the lake', () => {
  test('is answered where its role may, and AWS refuses it otherwise', async () => {
    expect(await ask('status', 'own')).toEqual({ kind: 'folder' });
    expect(await ask('status', 'own/a')).toMatchObject({ kind: 'file', size: 5 });
    expect(await ask('status', 'own/none')).toEqual({ kind: 'none' });
    expect(await ask('list', 'own')).toMatchObject({
      entries: [
        { kind: 'file', key: 'own/a' },
        { kind: 'folder', key: 'own/sub' },
      ],
    });
    for (const [operation, more] of [
      ['open', {}],
      ['stage', {}],
      ['mayWrite', {}],
      ['publish', { files: [{ file: '/none', key: 'other/x' }] }],
      ['delete', {}],
      ['rename', { to: 'own/y' }],
    ] as const) {
      await expect(ask(operation, 'other/x', more)).rejects.toMatchObject({ code: 'AccessDenied' });
    }
    await expect(ask('rename', 'own/a', { to: 'other/a' })).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(await keys()).toEqual(['other/x', 'own/a', 'own/sub/b', 'table/f']);
  });

  test('renames and deletes folders object by object, and S3 tells it', async () => {
    const told: string[] = [];
    lake.objects.onChange(({ kind, key, reason }) => told.push(`${kind} ${key} ${reason}`));
    await ask('rename', 'own/sub', { to: 'own/new', folder: true });
    expect(told).toEqual(['created own/new/b CopyObject', 'deleted own/sub/b DeleteObject']);
    await expect(ask('delete', 'own')).rejects.toMatchObject({ code: 'DirectoryNotEmpty' });
    expect(await ask('delete', 'own', { recursive: true })).toEqual({ deleted: true });
    expect(await ask('delete', 'own', { recursive: true })).toEqual({ deleted: false });
    expect(await keys()).toEqual(['other/x', 'table/f']);
  });

  test('reaches a table that Lake Formation gives it whole, and not one of which it has a part', async () => {
    await expect(ask('open', 'table/f')).rejects.toMatchObject({ code: 'AccessDenied' });
    permissions.grant(ROLE, 'db.t', { select: [{ name: 'columns', columns: new Set(['a']) }] });
    await expect(ask('open', 'table/f')).rejects.toMatchObject({ code: 'AccessDenied' });
    permissions.grant(ROLE, 'db.t', { select: [{ name: 'rows', columns: 'all', rows: "a = 'x'" }] });
    await expect(ask('open', 'table/f')).rejects.toMatchObject({ code: 'AccessDenied' });
    permissions.grant(ROLE, 'db.t', { select: [{ name: 'all', columns: 'all' }] });
    expect(await ask('open', 'table/f')).toMatchObject({ file: lake.objects.path('lake', 'table/f') });
    await expect(ask('stage', 'table/g')).rejects.toMatchObject({ code: 'AccessDenied' });
    permissions.grant(ROLE, 'db.t', { select: [{ name: 'all', columns: 'all' }], permissions: ['INSERT'] });
    expect(await ask('stage', 'table/g')).toHaveProperty('file');
    await expect(ask('open', 'other/x')).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('names a bucket that is not there', async () => {
    for (const operation of ['list', 'stage', 'delete'])
      await expect(as('local-admin').operations[operation]?.({ bucket: 'nothing', key: 'a' })).rejects.toMatchObject({
        code: 'NoSuchBucket',
      });
  });
});
