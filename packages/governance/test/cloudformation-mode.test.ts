import { PermissionModel } from '@lakewright/core';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Grants, LakeFormation, LakeFormationMode, LfTag, LfTagExpression, RowFilter } from '../src';
import { idsOf, lake, only, PERMISSIONS, predecessors, ResolvedApp, SETTINGS, ungoverned } from './support';

const GRANT = 'AWS::LakeFormation::PrincipalPermissions';

function plain(dataLakeSettings = false) {
  const made = lake({ mode: LakeFormationMode.cloudFormation({ dataLakeSettings }) });
  const { stack, catalog, role } = made;
  const analyst = role('Analyst');
  const tag = new LfTag(stack, 'Tag', { key: 'zone', values: ['raw'] }).associateDatabase(catalog.raw, 'raw');
  Grants.on(catalog.datasets.dataset('customers')).read(analyst, {
    excluding: ['email'],
    where: RowFilter.where("region <> 'EU'"),
  });
  Grants.onDatabase(catalog.converted).describe(analyst, { grantable: true });
  Grants.onTags(LfTagExpression.of(tag, 'raw')).read(analyst);
  return made;
}

describe('without custom resources', () => {
  test('there is no function, and each grant is a resource of its own', () => {
    const { stack } = plain();
    for (const type of ['AWS::Lambda::Function', PERMISSIONS, SETTINGS, 'AWS::LakeFormation::DataLakeSettings']) {
      expect(idsOf(stack, type)).toEqual([]);
    }
    const app = ResolvedApp.of(stack);
    const catalogId = '111122223333';
    const resources = app.resources(GRANT).map(({ properties }) => properties.Resource);
    expect(resources).toHaveLength(6);
    const filter = only(stack, 'AWS::LakeFormation::DataCellsFilter');
    expect(filter).toMatchObject({
      TableCatalogId: catalogId,
      DatabaseName: 'datasets',
      TableName: 'customers',
      RowFilter: { FilterExpression: "region <> 'EU'" },
      ColumnWildcard: { ExcludedColumnNames: ['email'] },
    });
    expect(resources).toEqual(
      expect.arrayContaining([
        {
          DataCellsFilter: {
            TableCatalogId: catalogId,
            DatabaseName: 'datasets',
            TableName: 'customers',
            Name: filter.Name,
          },
        },
        { Table: { CatalogId: catalogId, DatabaseName: 'converted', TableWildcard: {} } },
        {
          LFTagPolicy: {
            CatalogId: catalogId,
            ResourceType: 'TABLE',
            Expression: [{ TagKey: 'zone', TagValues: ['raw'] }],
          },
        },
      ]),
    );
    const association = only(stack, 'AWS::LakeFormation::TagAssociation');
    expect(association).toEqual({
      Resource: { Database: { CatalogId: catalogId, Name: 'raw' } },
      LFTags: [{ CatalogId: catalogId, TagKey: 'zone', TagValues: ['raw'] }],
    });
  });

  test('each waits for the one before: Lake Formation refuses changes at the same time', () => {
    const { stack } = plain();
    const chained = [GRANT, 'AWS::LakeFormation::DataCellsFilter', 'AWS::LakeFormation::TagAssociation'].flatMap(
      (type) => idsOf(stack, type),
    );
    const before = chained.map((id) => [...predecessors(stack, id)].filter((one) => chained.includes(one)).length);
    expect(before.sort((a, b) => a - b)).toEqual(chained.map((_, index) => index));
  });

  test('a further grant changes no other’s logical id', () => {
    const few = plain();
    const more = plain();
    Grants.on(more.catalog.raw.dataset('aaa')).read(more.role('Another'));
    const [idsOfFew, idsOfMore] = [idsOf(few.stack, GRANT), idsOf(more.stack, GRANT)];
    expect(idsOfMore).toHaveLength(idsOfFew.length + 2);
    expect(idsOfMore).toEqual(expect.arrayContaining(idsOfFew));
  });

  test('settings on request: added to those that are there, before anything else', () => {
    const { stack } = plain(true);
    Template.fromStack(stack).hasResourceProperties('AWS::LakeFormation::DataLakeSettings', {
      MutationType: 'APPEND',
    });
    const [settings = ''] = idsOf(stack, 'AWS::LakeFormation::DataLakeSettings');
    for (const type of ['AWS::Glue::Database', 'AWS::LakeFormation::Resource', 'AWS::LakeFormation::Tag', GRANT]) {
      for (const id of idsOf(stack, type)) expect(predecessors(stack, id)).toContain(settings);
    }
  });

  test('administrators and readers are set, creators granted', () => {
    const { stack, catalog, role } = ungoverned();
    const [admin, auditor, engineer] = [role('Admin'), role('Auditor'), role('Engineer')];
    new LakeFormation(stack, 'LakeFormation', {
      catalog,
      administrators: [admin],
      readOnlyAdministrators: [auditor],
      databaseCreators: [engineer],
      crossAccountVersion: 4,
      mode: LakeFormationMode.cloudFormation({ dataLakeSettings: true }),
    });
    const app = ResolvedApp.of(stack);
    const properties = only(stack, 'AWS::LakeFormation::DataLakeSettings');
    const named = (who: unknown) =>
      (who as { DataLakePrincipalIdentifier: string }[]).map((one) => one.DataLakePrincipalIdentifier);
    expect(named(properties.Admins)).toEqual([expect.stringContaining('cfn-exec-role'), app.text(admin.roleArn)]);
    expect(named(properties.ReadOnlyAdmins)).toEqual([app.text(auditor.roleArn)]);
    expect(properties.Parameters).toEqual({ CROSS_ACCOUNT_VERSION: '4' });
    expect(app.resources(GRANT).map(({ properties: grant }) => [grant.Permissions, grant.Resource])).toEqual([
      [['CREATE_DATABASE'], { Catalog: {} }],
    ]);
  });
});

describe('refused', () => {
  test('hybrid: CloudFormation has no opt-ins', () => {
    const { catalog, role } = lake({ mode: LakeFormationMode.cloudFormation() }, PermissionModel.hybrid());
    expect(() => Grants.on(catalog.raw.dataset('orders')).read(role('Reader'))).toThrow(
      /HybridNeedsProvider: .*raw.orders/,
    );
  });

  test('administrators, without the settings', () => {
    const { stack, catalog, role } = ungoverned();
    const mode = LakeFormationMode.cloudFormation();
    expect(() => new LakeFormation(stack, 'LakeFormation', { catalog, mode, administrators: [role('Admin')] })).toThrow(
      'SettingsNeedConsent',
    );
  });
});
