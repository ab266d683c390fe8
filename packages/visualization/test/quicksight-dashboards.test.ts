import { LakeAccess, PermissionModel } from '@lakewright/core';
import { App, Stack, TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { beforeAll, describe, expect, test } from 'vitest';
import { accessProvider, SampleDataset } from '../../core/test/support/dataset';
import {
  QuickSightColumn,
  QuickSightDashboards,
  QuickSightDataSet,
  QuickSightDefinition,
  QuickSightRefresh,
  QuickSightTheme,
} from '../src';
import { definitionOf, quickSight, sheets } from './quicksight.support';
import { nagFindings, PolicyEvaluator } from './support';

interface Permission {
  readonly Principal: unknown;
  readonly Actions: string[];
}

describe('by default', () => {
  const made = {} as ReturnType<typeof quickSight> & { template: Template };
  beforeAll(() => {
    Object.assign(made, quickSight());
    Object.assign(made, { template: Template.fromStack(made.stack) });
  }, 120_000);

  test('QuickSight queries as a role of the construct, in the workgroup', () => {
    made.template.hasResourceProperties('AWS::QuickSight::DataSource', {
      Type: 'ATHENA',
      DataSourceParameters: {
        AthenaParameters: { WorkGroup: Match.anyValue(), RoleArn: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } },
      },
    });
    const policies = PolicyEvaluator.of(made.stack);
    const { datasets, dashboards, workgroup } = made;
    const decide = (action: string, resource: string) => policies.decide(dashboards.role, action, resource);
    expect(decide('athena:StartQueryExecution', workgroup.workgroupArn)).toBe('allowed');
    expect(decide('glue:GetTable', datasets.dataset('delays').tableArn)).toBe('allowed');
    expect(decide('glue:GetTable', datasets.dataset('customers').tableArn)).toBe('denied');
    expect(decide('s3:DeleteObject', made.storage.datasets.bucket.arnForObjects('delays/1.parquet'))).toBe('denied');
  });

  test('a table is read into SPICE each day, or asked directly', () => {
    made.template.hasResourceProperties('AWS::QuickSight::DataSet', {
      Name: 'delays',
      ImportMode: 'SPICE',
      PhysicalTableMap: {
        table: {
          RelationalTable: {
            Catalog: 'AwsDataCatalog',
            Name: 'delays',
            InputColumns: [
              { Name: 'month', Type: 'DATETIME' },
              { Name: 'delay', Type: 'DECIMAL' },
              { Name: 'airport', Type: 'STRING' },
            ],
          },
        },
      },
    });
    made.template.hasResourceProperties('AWS::QuickSight::DataSet', { Name: 'routes', ImportMode: 'DIRECT_QUERY' });
    made.template.resourceCountIs('AWS::QuickSight::RefreshSchedule', 1);
    made.template.hasResourceProperties('AWS::QuickSight::RefreshSchedule', {
      Schedule: {
        ScheduleFrequency: { Interval: 'DAILY', TimeOfTheDay: '05:30', TimeZone: 'Europe/Berlin' },
        RefreshType: 'FULL_REFRESH',
      },
    });
  });

  test('a definition is deployed as it was exported, on the data sets of the construct', () => {
    const [dashboard] = Object.values(made.template.findResources('AWS::QuickSight::Dashboard'));
    const { Definition } = dashboard?.Properties ?? {};
    expect(Definition.Sheets).toEqual(sheets().Sheets);
    expect(Definition.DataSetIdentifierDeclarations).toEqual([
      {
        Identifier: 'delays',
        DataSetArn: { 'Fn::GetAtt': ['QuickSightDataSetdelays', 'Arn'].map((part) => expect.stringContaining(part)) },
      },
    ]);
    made.template.hasResourceProperties('AWS::QuickSight::Analysis', { Name: 'Delays' });
  });

  test('readers look, authors use data sets, owners do all', () => {
    const permissions = (type: string): Permission[] =>
      Object.values(made.template.findResources(type))[0]?.Properties.Permissions;
    const who = (type: string) =>
      permissions(type).map(({ Principal }) => /group\/default\/(\w+)/.exec(JSON.stringify(Principal))?.[1]);
    expect(who('AWS::QuickSight::Dashboard')).toEqual(['everybody', 'analysts', 'platform']);
    expect(who('AWS::QuickSight::Folder')).toEqual(['everybody', 'analysts', 'platform']);
    for (const type of ['DataSet', 'DataSource', 'Analysis', 'Theme']) {
      expect(who(`AWS::QuickSight::${type}`)).toEqual(['analysts', 'platform']);
    }
    const [reader, author, owner] = permissions('AWS::QuickSight::Dashboard');
    expect(reader?.Actions).toEqual(author?.Actions);
    expect(reader?.Actions).not.toContain('quicksight:DeleteDashboard');
    expect(owner?.Actions).toContain('quicksight:DeleteDashboard');
  });

  test('the region of the groups is found while the stack is deployed, and used in their ARNs', () => {
    made.template.hasResourceProperties('Custom::LakewrightQuickSightIdentity', {
      Namespace: 'default',
      Groups: ['platform', 'analysts', 'everybody'],
    });
    const [folder] = Object.values(made.template.findResources('AWS::QuickSight::Folder'));
    expect(JSON.stringify(folder?.Properties.Permissions)).toMatch(/QuickSightIdentity\w+","Region"/);
  });

  test('what cannot be made by CloudFormation is listed in an output', () => {
    const values = Object.values(made.template.findOutputs('*')).map(({ Value }) => String(Value));
    const [Value] = values.filter((value) => value.includes('signed up'));
    expect(Value).toContain('groups platform, analysts, everybody');
    expect(Value).toContain('SPICE');
  });

  test('ids of what holds data do not change', () => {
    const ids = Object.keys(made.template.findResources('AWS::QuickSight::DataSet'));
    expect(ids).toEqual(['QuickSightDataSetdelaysE92E9D0B', 'QuickSightDataSetroutes004A61F4']);
  });
});

test('with a region that is given nothing is looked for', () => {
  const template = Template.fromStack(quickSight({ identityRegion: 'us-east-1' }).stack);
  template.resourceCountIs('Custom::LakewrightQuickSightIdentity', 0);
});

test('under Lake Formation the role and the groups of owners and authors are granted the tables', () => {
  const app = new App();
  const { workgroup } = quickSight();
  const stack = new Stack(app, 'Governed');
  const granted: string[] = [];
  LakeAccess.of(stack).attach(
    accessProvider(({ dataset, grantee, level }) => {
      const arn = JSON.stringify(stack.resolve(grantee.grantPrincipal.policyFragment.principalJson));
      granted.push(`${dataset.tableName} ${level} ${/group\/\w+\/\w+|Role/.exec(arn)?.[0]}`);
    }),
  );
  const dataset = new SampleDataset(stack, 'flights', { permissions: PermissionModel.lakeFormation() });
  new QuickSightDashboards(stack, 'QuickSight', {
    workgroup,
    identityRegion: 'eu-west-1',
    dataSets: [QuickSightDataSet.direct(dataset, { columns: [QuickSightColumn.text('origin')] })],
    access: { owners: ['platform'], authors: ['analysts'], readers: ['everybody'] },
  });
  expect(granted).toEqual([
    'flights READ Role',
    'flights READ group/default/platform',
    'flights READ group/default/analysts',
  ]);
});

test('cdk-nag finds nothing that is not acknowledged, and what somebody adds', () => {
  const { app, stack } = quickSight();
  const role = new iam.Role(stack, 'QuickSightOther', {
    assumedBy: new iam.ServicePrincipal('quicksight.amazonaws.com'),
  });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['athena:*'], resources: ['*'] }));
  const findings = nagFindings(app);
  expect(findings.filter((finding) => finding.includes(' @ Stack/QuickSight/'))).toEqual([]);
  expect(findings.join('\n')).toMatch(/AwsSolutions-IAM5.* @ Stack\/QuickSightOther/); // control
});

describe('refused', () => {
  const broken = (change: (json: Record<string, unknown>) => void) => {
    const json = sheets();
    change(json);
    return () => quickSight({ dashboards: { Delays: definitionOf(json) } });
  };
  const text = (json: Record<string, unknown>, from: string, to: string) =>
    Object.assign(json, JSON.parse(JSON.stringify(json).replaceAll(from, to)));

  test('a column that the data set does not have', () => {
    expect(broken((json) => text(json, '"ColumnName":"delay"', '"ColumnName":"lateness"'))).toThrow(
      /^BrokenDefinition: file ".*delays.json":\n {2}data set "delays" has no column "lateness"/,
    );
  });

  test('a data set that the construct does not have, and one that is not declared', () => {
    expect(broken((json) => text(json, '"Identifier":"delays"', '"Identifier":"weather"'))).toThrow(
      /data set "weather" is none of delays, routes\n {2}column "hours" is of "delays", which isn't declared|column "month"/,
    );
  });

  test.each([
    ['NoDefinition', () => QuickSightDefinition.fromFile('/nowhere.json')],
    ['NoDefinition', () => definitionOf({ Name: 'Delays' })],
    ['NoOwner', () => quickSight({ access: { owners: [] } })],
    ['InvalidTime', () => QuickSightRefresh.daily('5:30', TimeZone.ETC_UTC)],
    ['InvalidDay', () => QuickSightRefresh.weekly('Monday', '05:30', TimeZone.ETC_UTC)],
    ['InvalidColor', () => QuickSightTheme.of({ name: 'Lake', accent: 'blue' })],
    [
      'DuplicateDataSet',
      () => {
        const dataSet = QuickSightDataSet.direct(new SampleDataset(new Stack(), 'flights'), { columns: [] });
        return quickSight({ dataSets: [dataSet, dataSet] });
      },
    ],
  ])('%s', (code, make) => {
    expect(make).toThrow(new RegExp(`^${code}: `));
  });
});
