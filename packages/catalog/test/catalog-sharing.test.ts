import { PermissionModel } from '@lakewright/core';
import { aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { CatalogSharing, ResourceLink } from '../src';
import { lake, PolicyEvaluator, ResolvedApp } from './support';

const partner = 'arn:aws:iam::222222222222:role/Partner';

interface Shared {
  readonly Owner: string;
  readonly Statements: string;
}

function shared(stack: Parameters<typeof ResolvedApp.of>[0]) {
  return ResolvedApp.of(stack)
    .resources('Custom::LakewrightCatalogPolicy')
    .map(({ properties }) => properties as unknown as Shared);
}

describe('a share', () => {
  test('names exactly the database and its tables, and reads only', () => {
    const { stack, catalog } = lake();
    new CatalogSharing(stack, 'Sharing', {
      database: catalog.datasets,
      principals: [new iam.AccountPrincipal('222222222222')],
      tables: ['orders'],
    });
    const [{ Statements, Owner } = { Statements: '[]', Owner: '' }] = shared(stack);
    const [statement] = JSON.parse(Statements);
    expect(statement.Principal).toEqual({ AWS: 'arn:aws:iam::222222222222:root' });
    expect(statement.Resource.map((arn: string) => arn.split(':').at(-1))).toEqual([
      'catalog',
      expect.stringMatching(/^database\//),
      expect.stringMatching(/^table\/.+\/orders$/),
    ]);
    expect(statement.Action.every((action: string) => /^glue:(BatchGet|Get|Search)/.test(action))).toBe(true);
    expect(Owner).toMatch(/^[A-Za-z0-9]+$/);
  });

  test('gives the objects and their key as well', () => {
    const { stack, catalog, storage } = lake();
    new CatalogSharing(stack, 'Sharing', {
      database: catalog.datasets,
      principals: [new iam.ArnPrincipal(partner)],
      tables: ['orders'],
    });
    const policies = PolicyEvaluator.of(stack);
    const object = (key: string) =>
      policies.decide(partner, 's3:GetObject', storage.datasets.bucket.arnForObjects(key));
    expect(object('orders/a.parquet')).toBe('allowed');
    expect(object('customers/a.parquet')).toBe('denied');
    expect(policies.decide(partner, 'kms:Decrypt', storage.encryptionKey?.keyArn ?? '')).toBe('allowed');
    expect(policies.decide(partner, 's3:PutObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('denied');
  });

  test('has statements of its own, and shares the provider, which may change the catalog policy alone', () => {
    const { stack, catalog } = lake();
    const principals = [new iam.AccountPrincipal('222222222222')];
    new CatalogSharing(stack, 'A', { database: catalog.datasets, principals });
    new CatalogSharing(stack, 'B', { database: catalog.converted, principals });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 1);
    const owners = shared(stack).map(({ Owner }) => Owner);
    expect(new Set(owners).size).toBe(2);
    const [a = '', b = ''] = owners;
    expect(a.startsWith(b) || b.startsWith(a)).toBe(false);
    const role = stack.node.findChild('LakewrightCatalogPolicy').node.findChild('Role') as iam.Role;
    const policies = PolicyEvaluator.of(stack);
    const catalogArn = 'arn:aws:glue:eu-west-1:111111111111:catalog';
    expect(policies.decide(role, 'glue:PutResourcePolicy', catalogArn)).toBe('allowed');
    expect(policies.decide(role, 'glue:GetTable', catalogArn)).toBe('denied');
  });

  test.each([
    ['under Lake Formation', PermissionModel.lakeFormation(), [new iam.AccountPrincipal('2')], 'SharingNeedsIam'],
    ['with nobody', PermissionModel.iam(), [], 'NoPrincipals'],
  ])('%s is refused', (_, permissions, principals, message) => {
    const { stack, catalog } = lake({ permissions });
    expect(() => new CatalogSharing(stack, 'Sharing', { database: catalog.raw, principals })).toThrow(message);
  });
});

describe('a resource link', () => {
  test('points to the database of another account, under its name or another', () => {
    const { stack } = lake();
    new ResourceLink(stack, 'Same', { targetAccount: '333333333333', targetDatabaseName: 'theirs' });
    new ResourceLink(stack, 'Other', {
      targetAccount: '333333333333',
      targetDatabaseName: 'theirs',
      targetRegion: 'us-east-1',
      databaseName: 'partner',
    });
    const template = Template.fromStack(stack);
    const target = { CatalogId: '333333333333', DatabaseName: 'theirs' };
    template.hasResource('AWS::Glue::Database', {
      Properties: { DatabaseInput: { Name: 'theirs', TargetDatabase: target } },
      DeletionPolicy: 'Delete',
    });
    template.hasResourceProperties('AWS::Glue::Database', {
      DatabaseInput: { Name: 'partner', TargetDatabase: { ...target, Region: 'us-east-1' } },
    });
  });

  test('grants give sight of the link and rights on what it points to', () => {
    const { stack, storage } = lake();
    const link = new ResourceLink(stack, 'Link', {
      targetAccount: '333333333333',
      targetDatabaseName: 'theirs',
      databaseName: 'partner',
      location: storage.raw.location('partner'),
    });
    const orders = link.dataset('orders');
    expect([orders.databaseName, orders.tableName]).toEqual(['partner', 'orders']);
    const readers = (['read', 'describe', 'write'] as const).map((level) => {
      const role = new iam.Role(stack, level, { assumedBy: new iam.AccountRootPrincipal() });
      orders.grants[level](role);
      return role;
    });
    const all = new iam.Role(stack, 'all', { assumedBy: new iam.AccountRootPrincipal() });
    link.grants.describe(all);
    const policies = PolicyEvaluator.of(stack);
    const there = 'arn:aws:glue:eu-west-1:333333333333';
    // The catalog policy of the other account isn't in these stacks: the identity half is what counts here.
    const identity = (role: iam.Role, action: string, arn: string) =>
      policies.app
        .resources('AWS::IAM::Policy')
        .filter(({ properties }) => (properties.Roles as string[]).includes(policies.text(role.roleName)))
        .flatMap(({ properties }) => (properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement)
        .some(({ Action, Resource }) => [Action].flat().includes(action) && [Resource].flat().includes(arn));
    expect(policies.decide(all, 'glue:GetDatabase', link.databaseArn)).toBe('allowed');
    const here = 'arn:aws:glue:eu-west-1:111111111111:database/partner';
    for (const role of readers) expect(policies.decide(role, 'glue:GetDatabase', here)).toBe('allowed');
    for (const role of [...readers, all]) {
      expect(identity(role, 'glue:GetDatabase', `${there}:database/theirs`)).toBe(true);
    }
    for (const role of readers) expect(identity(role, 'glue:GetTable', `${there}:table/theirs/orders`)).toBe(true);
    const [reader] = readers;
    expect(
      policies.decide(reader as iam.Role, 's3:GetObject', storage.raw.bucket.arnForObjects('partner/orders/a')),
    ).toBe('allowed');
  });
});
