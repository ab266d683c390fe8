import {
  AthenaView,
  Crawler,
  CrawlerTarget,
  IcebergTable,
  IcebergType,
  LakeCatalog,
  ResourceLink,
} from '@lakewright/catalog';
import { DataLocation, LakeAccess, PermissionModel } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, CustomResource, aws_iam as iam, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { DataCellsFilter, Grants, LakeFormation, LfTag, LfTagExpression, RowFilter } from '../src';
import {
  ENV,
  grantsOf,
  idsOf,
  lake,
  PERMISSIONS,
  PolicyEvaluator,
  predecessors,
  ResolvedApp,
  rendered,
  ungoverned,
} from './support';

const europe = RowFilter.where("region <> 'EU'");
const table = '{"Table":{"DatabaseName":"datasets","Name":"customers"}}';
const database = '{"Database":{"Name":"datasets"}}';

describe('on a data set', () => {
  test('read is SELECT on the table, and sight of its database', () => {
    const { stack, catalog, storage, role } = lake();
    const reader = role('Reader');
    Grants.on(catalog.datasets.dataset('customers')).read(reader);
    expect(grantsOf(stack, reader)).toEqual([`DESCRIBE on ${database}`, `DESCRIBE,SELECT on ${table}`]);
    const policies = PolicyEvaluator.of(stack);
    const object = storage.datasets.bucket.arnForObjects('customers/a');
    expect(policies.decide(reader, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(policies.decide(reader, 's3:GetObject', object)).toBe('denied');
    expect(rendered(stack).OptIns).toEqual([]);
  });

  test('columns are a grant on these columns', () => {
    const { stack, catalog, role } = lake();
    const [some, others] = [role('Some'), role('Others')];
    Grants.on(catalog.datasets.dataset('customers'))
      .read(some, { columns: ['id', 'name'], grantable: true })
      .read(others, { excluding: ['email'] });
    expect(grantsOf(stack, some)).toEqual([
      `DESCRIBE on ${database} grantable DESCRIBE`,
      'SELECT on {"TableWithColumns":{"DatabaseName":"datasets","Name":"customers","ColumnNames":["id","name"]}} grantable SELECT',
    ]);
    expect(grantsOf(stack, others)[1]).toBe(
      'SELECT on {"TableWithColumns":{"DatabaseName":"datasets","Name":"customers","ColumnWildcard":{"ExcludedColumnNames":["email"]}}}',
    );
  });

  test('rows are a data cells filter whose name stays the same; several are united', () => {
    const render = (reversed: boolean) => {
      const { stack, catalog, role } = lake();
      const analyst = role('Analyst');
      const customers = Grants.on(catalog.datasets.dataset('customers'));
      const reads = [
        () => customers.read(analyst, { excluding: ['email'], where: europe }),
        () => customers.read(analyst, { columns: ['id'], where: RowFilter.where('id > 5') }),
        () => customers.read(role('Other'), { excluding: ['email'], where: europe }),
      ];
      for (const read of reversed ? reads.reverse() : reads) read();
      return rendered(stack);
    };
    const { Filters, Grants: grants } = render(false);
    expect(Filters).toHaveLength(2);
    expect(Filters).toContainEqual({
      DatabaseName: 'datasets',
      TableName: 'customers',
      Name: expect.stringMatching(/^cells_[0-9a-f]{16}$/),
      RowFilter: europe.expression,
      ExcludedColumnNames: ['email'],
    });
    const names = new Set(Filters.map(({ Name }) => Name));
    const granted = grants.flatMap(({ Resource }) => (Resource.DataCellsFilter as { Name: string })?.Name ?? []);
    expect(granted).toHaveLength(3);
    expect(new Set(granted)).toEqual(names);
    expect(rest(render(true))).toEqual(rest(render(false)));
  });

  test('write is all of the table, its database and its place', () => {
    const { stack, catalog, role } = lake();
    const writer = role('Writer');
    Grants.on(catalog.datasets.dataset('customers')).write(writer);
    const bucket = idsOf(stack, 'AWS::S3::Bucket').find((id) => id.includes('Datasets'));
    expect(grantsOf(stack, writer)).toEqual([
      `ALTER,DELETE,DESCRIBE,DROP,INSERT,SELECT on ${table}`,
      `CREATE_TABLE,DESCRIBE on ${database}`,
      `DATA_LOCATION_ACCESS on {"DataLocation":{"ResourceArn":"arn:aws:s3:::${bucket}/customers"}}`,
    ]);
  });

  test('describe, passed on', () => {
    const { stack, catalog, role } = lake();
    const steward = role('Steward');
    Grants.on(catalog.datasets.dataset('customers')).describe(steward, { grantable: true });
    expect(grantsOf(stack, steward)).toContain(`DESCRIBE on ${table} grantable DESCRIBE`);
  });

  test('a named filter is made once and granted to several', () => {
    const { stack, catalog, storage, role } = lake();
    const customers = catalog.datasets.dataset('customers');
    const filters = [
      new DataCellsFilter(stack, 'NoEurope', { dataset: customers, where: europe, filterName: 'no_europe' }),
      new DataCellsFilter(stack, 'Ids', { dataset: customers, where: RowFilter.allRows(), columns: ['id'] }),
    ];
    const [one, two] = [role('One'), role('Two')];
    Grants.on(customers).read(one, { filters }).read(two, { filters });
    expect(rendered(stack).Filters).toEqual([
      { DatabaseName: 'datasets', TableName: 'customers', Name: 'Lake_Ids_2D81BC80', ColumnNames: ['id'] },
      { DatabaseName: 'datasets', TableName: 'customers', Name: 'no_europe', RowFilter: europe.expression },
    ]);
    expect(grantsOf(stack, two)).toContain(
      'SELECT on {"DataCellsFilter":{"DatabaseName":"datasets","TableName":"customers","Name":"no_europe"}}',
    );
    const object = storage.datasets.bucket.arnForObjects('customers/a');
    expect(PolicyEvaluator.of(stack).decide(one, 's3:GetObject', object)).toBe('denied');
  });

  test('hybrid: the principal is opted in to what it was granted', () => {
    const { stack, catalog, role } = lake({}, PermissionModel.hybrid());
    const reader = role('Reader');
    Grants.on(catalog.datasets.dataset('customers')).read(reader, { where: europe });
    Grants.onDatabase(catalog.raw).describe(reader);
    const Principal = ResolvedApp.of(stack).text(reader.roleArn);
    expect(rendered(stack).OptIns).toEqual([
      { Principal, Resource: { Database: { Name: 'raw' } } },
      { Principal, Resource: { Table: { DatabaseName: 'raw', TableWildcard: 'true' } } },
      { Principal, Resource: { Table: { DatabaseName: 'datasets', Name: 'customers' } } },
    ]);
  });
});

function rest({ Grants: grants, Filters, TagAssociations, OptIns }: ReturnType<typeof rendered>) {
  return { Grants: grants, Filters, TagAssociations, OptIns };
}

describe('on databases and locations', () => {
  test('createTables', () => {
    const { stack, catalog, role } = lake();
    const engineer = role('Engineer');
    Grants.onDatabase(catalog.converted).createTables(engineer).alter(engineer, { grantable: true });
    expect(grantsOf(stack, engineer)).toEqual([
      'ALTER,CREATE_TABLE,DESCRIBE on {"Database":{"Name":"converted"}} grantable ALTER,DESCRIBE',
      expect.stringMatching(/^DATA_LOCATION_ACCESS on .*Converted/),
    ]);
    const policies = PolicyEvaluator.of(stack);
    const arn = 'arn:aws:glue:eu-west-1:111122223333:table/converted/anything';
    expect(policies.decide(engineer, 'glue:CreateTable', arn)).toBe('allowed');
    expect(policies.decide(engineer, 'glue:DeleteTable', arn)).toBe('denied');
  });

  test('read and write are on all tables', () => {
    const { stack, catalog, role } = lake();
    const [reader, writer] = [role('Reader'), role('Writer')];
    Grants.onDatabase(catalog.raw).read(reader).write(writer).drop(writer);
    expect(grantsOf(stack, reader)).toContain(
      'DESCRIBE,SELECT on {"Table":{"DatabaseName":"raw","TableWildcard":"true"}}',
    );
    expect(grantsOf(stack, writer)).toContain('CREATE_TABLE,DESCRIBE,DROP on {"Database":{"Name":"raw"}}');
  });

  test('a location, to be passed on', () => {
    const { stack, role } = lake();
    const engineer = role('Engineer');
    const location = DataLocation.of(s3.Bucket.fromBucketName(stack, 'Theirs', 'theirs'), 'landing');
    Grants.onLocation(location).dataLocation(engineer, { grantable: true });
    expect(grantsOf(stack, engineer)).toEqual([
      'DATA_LOCATION_ACCESS on {"DataLocation":{"ResourceArn":"arn:aws:s3:::theirs/landing"}} grantable DATA_LOCATION_ACCESS',
    ]);
  });

  test('behind a link, rights are on what the owner has, and the link is seen', () => {
    const { stack, role } = lake();
    const link = new ResourceLink(stack, 'Link', {
      targetAccount: '999999999999',
      targetDatabaseName: 'shop',
      databaseName: 'partner',
      permissions: PermissionModel.lakeFormation(),
    });
    const reader = role('Reader');
    Grants.on(link.dataset('orders')).read(reader, { columns: ['id'] });
    expect(grantsOf(stack, reader)).toEqual([
      'DESCRIBE on {"Database":{"CatalogId":"999999999999","Name":"shop"}}',
      'DESCRIBE on {"Database":{"Name":"partner"}}',
      'SELECT on {"TableWithColumns":{"CatalogId":"999999999999","DatabaseName":"shop","Name":"orders","ColumnNames":["id"]}}',
    ]);
    expect(() => Grants.on(link.dataset('orders')).read(reader, { where: europe })).toThrow('FilterOnLink');
  });
});

describe('principals', () => {
  test('accounts are granted by their id, users, roles and groups of Identity Center by ARN', () => {
    const { stack, catalog, role } = lake();
    const orders = Grants.on(catalog.raw.dataset('orders')).read(role('Own'));
    orders.read(new iam.AccountPrincipal('222233334444'), { grantable: true });
    orders.read(new iam.ArnPrincipal('arn:aws:identitystore:::group/a-b'));
    orders.read(new iam.User(stack, 'User'));
    expect(grantsOf(stack, '222233334444')).toEqual([
      'DESCRIBE on {"Database":{"Name":"raw"}} grantable DESCRIBE',
      'DESCRIBE,SELECT on {"Table":{"DatabaseName":"raw","Name":"orders"}} grantable DESCRIBE,SELECT',
    ]);
    expect(grantsOf(stack, 'arn:aws:identitystore:::group/a-b')).toHaveLength(2);
  });

  test('grants to another account, and only these, let the provider share', () => {
    const within = lake();
    Grants.on(within.catalog.raw.dataset('orders')).read(within.role('Own'));
    Template.fromStack(within.stack).resourcePropertiesCountIs(
      'AWS::IAM::Role',
      { ManagedPolicyArns: Match.anyValue() },
      0,
    );
    const { stack, catalog } = lake();
    Grants.on(catalog.raw.dataset('orders')).read(new iam.AccountPrincipal('222233334444'));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      ManagedPolicyArns: [
        {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AWSLakeFormationCrossAccountManager']],
        },
      ],
    });
  });

  test('a role of another stack is granted there', () => {
    const { app, stack, catalog } = lake();
    const people = new Stack(app, 'People', { env: ENV });
    const reader = new iam.Role(people, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    Grants.on(catalog.raw.dataset('orders')).read(reader);
    expect(grantsOf(people, reader)).toHaveLength(2);
    expect(rendered(people).Owner).toBe('People');
    expect(idsOf(stack, PERMISSIONS)).toEqual([]);
    expect(people.dependencies).toContain(stack);
  });
});

describe('order', () => {
  test('of the lines of an app doesn’t matter, and twice is once', () => {
    const render = (order: number[]) => {
      const { stack, catalog, role } = ungoverned();
      const [a, b] = [role('A'), role('B')];
      const lines = [
        () =>
          Grants.on(catalog.raw.dataset('orders'))
            .read(a)
            .read(b, { columns: ['id'] }),
        () => Grants.onDatabase(catalog.raw).createTables(a),
        () => new LakeFormation(stack, 'LakeFormation', { catalog }),
        () => Grants.on(catalog.raw.dataset('orders')).read(a),
        () => new LfTag(stack, 'Tag', { key: 'zone', values: ['raw'] }).associateDatabase(catalog.raw, 'raw'),
      ];
      for (const index of order) lines[index]?.();
      return rendered(stack);
    };
    const first = render([0, 1, 2, 3, 4]);
    expect(first.Grants).toHaveLength(5 + 1); // the database by reference and by name
    for (const order of [
      [2, 0, 1, 4],
      [4, 3, 1, 0, 2],
      [1, 2, 0, 3, 4],
    ])
      expect(render(order)).toEqual(first);
  });

  test('60 grants are one provider and one resource', () => {
    const { stack, catalog, role } = lake();
    const roles = Array.from({ length: 6 }, (_, index) => role(`Role${index}`));
    for (const one of roles) {
      for (let index = 0; index < 10; index += 1) Grants.on(catalog.raw.dataset(`t${index}`)).read(one);
    }
    expect(rendered(stack).Grants).toHaveLength(60 + 6);
    expect(idsOf(stack, 'AWS::Lambda::Function')).toHaveLength(1);
    expect(idsOf(stack, PERMISSIONS)).toHaveLength(1);
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.glue'],
        'detail-type': ['Glue Data Catalog Database State Change'],
        detail: { typeOfChange: ['CreateTable', 'CreateDatabase'] },
      },
    });
  });

  test('a nested stack and a stage without an account have all of it, in their own stacks', () => {
    const stage = new Stage(new App(), 'Prod');
    const stack = new Stack(stage, 'Lake');
    const storage = new LakeStorage(stack, 'Storage');
    const nested = new NestedStack(stack, 'Nested');
    const catalog = new LakeCatalog(nested, 'Catalog', { storage, permissions: PermissionModel.lakeFormation() });
    const reader = new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    Grants.on(catalog.raw.dataset('orders')).read(reader);
    new LakeFormation(stack, 'LakeFormation', { catalog });
    const resources = Template.fromStack(stack).toJSON().Resources as Record<
      string,
      { Type: string; DependsOn?: string[] }
    >;
    const permissions = Object.values(resources).find(({ Type }) => Type === PERMISSIONS);
    const [nestedId = ''] = idsOf(stack, 'AWS::CloudFormation::Stack');
    expect(permissions).toMatchObject({ Properties: { Owner: 'Prod-Lake' } });
    expect(permissions?.DependsOn).toContain(nestedId);
    expect(idsOf(nested, 'AWS::LakeFormation::Resource')).toHaveLength(3);
    expect(idsOf(nested, PERMISSIONS)).toEqual([]);
  });

  test('what asked for it waits for the grants', () => {
    const { stack, catalog, role } = lake();
    const writer = role('Writer');
    const loader = new CustomResource(stack, 'Load', { serviceToken: 'arn:aws:lambda:eu-west-1:1:function:load' });
    Grants.applyBefore(writer, loader);
    Grants.on(catalog.raw.dataset('orders')).write(writer);
    const [id = ''] = idsOf(stack, 'AWS::CloudFormation::CustomResource');
    expect(predecessors(stack, id)).toContain(idsOf(stack, PERMISSIONS)[0]);
  });
});

describe('what the catalog makes', () => {
  const workgroup = (stack: Stack, location: DataLocation) => ({
    workgroupName: 'ddl',
    workgroupArn: 'arn:aws:athena:eu-west-1:111122223333:workgroup/ddl',
    resultLocation: () => location,
    grants: { query: (grantee: iam.IGrantable) => location.grants.readWrite(grantee) },
    stack,
  });

  test('Iceberg tables and views wait for their provider’s grants', () => {
    const { stack, storage, catalog } = lake();
    const results = workgroup(stack, DataLocation.of(s3.Bucket.fromBucketName(stack, 'Results', 'results')));
    const orders = new IcebergTable(stack, 'Orders', {
      database: catalog.raw,
      tableName: 'orders',
      columns: [{ name: 'id', type: IcebergType.INT }],
      workgroup: results,
    });
    const view = new AthenaView(stack, 'View', {
      database: catalog.converted,
      viewName: 'current_orders',
      query: 'SELECT * FROM raw.orders',
      reads: [orders],
      workgroup: results,
    });
    view.node.addDependency(orders);
    const [permissions = ''] = idsOf(stack, PERMISSIONS);
    for (const type of ['Custom::LakewrightIcebergTable', 'Custom::LakewrightAthenaView']) {
      expect(predecessors(stack, idsOf(stack, type)[0] ?? '')).toContain(permissions);
    }
    const all = rendered(stack).Grants.map(
      ({ Permissions, Resource }) => `${Permissions} on ${JSON.stringify(Resource)}`,
    );
    const bucket = ResolvedApp.of(stack).text(storage.raw.bucket.bucketArn);
    expect(all).toContain('CREATE_TABLE,DESCRIBE on {"Database":{"Name":"raw"}}');
    expect(all).toContain('CREATE_TABLE,DESCRIBE on {"Database":{"Name":"converted"}}');
    expect(all).toContain(`DATA_LOCATION_ACCESS on {"DataLocation":{"ResourceArn":"${bucket}/orders"}}`);
    expect(all).toContain('DESCRIBE on {"Table":{"DatabaseName":"raw","Name":"orders"}}');
  });

  test('a crawler may make tables where it reads', () => {
    const { stack, storage, catalog } = lake();
    const { role } = new Crawler(stack, 'Crawler', {
      database: catalog.raw,
      targets: [CrawlerTarget.s3(storage.raw.location('orders'))],
    });
    const bucket = ResolvedApp.of(stack).text(storage.raw.bucket.bucketArn);
    expect(grantsOf(stack, role)).toEqual([
      'ALTER,DESCRIBE,DROP on {"Table":{"DatabaseName":"raw","TableWildcard":"true"}}',
      'CREATE_TABLE,DESCRIBE on {"Database":{"Name":"raw"}}',
      `DATA_LOCATION_ACCESS on {"DataLocation":{"ResourceArn":"${bucket}/orders"}}`,
    ]);
  });
});

describe('refused', () => {
  const customers = () => {
    const made = lake();
    return { ...made, dataset: made.catalog.datasets.dataset('customers'), reader: made.role('Reader') };
  };

  test.each([
    ['columns and excluded columns', { columns: ['a'], excluding: ['b'] }, 'ColumnsAndExcluding'],
    ['a nested column', { columns: ['address.city'] }, 'NestedColumn: column "address.city" on datasets.customers'],
    ['a nested column in a filter', { excluding: ['a.b'], where: europe }, 'NestedColumn'],
    ['columns left out with the grant option', { excluding: ['a'], grantable: true }, 'GrantOptionNeedsColumns'],
    ['no filter', { filters: [] }, 'TooManyFilters: 0 filters'],
  ])('%s', (_, options, error) => {
    const { dataset, reader } = customers();
    expect(() => Grants.on(dataset).read(reader, options)).toThrow(error);
  });

  test('eleven filters in one grant, and filters of another table, or beside columns', () => {
    const { stack, catalog, dataset, reader } = customers();
    const filter = (id: string, of = dataset) => new DataCellsFilter(stack, id, { dataset: of, where: europe });
    const filters = Array.from({ length: 11 }, (_, index) => filter(`F${index}`));
    const grants = Grants.on(dataset);
    expect(() => grants.read(reader, { filters })).toThrow(/TooManyFilters: 11 filters in one grant.* 1 to 10/);
    expect(() => grants.read(reader, { filters: [filter('Other', catalog.raw.dataset('x'))] })).toThrow(
      'FilterOfAnotherTable',
    );
    expect(() => grants.read(reader, { filters: filters.slice(1), columns: ['a'] })).toThrow('FiltersAlone');
    const excluding = new DataCellsFilter(stack, 'Excluding', { dataset, excluding: ['a'] });
    expect(() => grants.read(reader, { filters: [excluding], grantable: true })).toThrow('GrantOptionNeedsColumns');
  });

  test('more than 100 filters for one principal on a table', () => {
    const { app, stack, dataset, reader, role } = customers();
    const read = (who: iam.Role, count: number) => {
      for (let id = 0; id < count; id += 1) Grants.on(dataset).read(who, { where: RowFilter.where(`id = ${id}`) });
    };
    read(reader, 100);
    read(role('Other'), 100);
    expect(() => Template.fromStack(stack)).not.toThrow();
    const more = customers();
    for (let id = 0; id < 101; id += 1) {
      Grants.on(more.dataset).read(more.reader, { where: RowFilter.where(`id = ${id}`) });
    }
    expect(() => more.app.synth()).toThrow(/TooManyFilters: 101 data filters for .*Lake\/Reader.* takes 100/);
    expect(app).not.toBe(more.app);
  });

  test.each([
    ['both lists of columns', { columns: ['a'], excluding: ['b'] }, 'ColumnsAndExcluding'],
    ['a nested column', { columns: ['a.b'] }, 'NestedColumn'],
    ['a name that is too long', { filterName: 'x'.repeat(256) }, 'InvalidFilterName'],
  ])('a data cells filter with %s', (_, props, error) => {
    const { stack, dataset } = customers();
    expect(() => new DataCellsFilter(stack, 'Filter', { dataset, ...props })).toThrow(error);
  });

  test('filters where IAM decides', () => {
    const { stack, catalog } = lake({}, PermissionModel.iam());
    const dataset = catalog.raw.dataset('orders');
    expect(() => new DataCellsFilter(stack, 'Filter', { dataset })).toThrow('FilterNeedsLakeFormation');
  });

  test('grants and filters of an app without LakeFormation', () => {
    const { app, stack, catalog } = ungoverned();
    new DataCellsFilter(stack, 'Filter', { dataset: catalog.raw.dataset('orders') });
    expect(() => app.synth()).toThrow('NoLakeFormation: data cells filter "Lake/Filter"');
    const other = ungoverned();
    const tag = new LfTag(other.stack, 'Tag', { key: 'k', values: ['v'] });
    Grants.onTags(LfTagExpression.of(tag, 'v')).read(other.role('Reader'));
    expect(() => other.app.synth()).toThrow('NoLakeFormation: a grant on the LF-Tag "k"');
    expect(LakeAccess.of(other.stack).requests).toEqual([]);
  });
});
