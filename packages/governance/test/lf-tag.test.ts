import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { Grants, LfTag, LfTagExpression } from '../src';
import { ENV, grantsOf, idsOf, lake, PERMISSIONS, PolicyEvaluator, predecessors, rendered, SETTINGS } from './support';

function tagged() {
  const made = lake();
  const sensitivity = new LfTag(made.stack, 'Sensitivity', { key: 'sensitivity', values: ['public', 'personal'] });
  const domain = new LfTag(made.stack, 'Domain', { key: 'domain', values: ['sales', 'ops'] });
  return { ...made, sensitivity, domain };
}

describe('a tag', () => {
  test('is made after CloudFormation became an administrator, and before it is used', () => {
    const { stack, catalog, sensitivity } = tagged();
    sensitivity.associateDatabase(catalog.datasets, 'public');
    Template.fromStack(stack).hasResourceProperties('AWS::LakeFormation::Tag', {
      TagKey: 'sensitivity',
      TagValues: ['personal', 'public'],
    });
    const [tag = ''] = idsOf(stack, 'AWS::LakeFormation::Tag');
    const [permissions = ''] = idsOf(stack, PERMISSIONS);
    expect(predecessors(stack, tag)).toContain(idsOf(stack, SETTINGS).find((id) => id.includes('Bootstrap')));
    expect(predecessors(stack, permissions)).toContain(tag);
  });

  test('is put on databases, tables and columns, each with all its tags at once', () => {
    const { stack, catalog, sensitivity, domain } = tagged();
    const customers = catalog.datasets.dataset('customers');
    sensitivity
      .associateDatabase(catalog.datasets, 'public')
      .associateColumns(customers, ['email', 'phone'], 'personal');
    sensitivity.associateTable(customers, 'public');
    domain.associateTable(customers, 'sales');
    const column = (name: string) => ({
      Resource: { TableWithColumns: { DatabaseName: 'datasets', Name: 'customers', ColumnNames: [name] } },
      Tags: [{ TagKey: 'sensitivity', TagValues: ['personal'] }],
    });
    expect(rendered(stack).TagAssociations).toHaveLength(4);
    expect(rendered(stack).TagAssociations).toEqual(
      expect.arrayContaining([
        { Resource: { Database: { Name: 'datasets' } }, Tags: [{ TagKey: 'sensitivity', TagValues: ['public'] }] },
        {
          Resource: { Table: { DatabaseName: 'datasets', Name: 'customers' } },
          Tags: [
            { TagKey: 'domain', TagValues: ['sales'] },
            { TagKey: 'sensitivity', TagValues: ['public'] },
          ],
        },
        column('email'),
        column('phone'),
      ]),
    );
  });

  test('that exists is used, and not made', () => {
    const { stack, catalog } = lake();
    const tag = LfTag.fromLfTagAttributes(stack, 'Theirs', { key: 'team', values: ['a'] });
    tag.associateDatabase(catalog.raw, 'a');
    expect(idsOf(stack, 'AWS::LakeFormation::Tag')).toEqual([]);
    expect(rendered(stack).TagAssociations).toHaveLength(1);
  });

  test('may be handed to a tool that tags its tables', () => {
    const { stack, domain, role } = tagged();
    const dbt = role('Dbt');
    domain.grantAssociate(dbt, ['ops']);
    expect(grantsOf(stack, dbt)).toEqual(['ASSOCIATE,DESCRIBE on {"LFTag":{"TagKey":"domain","TagValues":["ops"]}}']);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(dbt, 'lakeformation:AddLFTagsToResource', '*')).toBe('allowed');
    expect(policies.decide(dbt, 'lakeformation:CreateLFTag', '*')).toBe('denied');
  });
});

describe('grants on tags', () => {
  test('read is on databases and tables that match all of it', () => {
    const { stack, catalog, sensitivity, domain, role } = tagged();
    const reader = role('Reader');
    const expression = LfTagExpression.of(sensitivity, 'public').and(domain, 'ops', 'sales');
    Grants.onTags(expression).read(reader, { grantable: true });
    const terms =
      '"Expression":[{"TagKey":"sensitivity","TagValues":["public"]},{"TagKey":"domain","TagValues":["ops","sales"]}]';
    expect(grantsOf(stack, reader)).toEqual([
      `DESCRIBE on {"LFTagPolicy":{"ResourceType":"DATABASE",${terms}}} grantable DESCRIBE`,
      `DESCRIBE,SELECT on {"LFTagPolicy":{"ResourceType":"TABLE",${terms}}} grantable DESCRIBE,SELECT`,
    ]);
    const policies = PolicyEvaluator.of(stack);
    const table = (name: string) => `arn:aws:glue:eu-west-1:111122223333:table/${name}`;
    expect(policies.decide(reader, 'glue:GetTable', table(`${'datasets'}/customers`))).toBe('allowed');
    expect(policies.decide(reader, 'glue:GetTable', table('elsewhere/customers'))).toBe('denied');
    expect(policies.decide(reader, 'glue:UpdateTable', table('datasets/customers'))).toBe('denied');
    expect(policies.decide(reader, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(catalog.databases).toHaveLength(3);
  });

  test.each([
    ['describe', 'DESCRIBE', 'DESCRIBE', 'glue:GetTable'],
    ['write', 'DESCRIBE', 'ALTER,DELETE,DESCRIBE,DROP,INSERT,SELECT', 'glue:UpdateTable'],
    ['createTables', 'CREATE_TABLE,DESCRIBE', undefined, 'glue:CreateTable'],
  ] as const)('%s', (grant, databases, tables, action) => {
    const { stack, domain, role } = tagged();
    const grantee = role('Grantee');
    Grants.onTags(LfTagExpression.of(domain, 'ops'))[grant](grantee);
    const given = Object.fromEntries(
      rendered(stack).Grants.map(({ Resource, Permissions }) => [
        (Resource.LFTagPolicy as { ResourceType: string }).ResourceType,
        Permissions.join(),
      ]),
    );
    expect(given).toEqual({ DATABASE: databases, ...(tables ? { TABLE: tables } : {}) });
    const table = 'arn:aws:glue:eu-west-1:111122223333:table/raw/orders';
    expect(PolicyEvaluator.of(stack).decide(grantee, action, table)).toBe('allowed');
  });

  test('in another stack come after the tags', () => {
    const { app, stack, domain } = tagged();
    const people = new Stack(app, 'People', { env: ENV });
    const reader = new iam.Role(people, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    Grants.onTags(LfTagExpression.of(domain, 'ops')).read(reader);
    expect(rendered(people, stack).Grants).toHaveLength(2);
    expect(people.dependencies).toContain(stack);
  });
});

describe('refused', () => {
  test('a value that the tag doesn’t have', () => {
    const { catalog, sensitivity, domain, role } = tagged();
    const unknown = /UnknownTagValue: value "secret" of the LF-Tag "sensitivity".*"personal", "public"/;
    expect(() => sensitivity.associateDatabase(catalog.raw, 'secret')).toThrow(unknown);
    expect(() => LfTagExpression.of(sensitivity, 'public', 'secret')).toThrow(unknown);
    expect(() => LfTagExpression.of(domain, 'ops').and(sensitivity, 'secret')).toThrow(unknown);
    expect(() => sensitivity.grantAssociate(role('Dbt'), ['secret'])).toThrow(unknown);
    expect(() => LfTagExpression.of(sensitivity)).toThrow('UnknownTagValue: no value');
  });

  test('one tag twice in an expression, and with two values on one table', () => {
    const { app, catalog, sensitivity } = tagged();
    expect(() => LfTagExpression.of(sensitivity, 'public').and(sensitivity, 'personal')).toThrow('TagTwice');
    sensitivity.associateDatabase(catalog.raw, 'public').associateDatabase(catalog.raw, 'personal');
    expect(() => app.synth()).toThrow(/TagWithTwoValues: "sensitivity" = "public" and "personal" on/);
  });

  test.each([
    ['Upper', ['a']],
    ['k'.repeat(51), ['a']],
    ['key', ['Value']],
    ['key', ['v'.repeat(51)]],
    ['key', []],
    ['key', Array.from({ length: 1001 }, (_, index) => `v${index}`)],
  ])('the key %s with such values', (key, values) => {
    const { stack } = lake();
    expect(() => new LfTag(stack, 'Tag', { key, values })).toThrow('InvalidTag');
  });

  test('more than 50 tags on a table', () => {
    const { app, stack, catalog } = lake();
    for (let index = 0; index < 51; index += 1) {
      new LfTag(stack, `Tag${index}`, { key: `k${index}`, values: ['v'] }).associateDatabase(catalog.raw, 'v');
    }
    expect(() => app.synth()).toThrow('TooManyTags');
  });
});
