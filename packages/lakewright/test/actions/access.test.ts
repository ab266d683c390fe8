import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { renderAccess, renderDiff } from '../../src/actions/access/render';
import { Lake } from '../../src/lake';
import { runCli } from '../cli/run-cli';
import { temporaryFolder } from '../workspace/temporary-workspace';

type Template = Record<string, { Type: string; Properties: object; DependsOn?: string[] }>;

const READ = ['glue:GetTable', 'lakeformation:GetDataAccess'];
const ARN = 'arn:aws:iam::000000000000:role';

function role(name: string, ...actions: string[]): Template {
  const Statement = actions.map((Action) => ({ Effect: 'Allow', Action, Resource: '*' }));
  const Policies =
    actions.length > 0 ? [{ PolicyName: 'Read', PolicyDocument: { Version: '2012-10-17', Statement } }] : [];
  return { [name]: { Type: 'AWS::IAM::Role', Properties: { RoleName: name, AssumeRolePolicyDocument: {}, Policies } } };
}

const filter = { DatabaseName: 'sales', TableName: 'customers', Name: 'not-eu' };
const table = { Table: { DatabaseName: 'sales', Name: 'customers' } };

/** Analyst sees no personal data outside the EU, PrivacyAnalyst all, Forgotten has no policy, Guest nothing. */
function template(excluded: string[] = ['email']): Template {
  const columns = ['id', 'email', 'region'].map((Name) => ({ Name, Type: 'string' }));
  return {
    ...role('Analyst', ...READ),
    ...role('PrivacyAnalyst', ...READ),
    ...role('Forgotten', 'glue:GetTable'),
    ...role('Guest'),
    Database: {
      Type: 'AWS::Glue::Database',
      Properties: { CatalogId: '000000000000', DatabaseInput: { Name: 'sales', CreateTableDefaultPermissions: [] } },
    },
    Table: {
      Type: 'AWS::Glue::Table',
      DependsOn: ['Database'],
      Properties: {
        CatalogId: '000000000000',
        DatabaseName: 'sales',
        TableInput: { Name: 'customers', StorageDescriptor: { Columns: columns, Location: 's3://lake/customers/' } },
      },
    },
    Location: {
      Type: 'AWS::LakeFormation::Resource',
      Properties: { ResourceArn: 'arn:aws:s3:::lake', RoleArn: `${ARN}/Data` },
    },
    Grants: {
      Type: 'Custom::LakewrightLakeFormationPermissions',
      DependsOn: ['Table', 'Location'],
      Properties: {
        Owner: 'o',
        Filters: [{ ...filter, RowFilter: "region <> 'EU'", ExcludedColumnNames: excluded }],
        Grants: [
          { Principal: `${ARN}/Analyst`, Resource: { DataCellsFilter: filter }, Permissions: ['SELECT'] },
          { Principal: `${ARN}/PrivacyAnalyst`, Resource: table, Permissions: ['SELECT'] },
          { Principal: `${ARN}/Forgotten`, Resource: table, Permissions: ['SELECT'] },
        ],
      },
    },
  };
}

function folderWith(files: Record<string, Template>): string {
  const folder = temporaryFolder();
  for (const [name, Resources] of Object.entries(files)) {
    fs.writeFileSync(path.join(folder, name), JSON.stringify({ Resources }));
  }
  return folder;
}

test('the matrix says who sees which columns and rows, and why', async () => {
  const directory = folderWith({ 'lake.json': template() });
  const matrix = await new Lake({ directory, app: 'lake.json' }).access();
  expect(matrix.nobody).toEqual(['Guest']);
  const [analyst, forgotten, privacy] = matrix.entries;
  expect(analyst).toMatchObject({
    principal: 'Analyst',
    table: 'sales.customers',
    governed: true,
    permissions: ['DESCRIBE', 'SELECT'],
    sees: [{ name: 'not-eu', columns: ['id', 'region'], rows: "region <> 'EU'" }],
    hidden: ['email'],
    refused: [],
  });
  expect(analyst.why.join('\n')).toMatch(/data cells filter "not-eu", all columns but email where region <> 'EU'/);
  expect(analyst.why.join('\n')).toMatch(/glue:GetTable is allowed by .*Read/);
  expect(privacy).toMatchObject({
    principal: 'PrivacyAnalyst',
    sees: [{ columns: ['id', 'email', 'region'] }],
    hidden: [],
  });
  // Lake Formation grants it SELECT, IAM no data: the forgotten half is named.
  expect(forgotten).toMatchObject({ principal: 'Forgotten', permissions: ['DESCRIBE'], sees: [] });
  expect(forgotten.refused.join()).toContain('lakeformation:GetDataAccess');
  expect(fs.readdirSync(directory)).toEqual(['lake.json']);
});

test('one principal is also told what it may not; one table is chosen by its name', async () => {
  const lake = new Lake({ directory: folderWith({ 'lake.json': template() }), app: 'lake.json' });
  const { entries } = await lake.access({ as: 'Guest', table: 'Customers' });
  expect(entries).toMatchObject([{ principal: 'Guest', permissions: [], sees: [] }]);
  expect(entries[0].why.join()).toContain('no grant of Lake Formation gives role Guest anything');
  await expect(lake.access({ as: 'Nobody' })).rejects.toMatchObject({ code: 'LW_NO_PRINCIPAL', exitCode: 2 });
  await expect(lake.access({ table: 'none' })).rejects.toMatchObject({ code: 'LW_NO_TABLE', exitCode: 2 });
});

test('the difference of two assemblies is who gains and who loses what', async () => {
  const { PrivacyAnalyst: _, ...withoutPrivacy } = template([]);
  const directory = folderWith({ 'new.json': { ...template() }, 'old.json': withoutPrivacy });
  const changes = await new Lake({ directory, app: 'new.json' }).accessDiff('old.json');
  expect(changes).toEqual([
    { principal: 'Analyst', table: 'sales.customers', gains: [], loses: ["column email where region <> 'EU'"] },
    {
      principal: 'PrivacyAnalyst',
      table: 'sales.customers',
      gains: ['DESCRIBE', 'SELECT', 'column id', 'column email', 'column region'],
      loses: [],
    },
  ]);
  expect(renderDiff(changes)).toContain("Analyst on sales.customers\n  - column email where region <> 'EU'");
  expect(renderDiff([])).toBe('nobody gains or loses anything');
});

test('the command prints the matrix, for people and for programs', async () => {
  const directory = folderWith({ 'lake.json': template(), 'old.json': template(['email', 'region']) });
  const people = await runCli(directory, 'access', '--app', 'lake.json', '--as', 'Analyst');
  expect(people).toMatchObject({ code: 0, out: expect.stringContaining("sees   id, region  where region <> 'EU'") });
  const json = await runCli(directory, 'access', 'customers', '--app', 'lake.json', '--json');
  const message = JSON.parse(json.out.trim().split('\n').at(-1) ?? '');
  expect(message).toMatchObject({ code: 'LW_ACCESS', data: { tables: ['sales.customers'] } });
  const diff = await runCli(directory, 'access', '--app', 'lake.json', '--diff', 'old.json');
  expect(diff.out).toContain("+ column region where region <> 'EU'");
});

test('a table that nobody may touch is shown as such, and so is a lake without tables', () => {
  expect(renderAccess({ entries: [], nobody: ['Guest'], tables: ['a.b'] })).toBe(
    'a.b\n  nobody\n\nnothing on any of these tables: Guest',
  );
  expect(renderAccess({ entries: [], nobody: [], tables: [] })).toContain('no tables');
});
