import type { AthenaClient } from '@aws-sdk/client-athena';
import { type AccessRequest, LakeAccess, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { type aws_iam as iam, Lazy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { CustomResourceEvent } from '../../core/lambda/custom-resource/respond';
import { athenaViewWork } from '../lambda/athena-view/handler';
import { AthenaView, type AthenaViewProps, Dataset } from '../src';
import { lake, PolicyEvaluator, workgroup } from './support';

const TYPE = 'Custom::LakewrightAthenaView';

function view(props: Partial<AthenaViewProps> = {}, permissions?: PermissionModel) {
  const made = lake(permissions ? { permissions } : {});
  const { stack, catalog, storage } = made;
  const orders = catalog.raw.dataset('orders');
  const current = new AthenaView(stack, 'Current', {
    database: catalog.converted,
    viewName: 'current_orders',
    query: 'SELECT * FROM raw.orders',
    reads: [orders],
    workgroup: workgroup(stack, storage.datasets.location('results')),
    ...props,
  });
  const provider = stack.node.findChild('LakewrightAthenaViews').node.findChild('Role') as iam.Role;
  return { ...made, orders, current, provider };
}

describe('defaults', () => {
  test('the view is declared with its query, and is a data set without a location', () => {
    const { stack, current } = view();
    Template.fromStack(stack).hasResourceProperties(TYPE, {
      Database: { Ref: 'CatalogConvertedE8C1042A' },
      View: 'current_orders',
      Query: 'SELECT * FROM raw.orders',
      Workgroup: 'ddl',
      ResultLocation: { 'Fn::Join': ['', Match.arrayWith(['/results/'])] },
    });
    expect([current.databaseName, current.tableName, current.location]).toEqual([
      'converted',
      'current_orders',
      undefined,
    ]);
  });

  test('the provider may do the DDL of exactly this view, and reads no object', () => {
    const { stack, storage, catalog, current, orders, provider } = view();
    const policies = PolicyEvaluator.of(stack);
    const may = (action: string, arn: string) => policies.decide(provider, action, arn);
    for (const action of ['glue:CreateTable', 'glue:UpdateTable', 'glue:DeleteTable']) {
      expect(may(action, current.tableArn)).toBe('allowed');
      expect(may(action, catalog.converted.dataset('current_orders_2').tableArn)).toBe('denied');
      expect(may(action, orders.tableArn)).toBe('denied');
    }
    expect(may('glue:GetTable', orders.tableArn)).toBe('allowed');
    expect(may('glue:GetTable', catalog.raw.dataset('customers').tableArn)).toBe('denied');
    expect(may('s3:GetObject', storage.raw.bucket.arnForObjects('orders/1.parquet'))).toBe('denied');
    expect(may('athena:StartQueryExecution', 'arn:aws:athena:eu-west-1:111111111111:workgroup/primary')).toBe('denied');
  });

  test('nothing runs before its permissions are there, and the views of a stack share one provider', () => {
    const { stack, catalog, storage } = view();
    new AthenaView(stack, 'Other', {
      database: catalog.converted,
      viewName: 'other',
      query: 'WITH a AS (SELECT 1 AS one) SELECT * FROM a',
      reads: [],
      workgroup: workgroup(stack, storage.datasets.location('results')),
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.hasResource(TYPE, {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^LakewrightAthenaViewsRoleDefaultPolicy')]),
    });
  });
});

describe('overrides and supplied resources', () => {
  test('in a sandbox the log is kept for a week', () => {
    const { stack } = view({ environment: LakeEnvironment.sandbox() });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('under Lake Formation the provider is granted the view, and sees what it reads', () => {
    const { stack, provider } = view({}, PermissionModel.hybrid());
    const requests: AccessRequest[] = [];
    const waiting: string[] = [];
    LakeAccess.of(stack).attach({
      provide: (request) => void requests.push(request),
      provideDatabase: () => undefined,
      provideLocation: () => undefined,
      applyBefore: (grantee, construct) => void waiting.push(`${construct.node.path} for ${grantee === provider}`),
    });
    expect(PolicyEvaluator.of(stack).decide(provider, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(requests.map(({ dataset, level }) => [dataset.tableName, level])).toEqual([
      ['current_orders', 'WRITE'],
      ['orders', 'DESCRIBE'],
    ]);
    expect(waiting).toEqual(['Lake/Current/Resource for true']);
  });

  test('views read views, and wait for them', () => {
    const { stack, catalog, storage, current } = view();
    new AthenaView(stack, 'Late', {
      database: catalog.converted,
      viewName: 'late_orders',
      query: 'SELECT * FROM converted.current_orders WHERE late',
      reads: [current, Dataset.of(catalog.raw, 'calendar')],
      workgroup: workgroup(stack, storage.datasets.location('results')),
    });
    const find = (View: string) =>
      Object.entries(Template.fromStack(stack).findResources(TYPE, { Properties: { View } }));
    const [[first] = []] = find('current_orders');
    expect(find('late_orders')[0]?.[1].DependsOn).toContain(first);
  });

  test('a query that is known later is taken as it is', () => {
    expect(() => view({ query: Lazy.string({ produce: () => 'SELECT 1 AS one' }) })).not.toThrow();
  });
});

describe('refused', () => {
  test.each(['', 'raw.orders', 'DROP TABLE raw.orders', `SELECT '${'x'.repeat(60_000)}' AS x`])('query %#', (query) => {
    expect(() => view({ query })).toThrow(/^InvalidViewQuery: .* → SELECT … or WITH …/);
  });

  test('comments may stand before the query', () => {
    expect(() => view({ query: '-- all of them\n/* now */ select * from raw.orders' })).not.toThrow();
  });
});

describe('the provider', () => {
  const statements: string[] = [];
  const athena = {
    send: async ({
      constructor: { name },
      input,
    }: {
      constructor: { name: string };
      input: Record<string, string>;
    }) => {
      if (name === 'StartQueryExecutionCommand') {
        statements.push(input.QueryString ?? '');
        return { QueryExecutionId: String(statements.length) };
      }
      const failed = statements.at(-1)?.includes('wrong');
      return {
        QueryExecution: { Status: failed ? { State: 'FAILED', StateChangeReason: 'no' } : { State: 'SUCCEEDED' } },
      };
    },
  } as unknown as AthenaClient;
  const work = athenaViewWork({ athena, now: () => 0, sleep: async () => {} });
  const request = (RequestType: string, more: object = {}, Query = 'SELECT 1') =>
    work(
      {
        RequestType,
        RequestId: 'r',
        ResourceProperties: { Database: 'converted', View: 'v', Query, Workgroup: 'w', ResultLocation: 's3://b/r/' },
        ...more,
      } as unknown as CustomResourceEvent,
      1000,
    );
  const during = async (act: () => Promise<unknown>) => {
    statements.length = 0;
    return [await act(), [...statements]];
  };

  test('makes and replaces the view, whose name is the id', async () => {
    const made = [{ physicalResourceId: 'converted.v' }, ['CREATE OR REPLACE VIEW "converted"."v" AS\nSELECT 1']];
    expect(await during(() => request('Create'))).toEqual(made);
    expect(await during(() => request('Update', { PhysicalResourceId: 'converted.former' }))).toEqual(made);
  });

  test('drops the view of the id, and nothing for a view that was never made', async () => {
    expect(await during(() => request('Delete', { PhysicalResourceId: 'converted.former' }))).toEqual([
      { physicalResourceId: 'converted.former' },
      ['DROP VIEW IF EXISTS "converted"."former"'],
    ]);
    expect((await during(() => request('Delete', { PhysicalResourceId: 'b7e1c7a2' })))[1]).toEqual([]);
  });

  test("fails with Athena's reason", async () => {
    await expect(request('Create', {}, 'SELECT wrong')).rejects.toThrow('StatementFailed: no');
  });
});
