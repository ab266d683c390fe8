import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { BatchLakeStack } from '../src/batch-lake-stack';
import { DATASETS } from '../src/schemas';

const SOURCES = {
  operationsSecret: 'operations',
  wildlifeApi: 'https://wildlife.example.com/strikes',
  crmConnection: 'crm',
  partnerBucket: 'partner',
  planningBucket: 'planning',
};

describe('BatchLakeStack', () => {
  const template = Template.fromStack(new BatchLakeStack(new App(), 'Test', { sources: SOURCES, dashboards: 'none' }));

  test('has a database for each zone', () => {
    for (const name of ['raw', 'converted', 'datasets']) {
      template.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: Match.objectLike({ Name: name }) });
    }
  });

  test('declares or crawls each raw table', () => {
    const declared = Object.values(template.findResources('AWS::Glue::Table'));
    const names = declared.map(({ Properties }) => Properties.TableInput.Name);
    const crawlers = Object.values(template.findResources('AWS::Glue::Crawler'));
    const paths = crawlers.flatMap(({ Properties }) => JSON.stringify(Properties.Targets.S3Targets[0].Path));
    const raw = ['airports', 'customers', 'flights'];
    expect(names.sort()).toEqual([...raw, ...Object.keys(DATASETS), 'pipeline_runs'].sort());
    expect(paths.map((path) => /(\w+)\/"/.exec(path)?.[1]).sort()).toEqual(['birdstrikes', 'delay_targets', 'weather']);
  });

  test('takes data in five ways, in the one state machine that does all the rest, every night', () => {
    const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(machines).toHaveLength(1);
    const definition = JSON.stringify(machines[0]?.Properties.DefinitionString);
    for (const call of ['startReplication', 'appflow:startFlow', 'glue:startJobRun.sync', 'ecs:runTask.sync']) {
      expect(definition).toContain(call);
    }
    for (const name of ['Extract bird strikes', 'Copy weather', 'Take delay targets'])
      expect(definition).toContain(name);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      State: 'ENABLED',
    });
  });

  test('has one provider for Lake Formation, and registers the three zones', () => {
    template.resourceCountIs('Custom::LakewrightLakeFormationPermissions', 1);
    template.resourceCountIs('AWS::LakeFormation::Resource', 3);
    template.resourceCountIs('AWS::LakeFormation::PrincipalPermissions', 0);
  });

  test('gives each persona a workgroup of its own with a limit, an alarm on costs, and analysts their questions', () => {
    const limited = template.findResources('AWS::Athena::WorkGroup', {
      Properties: { WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 10 * 1024 ** 3 } },
    });
    expect(Object.keys(limited)).toHaveLength(3);
    template.resourceCountIs('AWS::Athena::NamedQuery', 1);
    template.hasResourceProperties('AWS::Athena::PreparedStatement', { StatementName: 'delays_of' });
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const costs = alarms.filter(({ Properties }) => JSON.stringify(Properties).includes('ProcessedBytes'));
    expect(costs).toHaveLength(3);
  });

  test('has one KMS key', () => {
    template.resourceCountIs('AWS::KMS::Key', 1);
  });

  test('gives its state machine no right on objects or tables outside of the lake', () => {
    const policies = template.findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^NightlyRole') }] },
    });
    const statements = Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(statements.length).toBeGreaterThan(5);
    const everywhere = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
    const actions = everywhere.flatMap(({ Action }) => [Action].flat());
    // these take no resource; by GetDataAccess, Lake Formation decides by its own grants
    const known = /^(logs:|xray:|athena:List|dms:DescribeReplications$|lakeformation:GetDataAccess$)/;
    expect(actions.filter((action) => !known.test(action))).toEqual([]);
  });

  test('has an acyclic template without an access key or password', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/AKIA|password/i);
  });
});

describe('dashboards', () => {
  const of = (dashboards: 'superset' | 'quicksight') =>
    Template.fromStack(new BatchLakeStack(new App(), 'Test', { sources: SOURCES, dashboards }));
  const grantsTo = (template: Template, role: string) => {
    const [permissions] = Object.values(template.findResources('Custom::LakewrightLakeFormationPermissions'));
    const grants: { Principal: unknown; Resource: Record<string, { TableName?: string; Name: string }> }[] =
      permissions?.Properties.Grants;
    return grants
      .filter(({ Principal }) => JSON.stringify(Principal).includes(role))
      .flatMap(({ Resource: { Table, DataCellsFilter } }) => {
        if (DataCellsFilter) return `${DataCellsFilter.TableName} by ${DataCellsFilter.Name}`;
        return Table ? `${Table.Name}` : [];
      })
      .sort();
  };

  test('are in Superset, which sees customers as analysts do', () => {
    const template = of('superset');
    template.resourceCountIs('AWS::ECS::Service', 3);
    template.resourceCountIs('AWS::QuickSight::Dashboard', 0);
    const [customers, ...others] = grantsTo(template, 'DashboardsSupersetRole');
    expect(others).toEqual(['delays_by_airport_month', 'weather_delay', 'worst_routes']);
    expect(customers).toMatch(/^customers by /);
    expect(grantsTo(template, 'GovernanceAnalyst')).toContain(customers);
  });

  test('are in QuickSight, which has no customers', () => {
    const template = of('quicksight');
    template.resourceCountIs('AWS::ECS::Service', 0);
    const [dashboard] = Object.values(template.findResources('AWS::QuickSight::Dashboard'));
    expect(dashboard?.Properties.Definition.Sheets[0].Visuals).toHaveLength(7);
    const tables = ['delays_by_airport_month', 'weather_delay', 'worst_routes'];
    const sets = Object.values(template.findResources('AWS::QuickSight::DataSet'));
    expect(sets.map(({ Properties }) => Properties.Name).sort()).toEqual(tables);
    expect(grantsTo(template, 'DashboardsQuickSightRole')).toEqual(tables);
  });
});
