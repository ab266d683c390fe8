import { ResourceLink } from '@lakewright/catalog';
import { PermissionModel } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { Federation, Grants, LakeFormation, LakeShare, LfTag, LfTagExpression, Persona, RowFilter } from '../src';
import { ENV, grantsOf, lake, nagFindings, PolicyEvaluator, ResolvedApp, rendered, ungoverned } from './support';

const OTHER = '222233334444';
const account = new iam.AccountPrincipal(OTHER);

function shared(share: (share: LakeShare, made: ReturnType<typeof lake>) => void, ...principals: iam.IPrincipal[]) {
  const made = lake({ crossAccountVersion: 4 });
  share(new LakeShare(made.stack, 'Partner', { principals: principals.length > 0 ? principals : [account] }), made);
  return made;
}

describe('what an account gets', () => {
  test('a table, its database by name, and both to pass on', () => {
    const { stack } = shared((share, { catalog }) => share.dataset(catalog.datasets.dataset('orders')));
    expect(grantsOf(stack, OTHER)).toEqual([
      'DESCRIBE on {"Database":{"Name":"datasets"}} grantable DESCRIBE',
      'DESCRIBE,SELECT on {"Table":{"DatabaseName":"datasets","Name":"orders"}} grantable DESCRIBE,SELECT',
    ]);
  });

  test('a part of a table', () => {
    const { stack } = shared((share, { catalog }) =>
      share
        .dataset(catalog.datasets.dataset('orders'), { columns: ['id', 'day'] })
        .dataset(catalog.datasets.dataset('customers'), { where: RowFilter.where("region <> 'EU'") }),
    );
    const { Filters } = rendered(stack);
    expect(Filters).toMatchObject([{ TableName: 'customers', RowFilter: "region <> 'EU'" }]);
    expect(grantsOf(stack, OTHER)).toEqual([
      'DESCRIBE on {"Database":{"Name":"datasets"}} grantable DESCRIBE',
      `SELECT on {"DataCellsFilter":{"DatabaseName":"datasets","TableName":"customers","Name":"${Filters[0]?.Name}"}} grantable SELECT`,
      'SELECT on {"TableWithColumns":{"DatabaseName":"datasets","Name":"orders","ColumnNames":["id","day"]}} grantable SELECT',
    ]);
  });

  test('a database with all its tables', () => {
    const { stack } = shared((share, { catalog }) => share.database(catalog.datasets));
    expect(grantsOf(stack, OTHER)).toEqual([
      'DESCRIBE on {"Database":{"Name":"datasets"}} grantable DESCRIBE',
      'DESCRIBE,SELECT on {"Table":{"DatabaseName":"datasets","TableWildcard":"true"}} grantable DESCRIBE,SELECT',
    ]);
  });

  test('what has LF-Tags', () => {
    const { stack } = shared((share, made) => {
      const tag = new LfTag(made.stack, 'Tag', { key: 'audience', values: ['partners', 'us'] });
      share.tags(LfTagExpression.of(tag, 'partners'));
    });
    const Expression = [{ TagKey: 'audience', TagValues: ['partners'] }];
    expect(grantsOf(stack, OTHER)).toEqual([
      `DESCRIBE on ${JSON.stringify({ LFTagPolicy: { ResourceType: 'DATABASE', Expression } })} grantable DESCRIBE`,
      `DESCRIBE,SELECT on ${JSON.stringify({ LFTagPolicy: { ResourceType: 'TABLE', Expression } })} grantable DESCRIBE,SELECT`,
    ]);
  });

  test('nothing on objects and keys, by no policy', () => {
    const { stack, storage } = shared((share, { catalog }) => share.database(catalog.datasets));
    const evaluator = PolicyEvaluator.of(stack);
    const foreigner = `arn:aws:iam::${OTHER}:role/Analyst`;
    expect(evaluator.decide(foreigner, 's3:GetObject', storage.datasets.bucket.arnForObjects('x'))).toBe('denied');
    expect(evaluator.decide(foreigner, 'kms:Decrypt', storage.datasets.encryptionKey?.keyArn ?? '')).toBe('denied');
  });

  test('the provider may share by AWS RAM', () => {
    const { stack } = shared((share, { catalog }) => share.database(catalog.datasets));
    const roles = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    expect(roles).toContain('AWSLakeFormationCrossAccountManager');
  });
});

describe('others', () => {
  test('an organization gets it to pass on, a role of another account to use', () => {
    const organization = new iam.ArnPrincipal('arn:aws:organizations::111122223333:organization/o-abcdefgh');
    const role = new iam.ArnPrincipal(`arn:aws:iam::${OTHER}:role/Analyst`);
    const { stack } = shared((share, { catalog }) => share.database(catalog.datasets), organization, role);
    expect(grantsOf(stack, organization.arn).every((line) => line.includes('grantable'))).toBe(true);
    expect(grantsOf(stack, role.arn)).toHaveLength(2);
    expect(grantsOf(stack, role.arn).some((line) => line.includes('grantable'))).toBe(false);
  });

  test('the consumer links to the database, and grants on as on any other', () => {
    const stack = new Stack(undefined, 'Consumer', { env: { ...ENV, account: OTHER } });
    const link = new ResourceLink(stack, 'Partner', {
      targetAccount: ENV.account,
      targetDatabaseName: 'datasets',
      databaseName: 'partner',
      permissions: PermissionModel.lakeFormation(),
    });
    new LakeFormation(stack, 'LakeFormation', { databases: [link] });
    const analyst = new Persona(stack, 'Analyst', { federation: Federation.identityCenter('Analyst') });
    Grants.on(link.dataset('orders')).read(analyst);
    const onTable = { Table: { CatalogId: ENV.account, DatabaseName: 'datasets', Name: 'orders' } };
    const principal = ResolvedApp.of(stack).text(analyst.roleArn);
    expect(grantsOf(stack, principal)).toContain(`DESCRIBE,SELECT on ${JSON.stringify(onTable)}`);
    expect(grantsOf(stack, principal)).toContain('DESCRIBE on {"Database":{"Name":"partner"}}');
  });
});

describe('refused', () => {
  test.each<[string, iam.IPrincipal[], RegExp]>([
    ['nobody', [], /^NoSharePrincipals: /],
    ['the own account', [new iam.AccountPrincipal(ENV.account)], /^ShareWithOwnAccount: /],
    ['a role of it', [new iam.ArnPrincipal(`arn:aws:iam::${ENV.account}:role/x`)], /^ShareWithOwnAccount: /],
    ['everybody', [new iam.AnyPrincipal()], /^PrincipalNotSupported: /],
    ['a service', [new iam.ServicePrincipal('glue.amazonaws.com')], /^PrincipalNotSupported: /],
  ])('%s', (_, principals, message) => {
    expect(() => new LakeShare(lake().stack, 'Partner', { principals })).toThrow(message);
  });

  test('what IAM governs', () => {
    const { stack, catalog } = ungoverned({ permissions: PermissionModel.iam() });
    const share = new LakeShare(stack, 'Partner', { principals: [account] });
    expect(() => share.database(catalog.datasets)).toThrow(/^ShareNeedsLakeFormation: /);
    expect(() => share.dataset(catalog.datasets.dataset('orders'))).toThrow(/^ShareNeedsLakeFormation: /);
  });

  test('what is a link itself', () => {
    const { stack } = lake();
    const link = new ResourceLink(stack, 'Link', {
      targetAccount: OTHER,
      targetDatabaseName: 'theirs',
      permissions: PermissionModel.lakeFormation(),
    });
    const share = new LakeShare(stack, 'Partner', { principals: [new iam.AccountPrincipal('333344445555')] });
    expect(() => share.database(link)).toThrow(/^ShareOfLink: /);
    expect(() => share.dataset(link.dataset('orders'))).toThrow(/^ShareOfLink: /);
  });
});

test('cdk-nag finds nothing that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app } = shared((share, { catalog }) => share.database(catalog.datasets));
  expect(nagFindings(app)).toEqual([]);
});
