import { LakeEnvironment, PermissionModel } from '@lakewright/core';
import { LakeStorage, LakeZone, Zone } from '@lakewright/storage';
import { App, aws_glue as glue, aws_iam as iam, aws_kms as kms, Stack, aws_s3 as s3, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Dataset, LakeCatalog, LakeDatabase } from '../src';
import { dataIds, lake, PolicyEvaluator, synthErrors } from './support';

describe('defaults', () => {
  test('each zone has a database of its name, at its bucket', () => {
    const { stack, catalog } = lake();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Glue::Database', 3);
    for (const name of ['raw', 'converted', 'datasets']) {
      template.hasResourceProperties('AWS::Glue::Database', {
        DatabaseInput: {
          Name: name,
          LocationUri: { 'Fn::Join': ['', ['s3://', Match.anyValue(), '/']] },
        },
      });
    }
    expect(catalog.databases).toEqual([catalog.raw, catalog.converted, catalog.datasets]);
  });

  test('databases outlive the stack', () => {
    const { stack } = lake();
    Template.fromStack(stack).allResources('AWS::Glue::Database', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('IAM decides about access, and the account keeps its catalog encryption', () => {
    const { stack, catalog } = lake();
    expect(catalog.raw.permissions.name).toBe('iam');
    Template.fromStack(stack).resourceCountIs('AWS::Glue::DataCatalogEncryptionSettings', 0);
  });

  test('a data set lies in the folder of its name', () => {
    const { catalog } = lake();
    const flights = catalog.converted.dataset('flights');
    expect(flights.databaseName).toBe('converted');
    expect(flights.location?.prefix).toBe('flights');
  });

  test('the logical ids of what holds data stay the same', () => {
    const { stack } = lake();
    expect(Object.keys(dataIds(stack)).filter((id) => id.startsWith('Catalog'))).toEqual([
      'CatalogRaw48AD472D',
      'CatalogConvertedE8C1042A',
      'CatalogDatasetsE529EEA0',
    ]);
  });
});

describe('overrides', () => {
  test('a prefix keeps the stages of an account apart', () => {
    const { stack, catalog } = lake({ prefix: 'dev' });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: 'dev_raw' } });
    expect(catalog.raw.dataset('flights').databaseName).toBe('dev_raw');
  });

  test('in a sandbox databases go with the stack, by the storage’s switch or the catalog’s own', () => {
    const stack = new Stack(new App(), 'S');
    const storage = new LakeStorage(stack, 'Storage', { environment: LakeEnvironment.sandbox() });
    new LakeCatalog(stack, 'Follows', { storage, prefix: 'a' });
    new LakeCatalog(stack, 'Differs', { storage, prefix: 'b', environment: LakeEnvironment.production() });
    const template = Template.fromStack(stack);
    template.hasResource('AWS::Glue::Database', {
      Properties: { DatabaseInput: { Name: 'a_raw' } },
      DeletionPolicy: 'Delete',
    });
    template.hasResource('AWS::Glue::Database', {
      Properties: { DatabaseInput: { Name: 'b_raw' } },
      DeletionPolicy: 'Retain',
    });
  });

  test('zones of other names have databases that Athena can read without quotes', () => {
    const stack = new Stack(new App(), 'S');
    const storage = new LakeStorage(stack, 'Storage', { zones: [LakeZone.create('landing-area')] });
    const catalog = new LakeCatalog(stack, 'Catalog', { storage });
    expect(catalog.database('landing-area').dataset('t').databaseName).toBe('landing_area');
    expect(() => catalog.raw).toThrow('UnknownZone: zone "raw" → this catalog has "landing-area"');
  });

  test('the account’s encryption key can be used by everybody in the account, through Glue alone', () => {
    const app = new App();
    const stack = new Stack(app, 'S', { env: { region: 'eu-west-1' } });
    const key = new kms.Key(stack, 'Key');
    const storage = new LakeStorage(stack, 'Storage');
    new LakeCatalog(stack, 'Catalog', { storage, accountEncryptionKey: key });
    const anybody = new iam.Role(stack, 'Anybody', { assumedBy: new iam.AccountRootPrincipal() });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::DataCatalogEncryptionSettings', {
      DataCatalogEncryptionSettings: {
        EncryptionAtRest: { CatalogEncryptionMode: 'SSE-KMS', SseAwsKmsKeyId: Match.anyValue() },
        ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: true },
      },
    });
    const policies = PolicyEvaluator.of(stack);
    const through = (service: string) =>
      policies.decide(anybody, 'kms:Decrypt', key.keyArn, {
        'kms:ViaService': service,
        'kms:CallerAccount': '111111111111',
      });
    expect(through('glue.eu-west-1.amazonaws.com')).toBe('allowed');
    expect(through('s3.eu-west-1.amazonaws.com')).toBe('denied');
    const stranger = 'arn:aws:iam::222222222222:role/Stranger';
    expect(policies.decide(stranger, 'kms:Decrypt', key.keyArn, { 'kms:CallerAccount': '222222222222' })).toBe(
      'denied',
    );
  });
});

describe('supplied', () => {
  test('zones without a storage', () => {
    const stack = new Stack(new App(), 'S');
    const zone = Zone.fromBucket(stack, 'Mine', 'mine', new s3.Bucket(stack, 'Bucket'));
    const catalog = new LakeCatalog(stack, 'Catalog', { zones: [zone] });
    expect(catalog.database('mine').location?.bucket).toBe(zone.bucket);
  });

  test('any upstream database has data sets', () => {
    const stack = new Stack(new App(), 'S');
    const database = new glue.Database(stack, 'Upstream', { databaseName: 'theirs' });
    const dataset = Dataset.of(database, 'orders');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    dataset.grants.read(role);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'glue:GetTable', dataset.tableArn)).toBe('allowed');
    expect(policies.decide(role, 'glue:GetTable', `${dataset.tableArn}2`)).toBe('denied');
    expect(policies.decide(role, 'glue:UpdateTable', dataset.tableArn)).toBe('denied');
  });

  test('a Lakewright database gives its data sets their place and their permissions, either way', () => {
    const { catalog, stack } = lake({ permissions: PermissionModel.hybrid() });
    const theirs = LakeDatabase.fromLakeDatabaseAttributes(stack, 'Theirs', { databaseName: 'theirs' });
    const orders = Dataset.of(catalog.raw, 'orders');
    expect([orders.location?.prefix, orders.permissions.name]).toEqual(['orders', 'hybrid']);
    expect(Dataset.of(theirs, 'orders').location).toBeUndefined();
  });

  test('a declared table is a data set at its own location', () => {
    const { stack, storage, catalog } = lake();
    const table = new glue.S3Table(stack, 'Table', {
      database: catalog.raw,
      tableName: 'orders',
      columns: [{ name: 'id', type: glue.Schema.STRING }],
      dataFormat: glue.DataFormat.PARQUET,
      storage: glue.S3TableStorage.fromBucket(storage.raw.bucket),
      s3Prefix: 'orders/v1',
    });
    const dataset = Dataset.ofTable(table);
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    dataset.grants.read(role);
    const policies = PolicyEvaluator.of(stack);
    const object = (key: string) => policies.decide(role, 's3:GetObject', storage.raw.bucket.arnForObjects(key));
    expect(object('orders/v1/a.parquet')).toBe('allowed');
    expect(object('orders/v2/a.parquet')).toBe('denied');
    expect(policies.decide(role, 'glue:GetTable', dataset.tableArn)).toBe('allowed');
  });

  test('a database that was made elsewhere', () => {
    const { stack, storage } = lake();
    const database = LakeDatabase.fromLakeDatabaseAttributes(stack, 'Theirs', {
      databaseName: 'theirs',
      location: storage.raw.location('theirs'),
      permissions: PermissionModel.hybrid(),
    });
    expect(database.dataset('orders').location?.prefix).toBe('theirs/orders');
    expect(database.dataset('orders').permissions.name).toBe('hybrid');
    expect(stack.resolve(database.databaseArn)['Fn::Join'][1].at(-1)).toBe(':database/theirs');
  });

  test('names may be tokens', () => {
    const stack = new Stack(new App(), 'S');
    const databaseName = Token.asString({ Ref: 'Parameter' });
    const database = LakeDatabase.fromLakeDatabaseAttributes(stack, 'Token', { databaseName });
    expect(stack.resolve(database.dataset(Token.asString({ Ref: 'Table' })).tableName)).toEqual({ Ref: 'Table' });
  });
});

describe('layers in other stacks', () => {
  test('use a database by name, without an export, and are deployed after it', () => {
    const { app, stack, catalog } = lake();
    const other = new Stack(app, 'Other');
    new glue.S3Table(other, 'Table', {
      database: catalog.raw,
      tableName: 'orders',
      columns: [{ name: 'id', type: glue.Schema.STRING }],
      dataFormat: glue.DataFormat.PARQUET,
    });
    const role = new iam.Role(other, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    catalog.raw.dataset('orders').grants.describe(role);
    catalog.raw.grants.describe(role);
    app.synth();
    const template = Template.fromStack(other);
    template.hasResourceProperties('AWS::Glue::Table', { DatabaseName: 'raw' });
    expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
    expect(Template.fromStack(stack).toJSON().Outputs ?? {}).toEqual({});
    expect(other.dependencies).toContain(stack);
  });

  test('in the same stack a table waits for its database', () => {
    const { stack, catalog } = lake();
    new glue.S3Table(stack, 'Table', {
      database: catalog.raw,
      tableName: 'orders',
      columns: [{ name: 'id', type: glue.Schema.STRING }],
      dataFormat: glue.DataFormat.PARQUET,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Table', {
      DatabaseName: { Ref: 'CatalogRaw48AD472D' },
    });
  });

  test('find what was published, with rights on bucket and key', () => {
    const { app, stack, catalog } = lake();
    catalog.publish('/lake/dev');
    const other = new Stack(app, 'Other');
    const found = LakeCatalog.fromPublished(other, 'Catalog', { path: 'lake/dev/' });
    const role = new iam.Role(other, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    found.raw.dataset('orders').grants.read(role);
    const parameters = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
    expect(parameters.map(({ Properties }) => Properties.Name)).toEqual(
      ['raw', 'converted', 'datasets'].flatMap((zone) =>
        ['database', 'bucket', 'key'].map((fact) => `/lake/dev/${zone}/${fact}`),
      ),
    );
    const template = JSON.stringify(Template.fromStack(other).toJSON());
    expect(template).not.toContain('Fn::ImportValue');
    expect(template).toContain('"/lake/dev/raw/database"');
    expect(template).toContain('"/lake/dev/raw/key"');
    expect(found.databases).toEqual([found.raw, found.converted, found.datasets]);
  });

  test('SSE-S3 lakes are found without keys', () => {
    const other = new Stack(new App(), 'Other');
    LakeCatalog.fromPublished(other, 'Catalog', { path: '/lake', zoneNames: ['raw'], customerManagedKeys: false });
    const parameters = Object.values(
      Template.fromStack(other).toJSON().Parameters as Record<string, { Default: string }>,
    );
    expect(parameters.map(({ Default }) => Default)).not.toContain('/lake/raw/key');
  });
});

describe('partitions', () => {
  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('ARNs in %s are in %s', (region, partition) => {
    const { stack, catalog } = lake({}, { env: { region, account: '111111111111' } });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    catalog.raw.dataset('flights').grants.read(role);
    const policies = PolicyEvaluator.of(stack);
    const table = `arn:${partition}:glue:${region}:111111111111:table/raw/flights`;
    expect(policies.decide(role, 'glue:GetTable', table)).toBe('allowed');
  });
});

describe('refused', () => {
  test.each([
    ['both', true, true, 'StorageOrZones: both "storage" and "zones"'],
    ['neither', false, false, 'StorageOrZones: neither "storage" nor "zones"'],
  ])('storage and zones: %s', (_, withStorage, withZones, message) => {
    const stack = new Stack(new App(), 'S');
    const storage = new LakeStorage(stack, 'Storage');
    const props = { ...(withStorage ? { storage } : {}), ...(withZones ? { zones: storage.zones } : {}) };
    expect(() => new LakeCatalog(stack, 'Catalog', props)).toThrow(message);
  });

  test('names that SQL would need quotes for', () => {
    expect(() => lake({ prefix: 'My-Stage' })).toThrow(
      'InvalidDatabaseName: database name "My-Stage_raw" → 1 to 255 lower case letters, digits and underscores → write it like "my_stage_raw"',
    );
    const { catalog } = lake();
    expect(() => catalog.raw.dataset('Flights')).toThrow('InvalidTableName: table name "Flights"');
  });

  test('publishing a zone that is a part of a bucket', () => {
    const stack = new Stack(new App(), 'S');
    const whole = Zone.fromBucket(stack, 'Mine', 'mine', new s3.Bucket(stack, 'Bucket'));
    const part = Object.assign(Object.create(whole), { location: () => whole.location('part') });
    const catalog = new LakeCatalog(stack, 'Catalog', { zones: [part] });
    expect(() => catalog.publish('/lake')).toThrow('ZoneIsNotABucket');
  });

  test('Lake Formation without a provider of grants', () => {
    const { app, stack, catalog } = lake({ permissions: PermissionModel.lakeFormation() });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    catalog.raw.dataset('flights').grants.read(role);
    expect(synthErrors(app)).toContain('NoAccessProvider');
  });
});
