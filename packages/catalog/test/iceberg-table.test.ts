import { type AccessRequest, LakeAccess, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { aws_iam as iam, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { IcebergPartition, IcebergTable, type IcebergTableProps, IcebergType, LakeDatabase } from '../src';
import { dataIds, lake, PolicyEvaluator, workgroup } from './support';

function iceberg(props: Partial<IcebergTableProps> = {}, permissions?: PermissionModel) {
  const made = lake(permissions ? { permissions } : {});
  const { stack, catalog, storage } = made;
  const table = new IcebergTable(stack, 'Orders', {
    database: catalog.datasets,
    tableName: 'orders',
    columns: [
      { name: 'id', type: IcebergType.BIGINT },
      { name: 'ts', type: IcebergType.TIMESTAMP, comment: 'UTC' },
    ],
    workgroup: workgroup(stack, storage.datasets.location('results')),
    ...props,
  });
  const provider = stack.node.findChild('LakewrightIcebergTables').node.findChild('Role') as iam.Role;
  return { ...made, table, provider };
}

const TYPE = 'Custom::LakewrightIcebergTable';

describe('defaults', () => {
  test('the table is declared in the database, in the folder of its name, not partitioned', () => {
    const { stack, table } = iceberg();
    Template.fromStack(stack).hasResourceProperties(TYPE, {
      Database: { Ref: 'CatalogDatasetsE529EEA0' },
      Table: 'orders',
      Location: { 'Fn::Join': ['', Match.arrayWith(['/orders/'])] },
      Workgroup: 'ddl',
      ResultLocation: { 'Fn::Join': ['', Match.arrayWith(['/results/'])] },
      Columns: [
        { Name: 'id', Type: 'bigint' },
        { Name: 'ts', Type: 'timestamp', Comment: 'UTC' },
      ],
      PartitionedBy: [],
      Properties: {},
      DropColumns: [],
      ServiceTimeout: '600',
    });
    expect([table.databaseName, table.tableName, table.location?.prefix]).toEqual(['datasets', 'orders', 'orders']);
  });

  test('the provider may do the DDL of exactly this table, and delete nothing', () => {
    const { stack, storage, catalog, table, provider } = iceberg();
    const policies = PolicyEvaluator.of(stack);
    const may = (action: string, arn: string) => policies.decide(provider, action, arn);
    const object = (key: string) => storage.datasets.bucket.arnForObjects(key);
    expect(may('glue:CreateTable', table.tableArn)).toBe('allowed');
    expect(may('glue:UpdateTable', table.tableArn)).toBe('allowed');
    expect(may('glue:DeleteTable', table.tableArn)).toBe('denied');
    expect(may('glue:GetTable', catalog.datasets.dataset('customers').tableArn)).toBe('denied');
    expect(may('glue:GetDatabase', 'arn:aws:glue:eu-west-1:111111111111:database/default')).toBe('allowed');
    expect(may('s3:PutObject', object('orders/metadata/1.json'))).toBe('allowed');
    expect(may('s3:GetObject', object('orders/data/1.parquet'))).toBe('allowed');
    expect(may('s3:DeleteObject', object('orders/data/1.parquet'))).toBe('denied');
    expect(may('s3:PutObject', object('customers/metadata/1.json'))).toBe('denied');
    expect(may('athena:StartQueryExecution', 'arn:aws:athena:eu-west-1:111111111111:workgroup/ddl')).toBe('allowed');
    expect(may('athena:StartQueryExecution', 'arn:aws:athena:eu-west-1:111111111111:workgroup/primary')).toBe('denied');
  });

  test('nothing runs before its permissions are there', () => {
    const { stack } = iceberg();
    Template.fromStack(stack).hasResource(TYPE, {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^LakewrightIcebergTablesRoleDefaultPolicy')]),
    });
  });

  test('the tables of a stack share one provider', () => {
    const { stack, catalog, storage, provider } = iceberg();
    const customers = new IcebergTable(stack, 'Customers', {
      database: catalog.datasets,
      tableName: 'customers',
      columns: [{ name: 'id', type: IcebergType.BIGINT }],
      workgroup: workgroup(stack, storage.datasets.location('results')),
    });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 1);
    expect(PolicyEvaluator.of(stack).decide(provider, 'glue:CreateTable', customers.tableArn)).toBe('allowed');
  });

  test('the logical id stays the same', () => {
    const { stack } = iceberg();
    expect(Object.entries(dataIds(stack)).filter(([, type]) => type === TYPE)).toEqual([['OrdersA9B65338', TYPE]]);
  });
});

describe('overrides', () => {
  test('types, partitions, properties, a location, renames and drops', () => {
    const { stack } = iceberg({
      columns: [
        { name: 'id', type: IcebergType.decimal(10, 2), renamedFrom: 'key' },
        { name: 'ts', type: IcebergType.TIMESTAMP },
        { name: 'tags', type: IcebergType.array(IcebergType.STRING) },
        { name: 'attributes', type: IcebergType.map(IcebergType.STRING, IcebergType.decimal(5)) },
        {
          name: 'point',
          type: IcebergType.struct({ name: 'x', type: IcebergType.DOUBLE }, { name: 'y', type: IcebergType.FLOAT }),
        },
      ],
      partitions: [IcebergPartition.day('ts'), IcebergPartition.bucket('id', 16), IcebergPartition.truncate('id', 10)],
      properties: { format: 'parquet', vacuum_max_snapshot_age_seconds: '86400' },
      dropColumns: ['old'],
    });
    Template.fromStack(stack).hasResourceProperties(TYPE, {
      Columns: [
        { Name: 'id', Type: 'decimal(10,2)', RenamedFrom: 'key' },
        { Name: 'ts', Type: 'timestamp' },
        { Name: 'tags', Type: 'array<string>' },
        { Name: 'attributes', Type: 'map<string,decimal(5,0)>' },
        { Name: 'point', Type: 'struct<x:double,y:float>' },
      ],
      PartitionedBy: ['day(`ts`)', 'bucket(16, `id`)', 'truncate(10, `id`)'],
      Properties: { format: 'parquet', vacuum_max_snapshot_age_seconds: '86400' },
      DropColumns: ['old'],
    });
  });

  test.each([
    [IcebergPartition.identity('id'), '`id`'],
    [IcebergPartition.year('ts'), 'year(`ts`)'],
    [IcebergPartition.month('ts'), 'month(`ts`)'],
    [IcebergPartition.hour('ts'), 'hour(`ts`)'],
  ])('partition %#', (partition, text) => {
    const { stack } = iceberg({ partitions: [partition] });
    Template.fromStack(stack).hasResourceProperties(TYPE, { PartitionedBy: [text] });
  });

  test('in a sandbox the log is kept for a week', () => {
    const { stack } = iceberg({ environment: LakeEnvironment.sandbox() });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('under Lake Formation the provider keeps its rights on the objects, which Iceberg DDL needs', () => {
    const { stack, storage, provider } = iceberg({}, PermissionModel.hybrid());
    const requests: AccessRequest[] = [];
    const waiting: string[] = [];
    LakeAccess.of(stack).attach({
      provide: (request) => void requests.push(request),
      provideDatabase: () => undefined,
      provideLocation: () => undefined,
      applyBefore: (grantee, construct) => void waiting.push(`${construct.node.path} for ${grantee === provider}`),
    });
    const policies = PolicyEvaluator.of(stack);
    const object = storage.datasets.bucket.arnForObjects('orders/metadata/1.json');
    expect(policies.decide(provider, 's3:PutObject', object)).toBe('allowed');
    expect(policies.decide(provider, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(requests.map(({ dataset, level }) => [dataset.tableName, level])).toEqual([['orders', 'WRITE']]);
    expect(waiting).toEqual(['Lake/Orders/Resource for true']);
  });
});

describe('supplied', () => {
  test('any location, and a database without one', () => {
    const { stack, storage } = lake();
    const database = LakeDatabase.fromLakeDatabaseAttributes(stack, 'Theirs', { databaseName: 'theirs' });
    const location = storage.converted.location('elsewhere');
    const table = new IcebergTable(stack, 'Table', {
      database,
      tableName: 't',
      columns: [{ name: 'id', type: IcebergType.INT }],
      workgroup: workgroup(stack, storage.datasets.location('results')),
      location,
    });
    expect(table.location).toBe(location);
  });

  test('the table is a data set: grants on it give every half', () => {
    const { stack, storage, table } = iceberg();
    const role = new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    table.grants.read(role);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'glue:GetTable', table.tableArn)).toBe('allowed');
    expect(policies.decide(role, 's3:GetObject', storage.datasets.bucket.arnForObjects('orders/data/x'))).toBe(
      'allowed',
    );
  });

  test('comments and properties may be tokens', () => {
    const token = Token.asString({ Ref: 'Parameter' });
    expect(() => iceberg({ properties: { write_compression: token } })).not.toThrow();
    expect(() => iceberg({ columns: [{ name: 'id', type: IcebergType.INT, comment: token }] })).not.toThrow();
  });
});

describe('refused', () => {
  const id = { name: 'id', type: IcebergType.BIGINT };
  test.each<[string, () => Partial<IcebergTableProps>, string]>([
    ['no column', () => ({ columns: [] }), 'NoColumns'],
    ['a column twice', () => ({ columns: [id, id] }), 'DuplicateColumn: column "id" twice'],
    ['an upper-case column', () => ({ columns: [{ ...id, name: 'Id' }] }), 'InvalidColumnName: column "Id"'],
    ['a quote in a comment', () => ({ columns: [{ ...id, comment: "it's" }] }), 'InvalidComment'],
    ['a quote in a property', () => ({ properties: { a: "'" } }), 'InvalidProperty'],
    ['the table type', () => ({ properties: { table_type: 'HIVE' } }), 'InvalidProperty'],
    ['a partition by an unknown column', () => ({ partitions: [IcebergPartition.day('x')] }), 'PartitionColumnUnknown'],
    ['days of a number', () => ({ partitions: [IcebergPartition.day('id')] }), 'PartitionTransformMismatch'],
    [
      'a renamed column beside its old name',
      () => ({ columns: [id, { ...id, name: 'b', renamedFrom: 'id' }] }),
      'RenamedColumnStays',
    ],
    ['half a bucket', () => ({ partitions: [IcebergPartition.bucket('id', 0.5)] }), 'InvalidPartitionTransform'],
    ['too many digits', () => ({ columns: [{ name: 'd', type: IcebergType.decimal(39) }] }), 'InvalidDecimal'],
    ['an upper-case table', () => ({ tableName: 'Orders' }), 'InvalidTableName'],
  ])('%s', (_, props, message) => {
    expect(() => iceberg(props())).toThrow(message);
  });

  test('a table that lies nowhere', () => {
    const { stack } = lake();
    const database = LakeDatabase.fromLakeDatabaseAttributes(stack, 'Theirs', { databaseName: 'theirs' });
    expect(() => iceberg({ database })).toThrow('IcebergTableWithoutLocation');
  });
});
