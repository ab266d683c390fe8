import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openLakePermissions } from '../../../src/access/lake-formation';
import type { LakeResource } from '../../../src/assembly/resource';
import { lakeformation } from '../../../src/services/lakeformation';
import type { Service } from '../../../src/services/service';
import { ANALYST, role } from '../../access/lake-formation/facts';
import { resource, temporaryLake } from '../../server/temporary-lake';
import { arn } from './lake';

type Properties = LakeResource['properties'];

/** A lake whose template can change from run to run. */
async function lakeOf() {
  const resources: LakeResource[] = [];
  const lake = await temporaryLake({ resources });
  const service: Service = lakeformation(lake);
  const permissions = openLakePermissions(lake);
  const run = async (template: Readonly<Record<string, readonly [type: string, properties: Properties]>>) => {
    const next = Object.entries(template).map(([name, [type, properties]]) => resource(type, name, { properties }));
    resources.splice(0, resources.length, ...next);
    service.deploying?.();
    for (const one of resources) await service.resources[one.type].apply?.(one);
  };
  const table = (Name: string) =>
    lake.catalog.putTable({
      DatabaseName: 'sales',
      Name,
      StorageDescriptor: { Columns: [{ Name: 'id' }, { Name: 'email' }] },
    });
  return { lake, service, permissions, run, table };
}

const ORDERS = { database: 'sales', table: 'orders' };
const NO_DEFAULTS = { Name: 'sales', CreateTableDefaultPermissions: [] };
const grants = (...list: object[]) =>
  ['Custom::LakewrightLakeFormationPermissions', { Owner: 'o', Grants: list }] as const;
const select = (Resource: object, name = 'Analyst') => ({ Principal: arn(name), Resource, Permissions: ['SELECT'] });
const ON_ORDERS = { Table: { DatabaseName: 'sales', Name: 'orders' } };

test('a grant on a table that isn’t there holds as soon as it is, and for one that is made anew', async () => {
  const { lake, permissions, run, table } = await lakeOf();
  lake.catalog.putDatabase(NO_DEFAULTS);
  await run({ Grants: grants(select(ON_ORDERS)) });
  expect(lake.host.messages.map(({ code, level }) => [code, level])).toContainEqual([
    'LW_LAKE_FORMATION_WAITS',
    'info',
  ]);
  table('orders');
  expect(permissions.table(ANALYST, ORDERS).select).toEqual([{ name: 'all', columns: 'all' }]);
  lake.catalog.deleteTable('sales', 'orders');
  table('orders');
  expect(permissions.table(ANALYST, ORDERS).select).toHaveLength(1);
});

test('what the template has no longer is revoked; what came through the API stays', async () => {
  const { lake, permissions, run, table, service } = await lakeOf();
  lake.catalog.putDatabase(NO_DEFAULTS);
  table('orders');
  await run({ Grants: grants(select(ON_ORDERS), select(ON_ORDERS, 'Engineer')) });
  await service.operations.GrantPermissions(
    { Principal: { DataLakePrincipalIdentifier: arn('Other') }, Resource: ON_ORDERS, Permissions: ['INSERT'] },
    { principal: 'local-admin', requestId: 'r' },
  );
  await run({ Grants: grants(select(ON_ORDERS)) });
  expect(permissions.table(role('Analyst'), ORDERS).permissions.has('SELECT')).toBe(true);
  expect(permissions.table(role('Engineer'), ORDERS).permissions.size).toBe(0);
  await run({});
  expect(permissions.table(role('Analyst'), ORDERS).permissions.size).toBe(0);
  expect(permissions.table(role('Other'), ORDERS).permissions.has('INSERT')).toBe(true);
});

test('a template’s grant that the API revokes comes back with the next run', async () => {
  const { lake, permissions, run, table, service } = await lakeOf();
  lake.catalog.putDatabase(NO_DEFAULTS);
  table('orders');
  const template = { Grants: grants(select(ON_ORDERS)) };
  await run(template);
  const input = {
    Principal: { DataLakePrincipalIdentifier: arn('Analyst') },
    Resource: ON_ORDERS,
    Permissions: ['SELECT'],
  };
  await service.operations.RevokePermissions(input, { principal: 'local-admin', requestId: 'r' });
  expect(permissions.table(ANALYST, ORDERS).permissions.size).toBe(0);
  await run(template);
  expect(permissions.table(ANALYST, ORDERS).permissions.has('SELECT')).toBe(true);
});

test('a repeated run changes nothing', async () => {
  const { lake, run, table } = await lakeOf();
  lake.catalog.putDatabase(NO_DEFAULTS);
  table('orders');
  const template = {
    Settings: [
      'Custom::LakewrightLakeFormationSettings',
      { Owner: 'o', Administrators: [arn('Admin')], Databases: ['sales'] },
    ],
    Location: ['AWS::LakeFormation::Resource', { ResourceArn: 'arn:aws:s3:::lake', RoleArn: arn('Data') }],
    Grants: grants(select(ON_ORDERS)),
  } as const;
  await run(template);
  const written = () =>
    ['api', 'declared'].map((name) => {
      const file = path.join(lake.workspace.root, 'state', 'lakeformation', `${name}.json`);
      return [fs.readFileSync(file, 'utf8'), fs.statSync(file).ino];
    });
  const before = written();
  await run(template);
  expect(written()).toEqual(before);
});

test('the group leaves the databases that the settings name, and comes with new tables only if the database says so', async () => {
  const { lake, permissions, run, table } = await lakeOf();
  lake.catalog.putDatabase({ Name: 'sales' });
  table('orders');
  expect(permissions.table(ANALYST, ORDERS).governed).toBe(false);
  await run({ Settings: ['Custom::LakewrightLakeFormationSettings', { Owner: 'o', Databases: ['Sales'] }] });
  expect(permissions.table(ANALYST, ORDERS)).toMatchObject({ governed: true, select: [] });
  expect(permissions.database(ANALYST, 'sales').governed).toBe(true);
  table('late');
  expect(permissions.table(ANALYST, { database: 'sales', table: 'late' }).governed).toBe(false);
  lake.catalog.putDatabase({ ...lake.catalog.database('sales'), ...NO_DEFAULTS });
  table('later');
  expect(permissions.table(ANALYST, { database: 'sales', table: 'later' }).governed).toBe(true);
});

test('settings are merged: others’ administrators stay, ours go with the resource', async () => {
  const { permissions, run, service } = await lakeOf();
  const asAdmin = { principal: 'local-admin', requestId: 'r' };
  const admins = async () => {
    const answer = (await service.operations.GetDataLakeSettings({}, asAdmin)) as {
      DataLakeSettings: { DataLakeAdmins: object[] };
    };
    return answer.DataLakeSettings.DataLakeAdmins;
  };
  const identifier = (name: string) => ({ DataLakePrincipalIdentifier: arn(name) });
  await service.operations.PutDataLakeSettings(
    { DataLakeSettings: { DataLakeAdmins: [identifier('Theirs')] } },
    asAdmin,
  );
  await run({
    Settings: [
      'Custom::LakewrightLakeFormationSettings',
      { Owner: 'o', Administrators: [arn('Ours')], DatabaseCreators: [arn('Analyst')], CrossAccountVersion: '4' },
    ],
  });
  expect(await admins()).toEqual([identifier('Theirs'), identifier('Ours')]);
  expect(permissions.isAdministrator(role('Ours'))).toBe(true);
  expect(permissions.mayCreateDatabase(ANALYST)).toBe(true);
  await run({});
  expect(await admins()).toEqual([identifier('Theirs')]);
});

test('the plain types of CloudFormation: settings, location, tag, association, filter, both forms of permissions', async () => {
  const { lake, permissions, run, table } = await lakeOf();
  lake.catalog.putDatabase(NO_DEFAULTS);
  table('orders');
  table('items');
  const filter = { TableCatalogId: lake.account, DatabaseName: 'sales', TableName: 'orders', Name: 'eu' };
  await run({
    Settings: ['AWS::LakeFormation::DataLakeSettings', { Admins: [{ DataLakePrincipalIdentifier: arn('Admin') }] }],
    Location: ['AWS::LakeFormation::Resource', { ResourceArn: 'arn:aws:s3:::lake/', UseServiceLinkedRole: 'true' }],
    Tag: ['AWS::LakeFormation::Tag', { TagKey: 'Domain', TagValues: ['Sales'] }],
    Association: [
      'AWS::LakeFormation::TagAssociation',
      {
        Resource: { Table: { DatabaseName: 'sales', Name: 'items' } },
        LFTags: [{ TagKey: 'domain', TagValues: ['sales'] }],
      },
    ],
    Filter: [
      'AWS::LakeFormation::DataCellsFilter',
      { ...filter, RowFilter: { FilterExpression: 'id > 1' }, ColumnNames: ['id'] },
    ],
    ByFilter: [
      'AWS::LakeFormation::PrincipalPermissions',
      {
        Principal: { DataLakePrincipalIdentifier: arn('Analyst') },
        Resource: { DataCellsFilter: filter },
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: [],
      },
    ],
    ByTag: [
      'AWS::LakeFormation::PrincipalPermissions',
      {
        Principal: { DataLakePrincipalIdentifier: arn('Analyst') },
        Resource: { LFTagPolicy: { ResourceType: 'TABLE', Expression: [{ TagKey: 'domain', TagValues: ['sales'] }] } },
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: [],
      },
    ],
    Former: [
      'AWS::LakeFormation::Permissions',
      {
        DataLakePrincipal: { DataLakePrincipalIdentifier: arn('Engineer') },
        Resource: {
          TableWithColumnsResource: {
            DatabaseName: 'sales',
            Name: 'orders',
            ColumnWildcard: { ExcludedColumnNames: ['email'] },
          },
        },
        Permissions: ['SELECT'],
      },
    ],
    Place: [
      'AWS::LakeFormation::Permissions',
      {
        DataLakePrincipal: { DataLakePrincipalIdentifier: arn('Engineer') },
        Resource: { DataLocationResource: { S3Resource: 'arn:aws:s3:::lake/sales' } },
        Permissions: ['DATA_LOCATION_ACCESS'],
      },
    ],
  });
  expect(permissions.isAdministrator(role('Admin'))).toBe(true);
  expect(permissions.table(ANALYST, ORDERS).select).toEqual([{ name: 'eu', columns: new Set(['id']), rows: 'id > 1' }]);
  expect(permissions.table(ANALYST, { database: 'sales', table: 'items' }).select).toEqual([
    { name: 'all', columns: 'all' },
  ]);
  expect(permissions.table(role('Engineer'), ORDERS).select).toEqual([{ name: 'columns', columns: new Set(['id']) }]);
  expect(permissions.mayPlaceDataAt(role('Engineer'), 's3://lake/sales/new')).toBe(true);
  expect(permissions.mayPlaceDataAt(role('Engineer'), 's3://lake/hr')).toBe(false);
  expect(permissions.isRegistered('s3://lake/x')).toBe(true);
});

test('a plain resource for a table that isn’t there is warned of: on AWS it fails', async () => {
  const { lake, run } = await lakeOf();
  await run({
    Permissions: [
      'AWS::LakeFormation::PrincipalPermissions',
      { Principal: { DataLakePrincipalIdentifier: arn('Analyst') }, Resource: ON_ORDERS, Permissions: ['SELECT'] },
    ],
  });
  expect(lake.host.messages).toContainEqual(
    expect.objectContaining({
      code: 'LW_LAKE_FORMATION_WAITS',
      level: 'warning',
      text: expect.stringContaining('on AWS this resource fails'),
    }),
  );
});

test('the whole contract of the custom resource: filters, tags, opt-ins, wildcards as text', async () => {
  const { lake, permissions, run, table } = await lakeOf();
  lake.catalog.putDatabase(NO_DEFAULTS);
  table('orders');
  table('items');
  await run({
    Tag: ['AWS::LakeFormation::Tag', { TagKey: 'domain', TagValues: ['sales'] }],
    Location: ['AWS::LakeFormation::Resource', { ResourceArn: 'arn:aws:s3:::lake', RoleArn: arn('Data') }],
    All: [
      'Custom::LakewrightLakeFormationPermissions',
      {
        Owner: 'o',
        Filters: [
          {
            DatabaseName: 'sales',
            TableName: 'orders',
            Name: 'some',
            RowFilter: 'id = 1',
            ExcludedColumnNames: ['email'],
          },
          { DatabaseName: 'sales', TableName: 'orders', Name: 'ids', ColumnNames: ['id'] },
        ],
        Grants: [
          select({ DataCellsFilter: { DatabaseName: 'sales', TableName: 'orders', Name: 'some' } }),
          select({ DataCellsFilter: { DatabaseName: 'sales', TableName: 'orders', Name: 'ids' } }),
          {
            Principal: arn('Engineer'),
            Resource: { Table: { DatabaseName: 'sales', TableWildcard: 'true' } },
            Permissions: ['ALL'],
            PermissionsWithGrantOption: ['SELECT'],
          },
          { Principal: arn('Engineer'), Resource: { Catalog: 'true' }, Permissions: ['CREATE_DATABASE'] },
          {
            Principal: arn('Engineer'),
            Resource: { DataLocation: { ResourceArn: 'arn:aws:s3:::lake/x' } },
            Permissions: ['DATA_LOCATION_ACCESS'],
          },
          {
            Principal: arn('Steward'),
            Resource: {
              LFTagPolicy: { ResourceType: 'TABLE', Expression: [{ TagKey: 'domain', TagValues: ['sales'] }] },
            },
            Permissions: ['SELECT'],
          },
          {
            Principal: arn('Steward'),
            Resource: { LFTag: { TagKey: 'domain', TagValues: ['sales'] } },
            Permissions: ['ASSOCIATE', 'DESCRIBE'],
          },
          {
            Principal: 'IAM_ALLOWED_PRINCIPALS',
            Resource: { Table: { DatabaseName: 'sales', Name: 'items' } },
            Permissions: ['ALL'],
          },
        ],
        TagAssociations: [
          {
            Resource: { TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['id'] } },
            Tags: [{ TagKey: 'domain', TagValues: ['sales'] }],
          },
        ],
        OptIns: [{ Principal: arn('Analyst'), Resource: { Table: { DatabaseName: 'sales', Name: 'items' } } }],
      },
    ],
  });
  expect(permissions.table(ANALYST, ORDERS).select).toEqual([
    { name: 'columns', columns: new Set(['id']) },
    { name: 'some', columns: new Set(['id']), rows: 'id = 1' },
  ]);
  expect(permissions.table(role('Steward'), ORDERS).select).toEqual([{ name: 'columns', columns: new Set(['id']) }]);
  expect(permissions.table(role('Engineer'), ORDERS).permissions.size).toBe(6);
  expect(permissions.table(ANALYST, { database: 'sales', table: 'items' }).governed).toBe(true);
  expect(permissions.table(role('Steward'), { database: 'sales', table: 'items' }).governed).toBe(false);
  expect(permissions.mayPlaceDataAt(role('Engineer'), 's3://lake/x/t')).toBe(true);
});

test('a template that AWS would refuse fails by its reason', async () => {
  const { lake, run, table } = await lakeOf();
  lake.catalog.putDatabase(NO_DEFAULTS);
  table('orders');
  const wrong = { TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['nope'] } };
  await expect(run({ Grants: grants(select(wrong)) })).rejects.toMatchObject({
    message: expect.stringContaining('nope'),
  });
});
