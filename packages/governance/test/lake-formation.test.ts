import { LakeEnvironment, PermissionModel } from '@lakewright/core';
import { App, aws_glue as glue, aws_iam as iam, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Grants, LakeFormation, LakeFormationMode } from '../src';
import {
  dataIds,
  ENV,
  idsOf,
  lake,
  PERMISSIONS,
  PolicyEvaluator,
  predecessors,
  ResolvedApp,
  SETTINGS,
  ungoverned,
} from './support';

interface Settings {
  readonly Owner: string;
  readonly Administrators: string[];
  readonly ReadOnlyAdministrators: string[];
  readonly DatabaseCreators: string[];
  readonly Databases: string[];
  readonly CrossAccountVersion?: string;
}

/** The settings resources of a stack by their ids' kind. */
function settings(stack: Stack, kind: 'Bootstrap' | 'Settings', ...others: Stack[]): Settings | undefined {
  const all = ResolvedApp.of(stack, ...others).resources(SETTINGS);
  return all.find((one) => one.stack === stack && one.id.includes(`LakeFormation${kind}`))?.properties as
    | Settings
    | undefined;
}

const CDK_ROLE = 'arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1';

describe('defaults', () => {
  test('CloudFormation and the provider are administrators before any database, tag or location is made', () => {
    const { stack } = lake();
    const [provider = ''] = idsOf(stack, 'AWS::IAM::Role').filter((id) => id.includes('ProviderRole'));
    expect(settings(stack, 'Bootstrap')?.Administrators).toEqual([CDK_ROLE, expect.stringContaining(provider)]);
    const bootstrap = idsOf(stack, SETTINGS).find((id) => id.includes('Bootstrap'));
    const makesThings = ['AWS::Glue::Database', 'AWS::LakeFormation::Resource'].flatMap((type) => idsOf(stack, type));
    expect(makesThings).toHaveLength(6);
    for (const id of makesThings) expect(predecessors(stack, id)).toContain(bootstrap);
  });

  test('every database is closed to IAM_ALLOWED_PRINCIPALS after it was made, and registered', () => {
    const { stack } = lake();
    expect(settings(stack, 'Settings')?.Databases).toEqual(['raw', 'converted', 'datasets']);
    const [closing = ''] = idsOf(stack, SETTINGS).filter((id) => id.includes('FormationSettings'));
    for (const id of idsOf(stack, 'AWS::Glue::Database')) expect(predecessors(stack, closing)).toContain(id);
    Template.fromStack(stack).allResourcesProperties('AWS::LakeFormation::Resource', {
      UseServiceLinkedRole: false,
      HybridAccessEnabled: false,
    });
  });

  test('without a grant there is no permissions resource, and without databases nothing to watch', () => {
    const { stack } = lake();
    expect(idsOf(stack, PERMISSIONS)).toEqual([]);
    expect(idsOf(stack, 'AWS::Events::Rule')).toHaveLength(1);
    expect(idsOf(stack, 'AWS::Lambda::Function')).toHaveLength(1);
    const { stack: hybrid } = lake({}, PermissionModel.hybrid());
    expect(idsOf(hybrid, 'AWS::Events::Rule')).toEqual([]);
  });

  test('hybrid databases stay open, and so do their locations', () => {
    const { stack } = lake({}, PermissionModel.hybrid());
    expect(settings(stack, 'Settings')?.Databases ?? []).toEqual([]);
    Template.fromStack(stack).allResourcesProperties('AWS::LakeFormation::Resource', { HybridAccessEnabled: true });
  });

  test('what IAM governs is left alone', () => {
    const { stack } = lake({}, PermissionModel.iam());
    expect(idsOf(stack, 'AWS::LakeFormation::Resource')).toEqual([]);
    expect(settings(stack, 'Settings')?.Databases ?? []).toEqual([]);
  });

  test('the provider may do what it does, and not administrate glue or its neighbours’ notes', () => {
    const { stack } = lake();
    const role = stack.node.findChild('LakewrightLakeFormation').node.findChild('Provider').node.findChild('Role');
    const policies = PolicyEvaluator.of(stack);
    const can = (action: string, resource: string) => policies.decide(role as iam.Role, action, resource);
    const parameter = (name: string) => `arn:aws:ssm:eu-west-1:111122223333:parameter/lakewright/${name}`;
    expect(can('lakeformation:BatchGrantPermissions', '*')).toBe('allowed');
    expect(can('lakeformation:PutDataLakeSettings', '*')).toBe('allowed');
    expect(can('lakeformation:RegisterResource', '*')).toBe('denied');
    expect(can('glue:GetTable', 'arn:aws:glue:eu-west-1:111122223333:table/raw/orders')).toBe('allowed');
    expect(can('glue:DeleteTable', 'arn:aws:glue:eu-west-1:111122223333:table/raw/orders')).toBe('denied');
    for (const owner of ['Lake', 'Lake-settings', 'Lake-bootstrap']) {
      expect(can('ssm:PutParameter', parameter(`${owner}/permissions/00000001/head`))).toBe('allowed');
    }
    expect(can('ssm:PutParameter', parameter('Lake2/permissions/00000001/head'))).toBe('denied');
  });
});

describe('overrides', () => {
  test('administrators, readers and creators have both halves', () => {
    const { stack, catalog, role } = ungoverned();
    const [admin, auditor, engineer] = [role('Admin'), role('Auditor'), role('Engineer')];
    new LakeFormation(stack, 'LakeFormation', {
      catalog,
      administrators: [admin],
      readOnlyAdministrators: [auditor],
      databaseCreators: [engineer],
      crossAccountVersion: 4,
    });
    const app = ResolvedApp.of(stack);
    expect(settings(stack, 'Settings')).toMatchObject({
      Administrators: [app.text(admin.roleArn)],
      ReadOnlyAdministrators: [app.text(auditor.roleArn)],
      DatabaseCreators: [app.text(engineer.roleArn)],
      CrossAccountVersion: '4',
    });
    const policies = PolicyEvaluator.of(stack);
    const may = (who: iam.Role, action: string, resource = '*') => policies.decide(who, action, resource);
    expect(may(admin, 'lakeformation:GrantPermissions')).toBe('allowed');
    expect(may(admin, 'lakeformation:PutDataLakeSettings')).toBe('denied');
    expect(may(auditor, 'lakeformation:ListPermissions')).toBe('allowed');
    expect(may(auditor, 'lakeformation:GrantPermissions')).toBe('denied');
    const database = 'arn:aws:glue:eu-west-1:111122223333:database/sandbox';
    expect(may(engineer, 'glue:CreateDatabase', database)).toBe('allowed');
    expect(may(engineer, 'glue:DeleteDatabase', database)).toBe('denied');
  });

  test('locations need not be registered', () => {
    const { stack } = lake({ registerLocations: false });
    expect(idsOf(stack, 'AWS::LakeFormation::Resource')).toEqual([]);
  });

  test('logs of a sandbox are kept for a week', () => {
    const { stack } = lake({ environment: LakeEnvironment.sandbox() });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('a qualifier of one’s own is heeded', () => {
    const app = new App({ context: { '@aws-cdk/core:bootstrapQualifier': 'mine' } });
    const other = new Stack(app, 'Other');
    new LakeFormation(other, 'LakeFormation');
    expect(settings(other, 'Bootstrap')?.Administrators[0]).toBe(
      'arn:aws:iam::111111111111:role/cdk-mine-cfn-exec-role-111111111111-eu-west-1',
    );
  });
});

describe('supplied', () => {
  test('a role for the deployment', () => {
    const { stack, catalog } = ungoverned();
    const deploymentRole = iam.Role.fromRoleArn(stack, 'Deployer', 'arn:aws:iam::111122223333:role/deployer');
    new LakeFormation(stack, 'LakeFormation', { catalog, deploymentRole });
    expect(settings(stack, 'Bootstrap')?.Administrators).toContain('arn:aws:iam::111122223333:role/deployer');
  });

  test('a synthesizer that hides its role is told of, with the way out', () => {
    const { stack, catalog } = ungoverned({}, { env: ENV, synthesizer: new LegacyStackSynthesizer() });
    new LakeFormation(stack, 'LakeFormation', { catalog });
    expect(settings(stack, 'Bootstrap')?.Administrators).toHaveLength(1);
    Annotations.fromStack(stack).hasWarning(
      '/Lake/LakewrightLakeFormation',
      Match.stringLikeRegexp('give "deploymentRole"'),
    );
  });

  test('databases of another stack are closed and registered there, before grants on them elsewhere', () => {
    const { app, stack, catalog } = ungoverned();
    const people = new Stack(app, 'People', { env: ENV });
    const reader = new iam.Role(people, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    new LakeFormation(people, 'LakeFormation', { catalog });
    Grants.on(catalog.raw.dataset('orders')).read(reader);
    expect(settings(stack, 'Settings', people)?.Databases).toEqual(['raw', 'converted', 'datasets']);
    expect(idsOf(stack, 'AWS::LakeFormation::Resource')).toHaveLength(3);
    expect(idsOf(stack, PERMISSIONS)).toEqual([]);
    expect(idsOf(people, PERMISSIONS)).toHaveLength(1);
    expect(people.dependencies).toContain(stack);
    expect(stack.dependencies).not.toContain(people);
  });

  test('an administrator whose own policy names the databases', () => {
    const { stack, catalog } = ungoverned();
    const inline = new iam.PolicyDocument({
      statements: [new iam.PolicyStatement({ actions: ['glue:GetDatabase'], resources: [catalog.raw.databaseArn] })],
    });
    const admin = new iam.Role(stack, 'Admin', {
      assumedBy: new iam.AccountRootPrincipal(),
      inlinePolicies: { inline },
    });
    new LakeFormation(stack, 'LakeFormation', { catalog, administrators: [admin] });
    expect(() => Template.fromStack(stack)).not.toThrow(); // finds cycles
  });
});

describe('refused', () => {
  test('a second one', () => {
    const { stack } = lake();
    expect(() => new LakeFormation(stack, 'Second')).toThrow('LakeFormationExists');
  });

  test.each([0, 6, 1.5])('cross-account version %s', (crossAccountVersion) => {
    expect(() => lake({ crossAccountVersion })).toThrow('InvalidCrossAccountVersion');
  });

  test('an administrator whose stack needs the lake', () => {
    const { app, stack, storage, catalog } = ungoverned();
    const platform = new Stack(app, 'Platform', { env: ENV });
    const admin = new iam.Role(platform, 'Admin', { assumedBy: new iam.AccountRootPrincipal() });
    storage.raw.bucket.grantRead(admin);
    new LakeFormation(stack, 'LakeFormation', { catalog, administrators: [admin] });
    expect(() => app.synth()).toThrow(
      /CircularAdministrator: administrator "Platform\/Admin".*refers to "Lake\/Storage.*put LakeFormation into a stack/,
    );
  });

  test('an administrator whose stack was told to come after', () => {
    const { app, stack, catalog } = ungoverned();
    const platform = new Stack(app, 'Platform', { env: ENV });
    const admin = new iam.Role(platform, 'Admin', { assumedBy: new iam.AccountRootPrincipal() });
    platform.addStackDependency(stack);
    new LakeFormation(stack, 'LakeFormation', { catalog, administrators: [admin] });
    expect(() => app.synth()).toThrow('CircularAdministrator');
  });

  test.each([
    ['a group of IAM', (stack: Stack) => new iam.Group(stack, 'Group')],
    ['a service', () => new iam.ServicePrincipal('glue.amazonaws.com')],
    ['everybody', () => new iam.AnyPrincipal()],
    [
      'a principal with conditions',
      () => new iam.ArnPrincipal('arn:aws:iam::1:role/r').withConditions({ Bool: { 'aws:SecureTransport': 'true' } }),
    ],
  ])('%s as administrator', (_, principal) => {
    const { stack, catalog } = ungoverned();
    const administrators = [principal(stack)];
    expect(() => new LakeFormation(stack, 'LakeFormation', { catalog, administrators })).toThrow(
      'PrincipalNotSupported',
    );
  });
});

test('what holds data keeps its logical ids, whatever the permission model', () => {
  const ids = (permissions: PermissionModel) => {
    const { stack, catalog } = ungoverned({ permissions });
    if (permissions.usesLakeFormation) new LakeFormation(stack, 'LakeFormation', { catalog });
    const { ...all } = dataIds(stack);
    return Object.fromEntries(Object.entries(all).filter(([, type]) => type !== 'AWS::Logs::LogGroup'));
  };
  expect(ids(PermissionModel.lakeFormation())).toEqual(ids(PermissionModel.iam()));
  expect(ids(PermissionModel.lakeFormation())).toMatchObject({
    CatalogRaw48AD472D: 'AWS::Glue::Database',
    CatalogConvertedE8C1042A: 'AWS::Glue::Database',
    CatalogDatasetsE529EEA0: 'AWS::Glue::Database',
  });
});

test('what others hold on to keeps its logical ids', () => {
  const { stack, catalog, role } = lake();
  Grants.on(catalog.raw.dataset('orders')).read(role('Reader'));
  expect(idsOf(stack, SETTINGS)).toEqual([
    'LakewrightLakeFormationBootstrapBF63FD8A',
    'LakewrightLakeFormationSettingsB56F8FB4',
  ]);
  expect(idsOf(stack, PERMISSIONS)).toEqual(['LakewrightLakeFormationPermissionsE2D18263']);
  expect(idsOf(stack, 'AWS::LakeFormation::Resource')).toEqual([
    'CatalogRawLakeLocation29EE4673',
    'CatalogConvertedLakeLocation73A4516B',
    'CatalogDatasetsLakeLocation8F3FDDAE',
  ]);
});

test('tables that CloudFormation makes are there before they are granted', () => {
  const { stack, catalog, storage, role } = lake();
  new glue.S3Table(stack, 'Orders', {
    database: catalog.raw,
    tableName: 'orders',
    columns: [{ name: 'id', type: glue.Schema.STRING }],
    dataFormat: glue.DataFormat.PARQUET,
    storage: glue.S3TableStorage.fromBucket(storage.raw.bucket),
    s3Prefix: 'orders/',
  });
  Grants.on(catalog.raw.dataset('orders')).read(role('Reader'));
  const [permissions = ''] = idsOf(stack, PERMISSIONS);
  const before = predecessors(stack, permissions);
  for (const type of ['AWS::Glue::Table', 'AWS::Glue::Database', 'AWS::LakeFormation::Resource', SETTINGS]) {
    for (const id of idsOf(stack, type)) expect(before).toContain(id);
  }
});

test('each app and stage has its own', () => {
  lake();
  const { stack, catalog } = ungoverned();
  new LakeFormation(stack, 'LakeFormation', { databases: [catalog.raw], mode: LakeFormationMode.provider() });
  expect(settings(stack, 'Settings')?.Databases).toEqual(['raw']);
});
