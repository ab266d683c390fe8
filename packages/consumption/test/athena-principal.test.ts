import { LakeCatalog } from '@lakewright/catalog';
import { DataLocation, LakeAccess, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, aws_iam as iam, Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { AthenaPrincipal, type AthenaPrincipalProps, AthenaProfile, AthenaWorkgroup } from '../src';
import { dataIds, nagFindings, PolicyEvaluator, role } from './support';

const DEFAULT = 'arn:aws:glue:eu-west-1:111111111111:database/default';

/** A lake under Lake Formation, and one who uses it. */
function governed(
  props: (lake: {
    storage: LakeStorage;
    catalog: LakeCatalog;
    stack: Stack;
  }) => Partial<AthenaPrincipalProps> = () => ({}),
  enforced?: boolean,
) {
  const app = new App();
  const stack = new Stack(app, 'Lake', { env: { region: 'eu-west-1', account: '111111111111' } });
  const storage = new LakeStorage(stack, 'Storage', { environment: LakeEnvironment.sandbox() });
  const permissions = PermissionModel.lakeFormation();
  const catalog = new LakeCatalog(stack, 'Catalog', { storage, permissions });
  const recorded: unknown[] = [];
  LakeAccess.of(stack).attach({
    provide: () => {},
    provideDatabase: ({ database, databasePermissions, tablePermissions }) =>
      recorded.push([stack.resolve(database.databaseName).Ref, databasePermissions, tablePermissions]),
    provideLocation: ({ location }) => recorded.push(location.prefix),
    applyBefore: () => {},
  });
  const workgroup = new AthenaWorkgroup(stack, 'Workgroup', { enforced });
  const principal = new AthenaPrincipal(stack, 'Person', {
    workgroup,
    assumedBy: new iam.AccountRootPrincipal(),
    ...props({ storage, catalog, stack }),
  });
  const may = (action: string, arn: string) =>
    PolicyEvaluator.of(stack).decide(principal.role as iam.Role, action, arn);
  return { app, stack, storage, catalog, workgroup, principal, recorded, may };
}

describe('defaults', () => {
  test('an analyst with a role of its own: the workgroup, its results, Lake Formation’s credentials, and no data', () => {
    const { storage, catalog, workgroup, principal, may } = governed();
    expect(principal.profile.name).toBe('analyst');
    expect(may('athena:StartQueryExecution', workgroup.workgroupArn)).toBe('allowed');
    expect(may('athena:CreatePreparedStatement', workgroup.workgroupArn)).toBe('allowed');
    const { bucket, prefix } = workgroup.resultLocation(principal);
    expect(may('s3:PutObject', bucket.arnForObjects(`${prefix}/id.csv`))).toBe('allowed');
    expect(may('s3:GetObject', bucket.arnForObjects('another/id.csv'))).toBe('denied');
    expect(may('lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(may('glue:GetDatabase', DEFAULT)).toBe('allowed');
    expect(may('glue:GetTable', catalog.datasets.dataset('orders').tableArn)).toBe('denied');
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('denied');
  });

  test('nothing of it holds data, and its logical ids stay the same', () => {
    const { stack } = governed();
    expect(Object.keys(dataIds(stack, 'AWS::IAM::Role')).filter((id) => id.startsWith('Person'))).toEqual([
      'PersonRoleEF2050DF',
    ]);
  });
});

describe('an analyst', () => {
  test('browses the databases that it is told, and reads denied locations in no way of its own', () => {
    const { storage, catalog, may } = governed(({ storage, catalog }) => ({
      profile: AthenaProfile.analyst({
        databases: [catalog.datasets],
        denied: [storage.raw.location(), storage.datasets.location()],
      }),
    }));
    expect(may('glue:GetTables', catalog.datasets.databaseArn)).toBe('allowed');
    expect(may('glue:GetTable', catalog.datasets.dataset('orders').tableArn)).toBe('allowed');
    expect(may('glue:GetTable', catalog.raw.dataset('orders').tableArn)).toBe('denied');
    expect(may('glue:UpdateTable', catalog.datasets.dataset('orders').tableArn)).toBe('denied');
    expect(may('s3:GetObject', storage.raw.bucket.arnForObjects('orders/a'))).toBe('denied');
  });

  test('what is denied stays so, whatever else is granted', () => {
    const { storage, principal, may } = governed(({ storage }) => ({
      profile: AthenaProfile.analyst({ denied: [storage.raw.location()] }),
    }));
    storage.raw.location('orders').grants.read(principal);
    expect(may('s3:GetObject', storage.raw.bucket.arnForObjects('orders/a'))).toBe('denied');
  });

  test('may be a role that is there already', () => {
    const { stack, workgroup } = governed();
    const mine = role(stack, 'Mine');
    const other = new AthenaWorkgroup(stack, 'Other');
    const principal = new AthenaPrincipal(stack, 'Again', { workgroup: other, principal: mine });
    expect(principal.role).toBeUndefined();
    expect(principal.grantPrincipal).toBe(mine);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(mine, 'athena:StartQueryExecution', other.workgroupArn)).toBe('allowed');
    expect(policies.decide(mine, 'athena:StartQueryExecution', workgroup.workgroupArn)).toBe('denied');
  });
});

test('a BI tool asks, and changes nothing that others use', () => {
  const { catalog, workgroup, may } = governed(({ catalog }) => ({
    profile: AthenaProfile.biTool({ databases: [catalog.datasets] }),
  }));
  for (const action of ['StartQueryExecution', 'GetQueryResultsStream', 'GetPreparedStatement']) {
    expect(may(`athena:${action}`, workgroup.workgroupArn)).toBe('allowed');
  }
  for (const action of ['CreatePreparedStatement', 'DeletePreparedStatement', 'CreateNamedQuery', 'UpdateWorkGroup']) {
    expect(may(`athena:${action}`, workgroup.workgroupArn)).toBe('denied');
  }
  expect(may('glue:GetTables', catalog.datasets.databaseArn)).toBe('allowed');
  expect(may('glue:CreateTable', catalog.datasets.dataset('mine').tableArn)).toBe('denied');
});

describe('dbt', () => {
  const dbt = (enforced: boolean | undefined = false) =>
    governed(
      ({ catalog }) => ({
        profile: AthenaProfile.dbt({ databases: [catalog.datasets], sources: [catalog.converted] }),
      }),
      enforced,
    );

  test('makes and drops in its databases, and deletes files below them and among its results alone', () => {
    const { storage, catalog, workgroup, principal, may } = dbt();
    const own = catalog.datasets.dataset('orders').tableArn;
    for (const action of ['CreateTable', 'DeleteTable', 'GetTableVersions', 'DeleteTableVersion']) {
      expect(may(`glue:${action}`, own)).toBe('allowed');
      expect(may(`glue:${action}`, catalog.converted.dataset('orders').tableArn)).toBe('denied');
    }
    expect(may('glue:GetTable', catalog.converted.dataset('orders').tableArn)).toBe('allowed');
    const { bucket, prefix } = workgroup.resultLocation(principal);
    const deletes = (arn: string) => may('s3:DeleteObject', arn);
    expect(deletes(storage.datasets.bucket.arnForObjects('orders/a'))).toBe('allowed');
    expect(deletes(bucket.arnForObjects(`${prefix}/id.csv`))).toBe('allowed');
    expect(deletes(bucket.arnForObjects('another/id.csv'))).toBe('denied');
    expect(deletes(storage.converted.bucket.arnForObjects('orders/a'))).toBe('denied');
    expect(deletes(storage.raw.bucket.arnForObjects('orders/a'))).toBe('denied');
    expect(may('glue:CreateDatabase', catalog.datasets.databaseArn)).toBe('denied');
  });

  test('Lake Formation is asked for the same', () => {
    expect(dbt().recorded).toEqual([
      [
        expect.stringContaining('Datasets'),
        ['CREATE_TABLE', 'DESCRIBE'],
        ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'],
      ],
      '',
      [expect.stringContaining('Converted'), ['DESCRIBE'], ['DESCRIBE', 'SELECT']],
    ]);
  });

  test('is refused where it can’t say where its tables lie, and without a location of its own', () => {
    expect(() => dbt(true)).toThrow(/^DbtSaysWhereTablesLie: dbt in the workgroup "Lake\/Workgroup"/);
    const { stack } = governed();
    const nowhere = { databaseName: 'nowhere', permissions: PermissionModel.iam() };
    const profile = AthenaProfile.dbt({ databases: [nowhere] });
    const workgroup = new AthenaWorkgroup(stack, 'Dbt', { enforced: false });
    expect(() => new AthenaPrincipal(stack, 'P', { workgroup, profile, principal: role(stack, 'R') })).toThrow(
      'DatabaseWithoutLocation: database "nowhere"',
    );
    const managed = new AthenaWorkgroup(stack, 'Managed', { enforced: false, managedResults: true });
    expect(() => new AthenaPrincipal(stack, 'Q', { workgroup: managed, profile, principal: role(stack, 'S') })).toThrow(
      /^DbtSaysWhereTablesLie/,
    );
  });
});

describe('refused', () => {
  test('neither or both of a principal and somebody who takes on a role', () => {
    const { stack, workgroup } = governed();
    expect(() => new AthenaPrincipal(stack, 'A', { workgroup })).toThrow('PrincipalOrAssumedBy: neither');
    const principal = role(stack, 'R');
    const assumedBy = new iam.AccountRootPrincipal();
    expect(() => new AthenaPrincipal(stack, 'B', { workgroup, principal, assumedBy })).toThrow(
      'PrincipalOrAssumedBy: both',
    );
  });
});

describe('connection facts', () => {
  const facts = (options?: Parameters<AthenaPrincipal['connectionFacts']>[0], managedResults = false) => {
    const stack = new Stack(new App(), 'S', { env: { region: 'eu-west-1', account: '111111111111' } });
    const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'results');
    const workgroup = new AthenaWorkgroup(stack, 'W', {
      workgroupName: 'analysts',
      ...(managedResults ? { managedResults } : { results: DataLocation.of(bucket) }),
    });
    const principal = new AthenaPrincipal(stack, 'P', { workgroup, principal: role(stack, 'Analyst') });
    const found = principal.connectionFacts(options);
    found.addOutputs(stack, 'Athena');
    const text = PolicyEvaluator.of(stack).text.bind(PolicyEvaluator.of(stack));
    return { stack, found, text };
  };

  test('are JDBC 3.x, ODBC, Power BI and Tableau, with the place of one’s own results', () => {
    const { found, text } = facts({ databaseName: 'datasets' });
    expect(text(found.jdbcUrl)).toMatch(
      /^jdbc:athena:\/\/Region=eu-west-1;WorkGroup=.+;Catalog=AwsDataCatalog;Database=datasets;OutputLocation=s3:\/\/results\/S-?Analyst[\w-]*\/;CredentialsProvider=DefaultChain;$/,
    );
    expect(text(found.odbcConnectionString)).toMatch(
      /^DRIVER=\{Amazon Athena ODBC \(x64\)\};AwsRegion=eu-west-1;Workgroup=.+;Catalog=AwsDataCatalog;Schema=datasets;S3OutputLocation=s3:\/\/results\/.+;AuthenticationType=Default Credentials;$/,
    );
    expect(text(found.powerBiSource)).toMatch(/^Odbc\.DataSource\("DRIVER=/);
    expect(text(found.tableauServer)).toBe('athena.eu-west-1.amazonaws.com');
    expect(text(found.tableauProperties)).toMatch(/^Workgroup=/);
    expect(found.jdbcDriverClass).toBe('com.amazon.athena.jdbc.AthenaDriver');
  });

  test('with a profile of the user’s AWS configuration', () => {
    const { found, text } = facts({ profileName: 'lake-analyst' });
    expect(text(found.jdbcUrl)).toMatch(/CredentialsProvider=ProfileCredentials;ProfileName=lake-analyst;$/);
    expect(text(found.odbcConnectionString)).toMatch(/AuthenticationType=IAM Profile;AWSProfile=lake-analyst;$/);
  });

  test('have no place of results that Athena keeps', () => {
    const { found, text } = facts({}, true);
    expect(text(found.jdbcUrl)).not.toContain('OutputLocation');
    expect(found.tableauStagingDirectory).toBeUndefined();
  });

  test('are outputs of the stack, for who sets up the tool', () => {
    const outputs = Object.keys(Template.fromStack(facts().stack).findOutputs('*'));
    expect(outputs).toEqual(
      expect.arrayContaining(['AthenaJdbcUrl', 'AthenaOdbcConnectionString', 'AthenaTableauServer']),
    );
    Template.fromStack(facts().stack).hasOutput('AthenaJdbcUrl', { Value: Match.anyValue() });
  });
});

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack } = governed(
    ({ catalog }) => ({ profile: AthenaProfile.dbt({ databases: [catalog.datasets], sources: [catalog.converted] }) }),
    false,
  );
  new s3.Bucket(stack, 'Plain'); // a control, with nothing acknowledged
  const found = nagFindings(app);
  expect(found).toContain('AwsSolutions-S1 @ Lake/Plain/Resource');
  expect(found.filter((finding) => finding.includes('/Person'))).toEqual([]);
});
