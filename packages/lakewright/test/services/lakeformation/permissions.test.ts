import {
  BatchGrantPermissionsCommand,
  BatchRevokePermissionsCommand,
  CreateDataCellsFilterCommand,
  CreateLFTagCommand,
  GetDataLakeSettingsCommand,
  GetEffectivePermissionsForPathCommand,
  GrantPermissionsCommand,
  type LakeFormationClient,
  ListPermissionsCommand,
  type ListPermissionsCommandInput,
  type Permission,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
  type Resource,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { expect, test } from 'vitest';
import { ACCOUNT, arn, columns, governedLake, ORDERS, principal } from './lake';

const grant = (client: LakeFormationClient, name: string, Resource: Resource, ...Permissions: Permission[]) =>
  client.send(new GrantPermissionsCommand({ Principal: principal(name), Resource, Permissions }));
const revoke = (client: LakeFormationClient, name: string, Resource: Resource, ...Permissions: Permission[]) =>
  client.send(new RevokePermissionsCommand({ Principal: principal(name), Resource, Permissions }));

async function held(client: LakeFormationClient, name: string): Promise<string[]> {
  const { PrincipalResourcePermissions } = await client.send(
    new ListPermissionsCommand({ Principal: principal(name) }),
  );
  return (PrincipalResourcePermissions ?? []).map(({ Resource, Permissions }) => {
    const [kind, member] = Object.entries(Resource ?? {})[0];
    const { CatalogId: _, TableCatalogId: __, ...rest } = member;
    return `${kind} ${JSON.stringify(Object.fromEntries(Object.entries(rest).sort()))} ${Permissions?.join(' ')}`;
  });
}

test('a grant is listed as AWS lists it: SELECT on a table is one on all its columns', async () => {
  const { admin } = await governedLake();
  await grant(admin, 'Analyst', ORDERS, 'SELECT', 'INSERT');
  expect(await held(admin, 'Analyst')).toEqual([
    'Table {"DatabaseName":"sales","Name":"orders"} INSERT',
    'TableWithColumns {"ColumnWildcard":{},"DatabaseName":"sales","Name":"orders"} SELECT',
  ]);
});

test('all tables of a database are listed as ALL_TABLES', async () => {
  const { admin } = await governedLake();
  await grant(admin, 'Analyst', { Table: { DatabaseName: 'sales', TableWildcard: {} } }, 'DESCRIBE');
  expect(await held(admin, 'Analyst')).toEqual([
    'Table {"DatabaseName":"sales","Name":"ALL_TABLES","TableWildcard":{}} DESCRIBE',
  ]);
});

test('Super comes with what it stands for, and stays without what is revoked from it', async () => {
  const { admin } = await governedLake();
  await grant(admin, 'Analyst', { Database: { Name: 'Sales' } }, 'ALL');
  await revoke(admin, 'Analyst', { Database: { Name: 'sales' } }, 'DROP');
  expect(await held(admin, 'Analyst')).toEqual(['Database {"Name":"sales"} ALTER CREATE_TABLE DESCRIBE']);
  await revoke(admin, 'Analyst', { Database: { Name: 'sales' } }, 'ALL');
  expect(await held(admin, 'Analyst')).toEqual([]);
});

test('columns can be revoked from a grant on more of them', async () => {
  const { admin } = await governedLake();
  await grant(admin, 'Analyst', columns('id', 'email'), 'SELECT');
  await revoke(admin, 'Analyst', columns('email'), 'SELECT');
  expect(await held(admin, 'Analyst')).toEqual([
    'TableWithColumns {"ColumnNames":["id"],"DatabaseName":"sales","Name":"orders"} SELECT',
  ]);
});

test('revoking what nobody has is refused in AWS’s words', async () => {
  const { admin } = await governedLake();
  await expect(revoke(admin, 'Analyst', ORDERS, 'SELECT')).rejects.toMatchObject({
    name: 'InvalidInputException',
    message: 'No permissions revoked. Grantee has no permissions and no grantable permissions on resource.',
  });
});

test('only administrators and who has the grant option may grant', async () => {
  const { admin, analyst, as } = await governedLake();
  const refused = { name: 'AccessDeniedException', message: expect.stringContaining('not authorized') };
  await expect(grant(analyst, 'Analyst', ORDERS, 'SELECT')).rejects.toMatchObject(refused);
  await admin.send(
    new GrantPermissionsCommand({
      Principal: principal('Analyst'),
      Resource: columns('id', 'region'),
      Permissions: ['SELECT'],
      PermissionsWithGrantOption: ['SELECT'],
    }),
  );
  await grant(analyst, 'Engineer', columns('id'), 'SELECT');
  await expect(grant(analyst, 'Engineer', columns('email'), 'SELECT')).rejects.toMatchObject(refused);
  await expect(grant(analyst, 'Engineer', ORDERS, 'SELECT')).rejects.toMatchObject(refused);
  await expect(revoke(as('Engineer'), 'Analyst', columns('id', 'region'), 'SELECT')).rejects.toMatchObject(refused);
  expect(await held(admin, 'Engineer')).toHaveLength(1);
});

test('a principal that is nobody lists only its own permissions', async () => {
  const { admin, analyst } = await governedLake();
  await grant(admin, 'Analyst', ORDERS, 'DESCRIBE');
  await grant(admin, 'Engineer', ORDERS, 'DROP');
  const { PrincipalResourcePermissions } = await analyst.send(new ListPermissionsCommand({}));
  expect(PrincipalResourcePermissions?.map(({ Principal }) => Principal?.DataLakePrincipalIdentifier)).toEqual([
    arn('Analyst'),
  ]);
});

test.each<[string, Resource, Permission[], string, string]>([
  [
    'a permission of another kind',
    ORDERS,
    ['CREATE_TABLE'],
    'InvalidInputException',
    'Permissions modification is invalid',
  ],
  [
    'INSERT on columns',
    columns('id'),
    ['INSERT' as Permission],
    'InvalidInputException',
    'Permissions modification is invalid',
  ],
  [
    'a table that is not there',
    { Table: { DatabaseName: 'sales', Name: 'none' } },
    ['SELECT'],
    'EntityNotFoundException',
    'Table none not found',
  ],
  [
    'a database that is not there',
    { Database: { Name: 'none' } },
    ['DESCRIBE'],
    'EntityNotFoundException',
    'Database none not found',
  ],
  ['a column that is not there', columns('nope'), ['SELECT'], 'InvalidInputException', 'nope'],
  [
    'name and wildcard',
    { Table: { DatabaseName: 'sales', Name: 'orders', TableWildcard: {} } },
    ['SELECT'],
    'InvalidInputException',
    'cannot both be present',
  ],
  ['two resources', { ...ORDERS, Database: { Name: 'sales' } }, ['DESCRIBE'], 'InvalidInputException', 'exactly one'],
  [
    'a location that is not registered',
    { DataLocation: { ResourceArn: 'arn:aws:s3:::lake' } },
    ['DATA_LOCATION_ACCESS'],
    'InvalidInputException',
    'register the S3 path',
  ],
  [
    'a tag that is not there',
    { LFTagPolicy: { ResourceType: 'TABLE', Expression: [{ TagKey: 'k', TagValues: ['v'] }] } },
    ['SELECT'],
    'EntityNotFoundException',
    'Tag or tag value does not exist',
  ],
  [
    'a filter that is not there',
    { DataCellsFilter: { DatabaseName: 'sales', TableName: 'orders', Name: 'f' } },
    ['SELECT'],
    'EntityNotFoundException',
    'filter f not found',
  ],
  [
    'another catalog',
    { Table: { CatalogId: '999999999999', DatabaseName: 'sales', Name: 'orders' } },
    ['SELECT'],
    'InvalidInputException',
    'the local catalog',
  ],
])('refused: %s', async (_, Resource, Permissions, name, text) => {
  const { admin } = await governedLake();
  const answer = grant(admin, 'Analyst', Resource, ...Permissions);
  await expect(answer).rejects.toMatchObject({ name, message: expect.stringContaining(text) });
});

test('excluded columns can’t be granted with the grant option, nor options on what isn’t granted', async () => {
  const { admin } = await governedLake();
  const excluding = {
    TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnWildcard: { ExcludedColumnNames: ['email'] } },
  };
  for (const input of [
    { Resource: excluding, Permissions: ['SELECT' as const], PermissionsWithGrantOption: ['SELECT' as const] },
    { Resource: ORDERS, Permissions: ['SELECT' as const], PermissionsWithGrantOption: ['DROP' as const] },
  ]) {
    const answer = admin.send(new GrantPermissionsCommand({ Principal: principal('Analyst'), ...input }));
    await expect(answer).rejects.toMatchObject({ name: 'InvalidInputException' });
  }
});

test('a batch does what it can and names the rest', async () => {
  const { admin } = await governedLake();
  const entry = (Id: string, Resource: Resource) => ({
    Id,
    Principal: principal('Analyst'),
    Resource,
    Permissions: ['DESCRIBE' as const],
  });
  const missing = { Table: { DatabaseName: 'sales', Name: 'none' } };
  const { Failures } = await admin.send(
    new BatchGrantPermissionsCommand({ Entries: [entry('1', ORDERS), entry('2', missing)] }),
  );
  expect(Failures).toMatchObject([{ RequestEntry: { Id: '2' }, Error: { ErrorCode: 'EntityNotFoundException' } }]);
  expect(await held(admin, 'Analyst')).toHaveLength(1);
  const revoked = await admin.send(new BatchRevokePermissionsCommand({ Entries: [entry('1', ORDERS)] }));
  expect(revoked.Failures).toEqual([]);
  const many = Array.from({ length: 21 }, (_, index) => entry(String(index), ORDERS));
  await expect(admin.send(new BatchGrantPermissionsCommand({ Entries: many }))).rejects.toMatchObject({
    name: 'InvalidInputException',
  });
});

test('100 data filters of one principal on a table, and no more', async () => {
  const { admin } = await governedLake();
  const named = (index: number) => ({ DatabaseName: 'sales', TableName: 'orders', Name: `f${index}` });
  for (let index = 0; index <= 100; index++) {
    const rest = { RowFilter: { FilterExpression: `id = ${index}` }, ColumnWildcard: {} };
    await admin.send(
      new CreateDataCellsFilterCommand({ TableData: { TableCatalogId: ACCOUNT, ...named(index), ...rest } }),
    );
    if (index < 100) await grant(admin, 'Analyst', { DataCellsFilter: named(index) }, 'SELECT');
  }
  await expect(grant(admin, 'Analyst', { DataCellsFilter: named(100) }, 'SELECT')).rejects.toMatchObject({
    name: 'ResourceNumberLimitExceededException',
  });
  await grant(admin, 'Analyst', { DataCellsFilter: named(1) }, 'SELECT');
});

test('lists are filtered by resource and type, page by page; filters come with IncludeRelated', async () => {
  const { admin } = await governedLake();
  const filter = { DatabaseName: 'sales', TableName: 'orders', Name: 'eu' };
  const RowFilter = { FilterExpression: "region = 'EU'" };
  await admin.send(
    new CreateDataCellsFilterCommand({
      TableData: { TableCatalogId: ACCOUNT, ...filter, RowFilter, ColumnWildcard: {} },
    }),
  );
  await grant(admin, 'Analyst', { DataCellsFilter: { TableCatalogId: ACCOUNT, ...filter } }, 'SELECT');
  await grant(admin, 'Engineer', ORDERS, 'INSERT');
  await grant(admin, 'Engineer', { Database: { Name: 'sales' } }, 'CREATE_TABLE');
  const list = async (input: ListPermissionsCommandInput) =>
    (await admin.send(new ListPermissionsCommand(input))).PrincipalResourcePermissions ?? [];
  expect(await list({ Resource: ORDERS })).toHaveLength(1);
  expect(await list({ Resource: ORDERS, IncludeRelated: 'TRUE' })).toHaveLength(2);
  expect(await list({ ResourceType: 'DATABASE' })).toMatchObject([{ Resource: { Database: { Name: 'sales' } } }]);
  const ofFilter = await list({ Resource: { DataCellsFilter: { TableCatalogId: ACCOUNT, ...filter } } });
  expect(ofFilter).toMatchObject([{ Principal: principal('Analyst'), Permissions: ['SELECT'] }]);
  const first = await admin.send(new ListPermissionsCommand({ MaxResults: 1, ResourceType: 'TABLE' }));
  const second = await admin.send(
    new ListPermissionsCommand({ MaxResults: 1, ResourceType: 'TABLE', NextToken: first.NextToken }),
  );
  expect(second.PrincipalResourcePermissions).not.toEqual(first.PrincipalResourcePermissions);
  expect(second.NextToken).toBeUndefined();
});

test('permissions for a path are those on what lies there', async () => {
  const { admin } = await governedLake();
  await grant(admin, 'Analyst', ORDERS, 'INSERT');
  await grant(admin, 'Analyst', { Table: { DatabaseName: 'sales', Name: 'items' } }, 'DROP');
  const of = (path: string) =>
    admin.send(new GetEffectivePermissionsForPathCommand({ ResourceArn: `arn:aws:s3:::${path}` }));
  await expect(of('lake/sales/orders')).rejects.toMatchObject({ name: 'InvalidInputException' });
  await admin.send(new RegisterResourceCommand({ ResourceArn: 'arn:aws:s3:::lake/', RoleArn: arn('Data') }));
  expect((await of('lake/sales/orders')).Permissions).toMatchObject([{ Permissions: ['INSERT'] }]);
  expect((await of('lake')).Permissions).toHaveLength(2);
});

test('settings are replaced by administrators only; a new account leaves new tables to IAM', async () => {
  const { client, analyst, lake } = await governedLake();
  const put = (of: LakeFormationClient) =>
    of.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { DataLakeAdmins: [principal('Analyst')] } }));
  await expect(put(analyst)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await put(client);
  const { DataLakeSettings } = await analyst.send(new GetDataLakeSettingsCommand({}));
  expect(DataLakeSettings).toMatchObject({ DataLakeAdmins: [principal('Analyst')], CreateTableDefaultPermissions: [] });
  await put(analyst);
  const wrong = { CreateTableDefaultPermissions: [{ Principal: principal('Analyst'), Permissions: ['ALL'] }] };
  await expect(lake.call('lakeformation', 'PutDataLakeSettings', { DataLakeSettings: wrong })).rejects.toMatchObject({
    code: 'InvalidInputException',
  });
});

test('a tag may be granted once it is there', async () => {
  const { admin } = await governedLake();
  await admin.send(new CreateLFTagCommand({ TagKey: 'Domain', TagValues: ['Sales'] }));
  const policy = (value: string) => ({
    LFTagPolicy: { ResourceType: 'TABLE' as const, Expression: [{ TagKey: 'domain', TagValues: [value] }] },
  });
  await grant(admin, 'Analyst', policy('SALES'), 'SELECT');
  await expect(grant(admin, 'Analyst', policy('hr'), 'SELECT')).rejects.toMatchObject({
    name: 'EntityNotFoundException',
  });
  const { PrincipalResourcePermissions } = await admin.send(
    new ListPermissionsCommand({ ResourceType: 'LF_TAG_POLICY' }),
  );
  expect(PrincipalResourcePermissions).toMatchObject([
    { Resource: { LFTagPolicy: { Expression: [{ TagKey: 'domain', TagValues: ['sales'] }] } } },
  ]);
});
