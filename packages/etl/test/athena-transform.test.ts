import { LakeDatabase } from '@lakewright/catalog';
import { LakeAccess, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { Duration, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import {
  AthenaCompression,
  AthenaFormat,
  AthenaOutput,
  AthenaSql,
  AthenaTransform,
  type AthenaTransformProps,
  SqlParameter,
} from '../src';
import { athenaLake, type StateJson, statesOf } from './athena-support';
import { nagFindings, PolicyEvaluator } from './support';

const QUERY = 'SELECT origin, avg(delay) AS delay FROM {{flights}} GROUP BY origin';

function transform(props: Partial<AthenaTransformProps> = {}, into?: Stack) {
  const all = athenaLake(into);
  const { stack, catalog, workgroup, flights } = all;
  const delays = new AthenaTransform(stack, 'Delays', {
    database: catalog.datasets,
    tableName: 'delays',
    workgroup,
    sql: AthenaSql.fromText(QUERY, { parameters: { flights: SqlParameter.table(flights) } }),
    ...props,
  });
  return { ...all, delays };
}

type Query = { QueryString: string };
const queryOf = (states: Record<string, StateJson>, name: string): string =>
  ((states[name] as StateJson).Arguments as Query).QueryString;

const partitioned = { output: AthenaOutput.view({ partitionedBy: ['origin'] }) };
describePipelineTask('AthenaTransform', (stack) => transform({}, stack).delays);
describePipelineTask('AthenaTransform.make, with partitions', (stack) => transform(partitioned, stack).delays.make);
describePipelineTask('AthenaTransform.publish', (stack) => transform({}, stack).delays.publish);
describePipelineTask('AthenaTransform.retire', (stack) => transform({}, stack).delays.retire);

describe('defaults', () => {
  test('a run makes a table of its own on a prefix of its own, shows it by the view, and deletes what is older', () => {
    const { stack, delays } = transform();
    const states = statesOf(stack, delays);
    expect(queryOf(states, 'Task0 Make Create')).toContain('"CREATE TABLE " & "\\"datasets\\".\\"delays_" & $run');
    expect(queryOf(states, 'Task0 Make Create')).toContain("format = 'PARQUET', external_location = 's3://");
    expect(queryOf(states, 'Task0 Make Create')).toContain('/delays/" & $folder & "/a" &');
    expect(queryOf(states, 'Task0 Publish Replace view')).toContain('CREATE OR REPLACE VIEW');
    expect(JSON.stringify(states['Task0 Retire Find old'])).toContain('- 1; [$filter(');
  });

  test('each call is made as the role of the transformation', () => {
    const { stack, delays } = transform();
    const states = Object.values(statesOf(stack, delays)).filter(({ Type }) => Type === 'Task');
    const arn = stack.resolve(delays.role.roleArn)['Fn::GetAtt'].join('.');
    expect(states.length).toBeGreaterThan(5);
    expect(states.filter(({ Credentials }) => (Credentials as { RoleArn: string }).RoleArn !== `<${arn}>`)).toEqual([]);
  });

  test("a pipeline's role may assume that role, and nothing else", () => {
    const { stack, delays } = transform();
    statesOf(stack, delays);
    const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    const machine = policies.filter(([id]) => id.startsWith('Machine')).map(([, { Properties }]) => Properties);
    expect(machine.map(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      [{ Action: 'sts:AssumeRole', Effect: 'Allow', Resource: stack.resolve(delays.role.roleArn) }],
    ]);
  });

  test('the role makes and drops versions of its table, reads its sources, and touches no neighbour', () => {
    const { stack, storage, catalog, workgroup, flights, delays } = transform();
    const access = PolicyEvaluator.of(stack);
    const may = (action: string, arn: string) => access.decide(delays.role, action, arn);
    const table = (name: string) => `${catalog.datasets.databaseArn.replace(':database/', ':table/')}/${name}`;
    for (const action of ['glue:CreateTable', 'glue:DeleteTable', 'glue:UpdateTable']) {
      expect([may(action, table('delays_0a')), may(action, table('customers'))]).toEqual(['allowed', 'denied']);
    }
    const object = (key: string) => storage.datasets.bucket.arnForObjects(key);
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect([may(action, object('delays/x')), may(action, object('delays-of-others/x'))]).toEqual([
        'allowed',
        'denied',
      ]);
    }
    const raw = (key: string) => storage.raw.bucket.arnForObjects(key);
    expect([may('s3:GetObject', raw('flights/x')), may('s3:GetObject', raw('customers/x'))]).toEqual([
      'allowed',
      'denied',
    ]);
    expect([may('s3:PutObject', raw('flights/x')), may('glue:DeleteTable', flights.tableArn)]).toEqual([
      'denied',
      'denied',
    ]);
    expect(may('athena:StartQueryExecution', workgroup.workgroupArn)).toBe('allowed');
    expect(may('athena:StartQueryExecution', `${workgroup.workgroupArn}2`)).toBe('denied');
  });

  test('calls that Athena refuses for now are made again, later each time and at different moments', () => {
    const { stack, delays } = transform();
    const [throttled, failed] = (statesOf(stack, delays.make)['Task0 Create'] as StateJson).Retry as StateJson[];
    expect(throttled).toMatchObject({ BackoffRate: 2, JitterStrategy: 'FULL', MaxDelaySeconds: 60 });
    expect(throttled?.ErrorEquals).toContain('Athena.TooManyRequestsException');
    expect(failed).toMatchObject({ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 });
  });

  test('it has a role, and nothing that holds data: its tables are the queries’ own', () => {
    const { stack, delays } = transform();
    const { Resources } = Template.fromStack(stack).toJSON();
    expect(Object.keys(Resources).filter((id) => id.startsWith('Delays'))).toEqual([
      'DelaysRole9D971227',
      'DelaysRoleDefaultPolicyCC736FC7',
    ]);
    expect(delays.dataset.tableName).toBe('delays');
  });
});

describe('overrides', () => {
  test('format, compression and partitions are those of the output', () => {
    const output = AthenaOutput.view({
      format: AthenaFormat.ORC,
      compression: AthenaCompression.ZSTD,
      partitionedBy: ['month', 'origin'],
      keepVersions: 3,
    });
    const { stack, delays } = transform({ output });
    const states = statesOf(stack, delays);
    expect(queryOf(states, 'Task0 Make Create')).toContain(
      "format = 'ORC', write_compression = 'ZSTD', partitioned_by = ARRAY['month', 'origin']",
    );
    expect(JSON.stringify(states['Task0 Retire Find old'])).toContain('- 3; [$filter(');
  });

  test('more partitions than Athena writes at once are written by a hundred', () => {
    const { stack, delays } = transform({ output: AthenaOutput.view({ partitionedBy: ['month'] }) });
    const states = statesOf(stack, delays.make);
    expect(JSON.stringify(states['Task0 Too many partitions?'])).toContain('TOO_MANY_OPEN_PARTITIONS');
    expect(queryOf(states, 'Task0 Stage')).not.toContain('partitioned_by');
    expect(queryOf(states, 'Task0 Create empty')).toContain('WITH NO DATA');
    expect(queryOf(states, 'Task0 Fill')).toContain('(b.n - 1) / 100 = " & $string($states.input)');
    expect(states['Task0 Fill']?.Retry).toHaveLength(1); // an INSERT isn't repeated
  });

  test('a declared table moves to the files of the version', () => {
    const { stack, delays } = transform({ output: AthenaOutput.declaredTable() });
    const states = statesOf(stack, delays.publish);
    expect(queryOf(states, 'Task0 Set location')).toMatch(/ALTER TABLE `.*`\.`delays` SET LOCATION '" & /);
  });

  test('a statement runs once, and has no versions', () => {
    const sql = AthenaSql.fromText('INSERT INTO {{table}} SELECT {{run}}, DATE {{day}}', {
      parameters: { run: SqlParameter.run(), day: SqlParameter.text('2026-01-31') },
    });
    const { stack, delays } = transform({ sql, output: AthenaOutput.statement(), timeout: Duration.minutes(5) });
    const state = statesOf(stack, delays)['Task0 Statement'];
    expect(queryOf({ state: state as StateJson }, 'state')).toContain(
      `SELECT " & "'" & $run & "'" & ", DATE " & "'2026`,
    );
    expect(state).toMatchObject({ TimeoutSeconds: 300 });
    expect(state?.Retry).toHaveLength(1);
    for (const part of ['make', 'publish', 'retire'] as const) expect(() => delays[part]).toThrow(/^NoVersions: /);
  });

  test('a transformation reads the version that another one has made in the same run', () => {
    const { stack, catalog, workgroup, storage, delays } = transform();
    const worst = new AthenaTransform(stack, 'Worst', {
      database: catalog.datasets,
      tableName: 'worst',
      workgroup,
      sql: AthenaSql.fromText('SELECT * FROM {{delays}}', { parameters: { delays: SqlParameter.version(delays) } }),
    });
    expect(queryOf(statesOf(stack, worst.make), 'Task0 Create')).toContain('delays_" & $run & "\\""');
    const access = PolicyEvaluator.of(stack);
    const may = (action: string, key: string) =>
      access.decide(worst.role, action, storage.datasets.bucket.arnForObjects(key));
    expect([may('s3:GetObject', 'delays/x'), may('s3:PutObject', 'delays/x')]).toEqual(['allowed', 'denied']);
  });

  test('with Lake Formation the role may make tables and place their data, and what it makes is its own', () => {
    const { stack, storage, workgroup, flights } = athenaLake();
    const database = new LakeDatabase(stack, 'Governed', {
      databaseName: 'governed',
      location: storage.datasets.location('governed'),
      permissions: PermissionModel.lakeFormation(),
    });
    const rendered: unknown[] = [];
    LakeAccess.of(stack).attach({
      provide: (request) => rendered.push([request.dataset.tableName, request.level]),
      provideDatabase: (request) => rendered.push([request.databasePermissions, request.tablePermissions]),
      provideLocation: (request) => rendered.push(request.location.prefix),
      applyBefore: () => {},
    });
    const delays = new AthenaTransform(stack, 'Delays', {
      database,
      tableName: 'delays',
      workgroup,
      output: AthenaOutput.declaredTable(),
      sql: AthenaSql.fromText(QUERY, { parameters: { flights: SqlParameter.table(flights) } }),
    });
    expect(rendered).toEqual([
      ['flights', 'READ'],
      [['CREATE_TABLE', 'DESCRIBE'], undefined],
      'governed/delays',
      ['delays', 'WRITE'],
    ]);
    const access = PolicyEvaluator.of(stack);
    const object = storage.datasets.bucket.arnForObjects('governed/delays/x');
    const decide = (action: string) => access.decide(delays.role, action, object);
    expect(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'].map(decide)).toEqual(['denied', 'allowed', 'allowed']);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('supplied', () => {
  test('a role of the user is who queries, and gets the rights', () => {
    const { stack, catalog, workgroup, flights, storage } = athenaLake();
    const role = new iam.Role(stack, 'Own', { assumedBy: new iam.AccountPrincipal(stack.account) });
    const delays = new AthenaTransform(stack, 'Delays', {
      database: catalog.datasets,
      tableName: 'delays',
      workgroup,
      role,
      reads: [flights],
      sql: AthenaSql.fromText('SELECT 1 AS one'),
    });
    expect(delays.node.tryFindChild('Role')).toBeUndefined();
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(role, 's3:GetObject', storage.raw.bucket.arnForObjects('flights/x'))).toBe('allowed');
    expect(access.decide(role, 's3:PutObject', storage.datasets.bucket.arnForObjects('delays/x'))).toBe('allowed');
    const { reads, writes } = delays.bind(stack, 'Task', { environment: LakeEnvironment.sandbox() });
    expect([reads, writes]).toEqual([[flights], [delays.dataset]]);
  });
});

describe('refused', () => {
  test.each<[string, () => unknown]>([
    ['NotAQuery', () => transform({ sql: AthenaSql.fromText('INSERT INTO {{table}} SELECT 1') })],
    ['NotAStatement', () => transform({ output: AthenaOutput.statement() })],
    ['InvalidTableName', () => transform({ tableName: 'Delays' })],
    ['InvalidKeepVersions', () => AthenaOutput.view({ keepVersions: -1 })],
    [
      'TransformWithoutLocation',
      () => {
        const { stack } = athenaLake();
        return transform({ database: new LakeDatabase(stack, 'Nowhere', { databaseName: 'nowhere' }) });
      },
    ],
  ])('%s', (code, make) => {
    expect(make).toThrow(new RegExp(`^${code}: .+ → .+ → .+`));
  });
});

test('cdk-nag finds nothing in a transformation that is not acknowledged with its reason', () => {
  const { stack } = transform();
  const found = nagFindings(stack.node.root as never).filter((finding) => finding.includes('Delays'));
  expect(found).toEqual([]);
});
