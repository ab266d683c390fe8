import {
  CreateDataCellsFilterCommand,
  CreateLakeFormationOptInCommand,
  type DataCellsFilter,
  DeleteDataCellsFilterCommand,
  DeleteLakeFormationOptInCommand,
  DeregisterResourceCommand,
  DescribeResourceCommand,
  GetDataCellsFilterCommand,
  GetDataLakePrincipalCommand,
  GrantPermissionsCommand,
  type LakeFormationClient,
  ListDataCellsFilterCommand,
  ListLakeFormationOptInsCommand,
  ListPermissionsCommand,
  ListResourcesCommand,
  RegisterResourceCommand,
  UpdateDataCellsFilterCommand,
  UpdateResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { expect, test } from 'vitest';
import { ACCOUNT, arn, governedLake, ORDERS, principal } from './lake';

const NAMED = { TableCatalogId: ACCOUNT, DatabaseName: 'sales', TableName: 'orders', Name: 'eu' };
const create = (client: LakeFormationClient, more: Partial<DataCellsFilter>) =>
  client.send(new CreateDataCellsFilterCommand({ TableData: { ...NAMED, ...more } }));
const EU = { RowFilter: { FilterExpression: "region = 'EU'" }, ColumnNames: ['id', 'region'] };

test('a filter is made, read, changed and listed in AWS’s form', async () => {
  const { admin } = await governedLake();
  await create(admin, EU);
  const { DataCellsFilter: made } = await admin.send(new GetDataCellsFilterCommand(NAMED));
  expect(made).toMatchObject({ ...NAMED, ...EU });
  const all = { RowFilter: { AllRowsWildcard: {} }, ColumnWildcard: { ExcludedColumnNames: ['email'] } };
  await admin.send(new UpdateDataCellsFilterCommand({ TableData: { ...NAMED, ...all, VersionId: made?.VersionId } }));
  const { DataCellsFilters } = await admin.send(new ListDataCellsFilterCommand({ Table: ORDERS.Table }));
  expect(DataCellsFilters).toMatchObject([
    {
      ...NAMED,
      RowFilter: { FilterExpression: 'TRUE', AllRowsWildcard: {} },
      ...{ ColumnWildcard: all.ColumnWildcard },
    },
  ]);
  const stale = new UpdateDataCellsFilterCommand({ TableData: { ...NAMED, ...EU, VersionId: made?.VersionId } });
  await expect(admin.send(stale)).rejects.toMatchObject({ name: 'InvalidInputException' });
});

test('dbt’s form, columns beside a wildcard that excludes nothing, means the columns', async () => {
  const { admin } = await governedLake();
  await create(admin, { ...EU, ColumnWildcard: { ExcludedColumnNames: [] } });
  const { DataCellsFilter: made } = await admin.send(new GetDataCellsFilterCommand(NAMED));
  expect(made?.ColumnNames).toEqual(['id', 'region']);
});

test.each<[string, Partial<DataCellsFilter>, string]>([
  ['an unknown column', { ...EU, ColumnNames: ['nope'] }, 'InvalidInputException'],
  [
    'an unknown excluded column',
    { RowFilter: EU.RowFilter, ColumnWildcard: { ExcludedColumnNames: ['nope'] } },
    'InvalidInputException',
  ],
  [
    'columns included and excluded',
    { ...EU, ColumnWildcard: { ExcludedColumnNames: ['email'] } },
    'InvalidInputException',
  ],
  ['no columns', { RowFilter: EU.RowFilter }, 'InvalidInputException'],
  ['an empty row filter', { ...EU, RowFilter: { FilterExpression: ' ' } }, 'InvalidInputException'],
  [
    '2,049 characters',
    { ...EU, RowFilter: { FilterExpression: `id = '${'x'.repeat(2042)}'` } },
    'InvalidInputException',
  ],
  ['a nested column', { ...EU, ColumnNames: ['"address"."zip"'] }, 'InvalidInputException'],
  ['another table', { ...EU, TableName: 'none' }, 'EntityNotFoundException'],
])('a filter is refused: %s', async (_, more, name) => {
  const { admin } = await governedLake();
  await expect(create(admin, more)).rejects.toMatchObject({ name });
});

test('a second filter of the name is refused; a deleted one takes its grants along', async () => {
  const { admin, analyst } = await governedLake();
  await expect(create(analyst, EU)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await create(admin, EU);
  await expect(create(admin, EU)).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  const Resource = { DataCellsFilter: NAMED };
  await admin.send(new GrantPermissionsCommand({ Principal: principal('Analyst'), Resource, Permissions: ['SELECT'] }));
  await admin.send(new DeleteDataCellsFilterCommand(NAMED));
  await create(admin, EU);
  const { PrincipalResourcePermissions } = await admin.send(
    new ListPermissionsCommand({ Principal: principal('Analyst') }),
  );
  expect(PrincipalResourcePermissions).toEqual([]);
  await admin.send(new DeleteDataCellsFilterCommand(NAMED));
  await expect(admin.send(new GetDataCellsFilterCommand(NAMED))).rejects.toMatchObject({
    name: 'EntityNotFoundException',
  });
});

test('who has SELECT with the grant option makes filters', async () => {
  const { admin, analyst } = await governedLake();
  await admin.send(
    new GrantPermissionsCommand({
      Principal: principal('Analyst'),
      Resource: ORDERS,
      Permissions: ['SELECT'],
      PermissionsWithGrantOption: ['SELECT'],
    }),
  );
  await create(analyst, EU);
  expect((await analyst.send(new ListDataCellsFilterCommand({}))).DataCellsFilters).toHaveLength(1);
});

test('a location is registered once, with a role of its own or the service’s', async () => {
  const { admin } = await governedLake();
  const ResourceArn = 'arn:aws:s3:::lake/sales';
  await expect(admin.send(new RegisterResourceCommand({ ResourceArn }))).rejects.toMatchObject({
    name: 'InvalidInputException',
  });
  await admin.send(
    new RegisterResourceCommand({ ResourceArn: `${ResourceArn}/`, RoleArn: arn('Data'), HybridAccessEnabled: true }),
  );
  await expect(admin.send(new RegisterResourceCommand({ ResourceArn, RoleArn: arn('Data') }))).rejects.toMatchObject({
    name: 'AlreadyExistsException',
    message: 'Resource is already registered',
  });
  await admin.send(new UpdateResourceCommand({ ResourceArn, RoleArn: arn('Other'), HybridAccessEnabled: false }));
  const { ResourceInfo } = await admin.send(new DescribeResourceCommand({ ResourceArn }));
  expect(ResourceInfo).toMatchObject({ ResourceArn, RoleArn: arn('Other'), HybridAccessEnabled: false });
  expect(ResourceInfo?.LastModified).toBeInstanceOf(Date);
  await admin.send(new RegisterResourceCommand({ ResourceArn: 'arn:aws:s3:::raw', UseServiceLinkedRole: true }));
  const found = await admin.send(
    new ListResourcesCommand({
      FilterConditionList: [
        { Field: 'ROLE_ARN', ComparisonOperator: 'CONTAINS', StringValueList: ['aws-service-role'] },
      ],
    }),
  );
  expect(found.ResourceInfoList).toMatchObject([{ ResourceArn: 'arn:aws:s3:::raw' }]);
  const change = new UpdateResourceCommand({ ResourceArn: 'arn:aws:s3:::raw', RoleArn: arn('Data') });
  await expect(admin.send(change)).rejects.toMatchObject({ name: 'InvalidInputException' });
  await admin.send(new DeregisterResourceCommand({ ResourceArn }));
  await expect(admin.send(new DescribeResourceCommand({ ResourceArn }))).rejects.toMatchObject({
    name: 'EntityNotFoundException',
  });
});

test('opt-ins are administrators’ to make, list and end', async () => {
  const { admin, analyst } = await governedLake();
  const optIn = { Principal: principal('Analyst'), Resource: ORDERS };
  await expect(analyst.send(new CreateLakeFormationOptInCommand(optIn))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  await admin.send(new CreateLakeFormationOptInCommand(optIn));
  await admin.send(new CreateLakeFormationOptInCommand(optIn));
  const { LakeFormationOptInsInfoList } = await admin.send(
    new ListLakeFormationOptInsCommand({ Principal: principal('Analyst') }),
  );
  expect(LakeFormationOptInsInfoList).toMatchObject([{ ...optIn, LastUpdatedBy: arn('Admin') }]);
  await admin.send(new DeleteLakeFormationOptInCommand(optIn));
  await expect(admin.send(new DeleteLakeFormationOptInCommand(optIn))).rejects.toMatchObject({
    name: 'EntityNotFoundException',
  });
});

test('who asks is told who it is', async () => {
  const { analyst } = await governedLake();
  expect((await analyst.send(new GetDataLakePrincipalCommand({}))).Identity).toBe(arn('Analyst'));
});
