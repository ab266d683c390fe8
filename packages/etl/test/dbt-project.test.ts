import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LakeDatabase } from '@lakewright/catalog';
import { type DataLocation, LakeAccess, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { accessProvider } from '../../core/test/support/dataset';
import { DbtCode, LakeNetwork } from '../src';
import { dbtLake, PROJECT } from './dbt-support';
import { nagFindings, PolicyEvaluator } from './support';

const definitionOf = (stack: Stack) =>
  Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'))[0]?.Properties;

const variablesOf = (stack: Stack) =>
  Object.fromEntries(
    definitionOf(stack).ContainerDefinitions[0].Environment.map(({ Name, Value }: Record<string, string>) => [
      Name,
      Value,
    ]),
  );

const CONTEXT = { environment: LakeEnvironment.sandbox() };

/** The machine of one state, and who runs it. */
const machine = (stack: Stack, start: sfn.State) =>
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(sfn.Chain.start(start)) });

const stateOf = (stack: Stack, start: sfn.State) => stack.resolve(start.toStateJson());

describe('defaults', () => {
  test('a small task without a way to write outside of its two volumes, and its log', () => {
    const { stack } = dbtLake();
    expect(definitionOf(stack)).toMatchObject({
      Cpu: '512',
      Memory: '2048',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      Volumes: [{ Name: 'work' }, { Name: 'tmp' }],
      ContainerDefinitions: [
        {
          Name: 'dbt',
          Essential: true,
          ReadonlyRootFilesystem: true,
          StopTimeout: 60,
          MountPoints: [{ ContainerPath: '/lakewright/work' }, { ContainerPath: '/tmp' }],
        },
      ],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::ECS::Cluster', {
      ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  test('its variables say the places of this environment, and hold no secret', () => {
    const { stack, storage, project, workgroup } = dbtLake();
    const { bucket } = storage.datasets;
    expect(variablesOf(stack)).toEqual({
      LAKEWRIGHT_DBT_TARGET: 'production',
      LAKEWRIGHT_DBT_SCHEMA: { Ref: expect.stringMatching(/^Marts/) },
      LAKEWRIGHT_DBT_DATA: stack.resolve(bucket.s3UrlForObject('marts/')),
      LAKEWRIGHT_DBT_NAMING: 'table_unique',
      LAKEWRIGHT_DBT_WORKGROUP: stack.resolve(workgroup.workgroupName),
      LAKEWRIGHT_DBT_STAGING: stack.resolve(workgroup.resultLocation(project.role).uri),
      LAKEWRIGHT_DBT_ARTIFACTS: stack.resolve(bucket.s3UrlForObject('_dbt/')),
      LAKEWRIGHT_DBT_THREADS: '4',
      LAKEWRIGHT_DBT_FRESHNESS: 'true',
      LAKEWRIGHT_DBT_DOCS: 'true',
      LAKEWRIGHT_DATA_SNAPSHOTS: stack.resolve(bucket.s3UrlForObject('snapshots/')),
    });
  });

  test('synthesis writes the folder from which Docker builds: program, requirements and project', () => {
    const { app } = dbtLake();
    const assembly = app.synth();
    const manifest = JSON.parse(readFileSync(join(assembly.directory, 'Lake.assets.json'), 'utf8'));
    const [image] = Object.values<{ source: { directory: string } }>(manifest.dockerImages);
    const folder = join(assembly.directory, image?.source.directory ?? '');
    expect(readdirSync(folder).sort()).toEqual([
      'Dockerfile',
      'lakewright.container.json',
      'project',
      'requirements.txt',
      'run.py',
    ]);
    expect(existsSync(join(folder, 'project', 'models', 'one.sql'))).toBe(true);
    const docker = readFileSync(join(folder, 'Dockerfile'), 'utf8');
    expect(docker).toMatch(/^USER dbt$/m);
    expect(docker).toContain('--require-hashes');
  });

  test('the image installs what the local runtime does', () => {
    const image = readFileSync(join(__dirname, '..', 'dbt', 'requirements.txt'), 'utf8');
    expect(image).toBe(readFileSync(join(__dirname, '..', '..', 'lakewright', 'python', 'dbt.txt'), 'utf8'));
    expect(image).toMatch(/^dbt-core==1\.11\.\d+ /m);
    expect(image).toMatch(/^dbt-athena==1\.11\.\d+ /m);
  });
});

describe('rights', () => {
  test('the role writes and deletes below the locations of its own databases only, and keeps what runs leave', () => {
    const { stack, storage, project } = dbtLake();
    const policies = PolicyEvaluator.of(stack);
    const decide = (action: string, key: string) =>
      policies.decide(project.role, action, storage.datasets.bucket.arnForObjects(key));
    const others = (action: string, zone: 'raw' | 'converted') =>
      policies.decide(project.role, action, storage[zone].bucket.arnForObjects('flights/part'));
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect(decide(action, 'marts/delays/uuid/part')).toBe('allowed');
      expect(decide(action, 'snapshots/history/uuid/part')).toBe('allowed');
      expect(decide(action, 'marts-of-others/part')).toBe('denied');
      expect(decide(action, 'other/part')).toBe('denied');
    }
    for (const action of ['s3:PutObject', 's3:DeleteObject']) {
      expect([others(action, 'raw'), others(action, 'converted')]).toEqual(['denied', 'denied']);
    }
    expect([others('s3:GetObject', 'raw'), others('s3:GetObject', 'converted')]).toEqual(['denied', 'allowed']);
    expect(decide('s3:PutObject', '_dbt/docs/index.html')).toBe('allowed');
    expect(decide('s3:DeleteObject', '_dbt/docs/index.html')).toBe('denied');
  });

  test('in the catalog it changes its own tables, and reads those of its sources', () => {
    const { stack, project, catalog } = dbtLake();
    const policies = PolicyEvaluator.of(stack);
    const table = (database: string) =>
      stack.formatArn({ service: 'glue', resource: 'table', resourceName: `${database}/t` });
    const decide = (action: string, database: string) => policies.decide(project.role, action, table(database));
    const { databaseName } = catalog.converted;
    for (const action of ['glue:CreateTable', 'glue:UpdateTable', 'glue:DeleteTable', 'glue:DeleteTableVersion']) {
      expect(decide(action, 'marts')).toBe('allowed');
      expect(decide(action, databaseName)).toBe('denied');
      expect(decide(action, 'others')).toBe('denied');
    }
    expect(decide('glue:GetTable', databaseName)).toBe('allowed');
    expect(decide('glue:GetTable', catalog.raw.databaseName)).toBe('denied');
  });

  test('under Lake Formation it reads its sources through it, and writes and deletes below its own place only', () => {
    const stack = new Stack(new App(), 'Lake');
    LakeAccess.of(stack).attach(accessProvider());
    const storage = new LakeStorage(stack, 'Zones');
    const permissions = PermissionModel.lakeFormation();
    const database = (id: string, location: DataLocation) =>
      new LakeDatabase(stack, id, { databaseName: id.toLowerCase(), location, permissions });
    const { project } = dbtLake(
      {
        database: database('Governed', storage.datasets.location('governed')),
        moreDatabases: [],
        sources: [database('Source', storage.converted.location('source'))],
      },
      stack,
    );
    const policies = PolicyEvaluator.of(stack);
    const decide = (action: string, zone: 'converted' | 'datasets', key: string) =>
      policies.decide(project.role, action, storage[zone].bucket.arnForObjects(key));
    expect(policies.decide(project.role, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(decide('s3:GetObject', 'converted', 'source/flights/part')).toBe('denied');
    expect(decide('s3:DeleteObject', 'datasets', 'governed/flights/part')).toBe('allowed');
    expect(decide('s3:DeleteObject', 'datasets', 'other/flights/part')).toBe('denied');
  });

  test('a pipeline runs its tasks, in its cluster, with its two roles, and no others', () => {
    const { stack, project } = dbtLake();
    const { role } = machine(stack, project.bind(stack, 'Run', CONTEXT).start);
    const policies = PolicyEvaluator.of(stack);
    const { cluster, taskDefinition } = project;
    const arn = (resource: string, resourceName: string, service = 'ecs') =>
      stack.formatArn({ service, resource, resourceName });
    const run = (family: string, on: string) =>
      policies.decide(role, 'ecs:RunTask', arn('task-definition', `${family}:7`), { 'ecs:cluster': policies.text(on) });
    expect(run(taskDefinition.family, cluster.clusterArn)).toBe('allowed');
    expect(run('other', cluster.clusterArn)).toBe('denied');
    expect(run(taskDefinition.family, arn('cluster', 'other'))).toBe('denied');
    const pass = (roleArn: string, service = 'ecs-tasks.amazonaws.com') =>
      policies.decide(role, 'iam:PassRole', roleArn, { 'iam:PassedToService': service });
    expect(pass(project.role.roleArn)).toBe('allowed');
    expect(pass(taskDefinition.obtainExecutionRole().roleArn)).toBe('allowed');
    expect(pass(project.role.roleArn, 'lambda.amazonaws.com')).toBe('denied');
    expect(pass(role.roleArn)).toBe('denied');
    for (const action of ['ecs:StopTask', 'ecs:DescribeTasks']) {
      expect(policies.decide(role, action, arn('task', `${cluster.clusterName}/1`))).toBe('allowed');
      expect(policies.decide(role, action, arn('task', 'other/1'))).toBe('denied');
    }
    const rule = (name: string) => policies.decide(role, 'events:PutRule', arn('rule', name, 'events'));
    expect(rule('StepFunctionsGetEventsForECSTaskRule')).toBe('allowed');
    expect(rule('other')).toBe('denied');
  });

  test('grants.run lets others run it', () => {
    const { stack, project } = dbtLake();
    const person = new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() });
    project.grants.run(person);
    const policies = PolicyEvaluator.of(stack);
    const family = stack.formatArn({
      service: 'ecs',
      resource: 'task-definition',
      resourceName: `${project.taskDefinition.family}:1`,
    });
    const context = { 'ecs:cluster': policies.text(project.cluster.clusterArn) };
    expect(policies.decide(person, 'ecs:RunTask', family, context)).toBe('allowed');
    expect(policies.decide(person, 'ecs:StopTask', family, context)).toBe('denied');
  });
});

describe('overrides', () => {
  test('size, variables, secrets and what a run does', () => {
    const { stack } = dbtLake({
      cpu: 1024,
      memoryLimitMiB: 4096,
      threads: 16,
      target: 'nightly',
      variables: { REGION: 'eu' },
      sourceFreshness: false,
      docs: false,
      environment: LakeEnvironment.sandbox(),
    });
    expect(definitionOf(stack)).toMatchObject({ Cpu: '1024', Memory: '4096' });
    expect(variablesOf(stack)).toMatchObject({
      REGION: 'eu',
      LAKEWRIGHT_DBT_TARGET: 'nightly',
      LAKEWRIGHT_DBT_THREADS: '16',
      LAKEWRIGHT_DBT_FRESHNESS: 'false',
      LAKEWRIGHT_DBT_DOCS: 'false',
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('secrets come by Secrets Manager', () => {
    const secretName = 'token';
    const { stack, project } = dbtLake({
      secrets: {
        DBT_ENV_SECRET_TOKEN: ecs.Secret.fromSecretsManager(
          secretsmanager.Secret.fromSecretNameV2(new Stack(new App(), 'Given'), 'Token', secretName),
        ),
      },
    });
    const [{ Secrets }] = definitionOf(stack).ContainerDefinitions;
    expect(Secrets).toMatchObject([{ Name: 'DBT_ENV_SECRET_TOKEN' }]);
    expect(JSON.stringify(definitionOf(stack))).not.toContain('SecretString');
    expect(project.taskDefinition.executionRole).toBeDefined();
  });

  test('a run of the whole project may be of what was modified', () => {
    const { stack, project } = dbtLake({ modifiedOnly: true, timeout: Duration.minutes(5) });
    const state = stateOf(stack, project.bind(stack, 'Run', CONTEXT).start);
    expect(state.TimeoutSeconds).toBe(300);
    expect(state.Parameters.Overrides.ContainerOverrides[0].Command).toEqual(['--state-modified']);
  });

  test('a part of it is a task of its own', () => {
    const { stack, project } = dbtLake();
    const daily = project.select('tag:daily', { exclude: 'tag:slow', modifiedOnly: true });
    expect(daily.node.id).toBe('tag-daily');
    const { Parameters, Resource } = stateOf(stack, daily.bind(stack, 'Daily', CONTEXT).start);
    expect(Resource).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':states:::ecs:runTask.sync']] });
    expect(Parameters.Overrides.ContainerOverrides).toEqual([
      {
        Name: 'dbt',
        Command: ['--part', '--select', 'tag:daily', '--exclude', 'tag:slow', '--state-modified'],
        Environment: [{ Name: 'LAKEWRIGHT_RUN_ID', 'Value.$': '$$.Execution.Name' }],
      },
    ]);
    expect(Parameters.NetworkConfiguration.AwsvpcConfiguration).toMatchObject({
      AssignPublicIp: 'DISABLED',
      Subnets: [expect.anything(), expect.anything()],
      SecurityGroups: [expect.anything()],
    });
  });
});

test('a cluster, a network and an image are taken as they are', () => {
  const stack = new Stack(new App(), 'Given');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const { stack: lakeStack, project } = dbtLake({
    code: DbtCode.fromImage(ecs.ContainerImage.fromRegistry('public.ecr.aws/example/dbt:1')),
  });
  expect(definitionOf(lakeStack).ContainerDefinitions[0].Image).toBe('public.ecr.aws/example/dbt:1');
  const cluster = new ecs.Cluster(lakeStack, 'Shared', { vpc: project.cluster.vpc });
  const other = dbtLake({
    cluster: ecs.Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shared', vpc }),
  });
  Template.fromStack(other.stack).resourceCountIs('AWS::ECS::Cluster', 0);
  expect(LakeNetwork.fromVpc(stack, 'Network', { vpc }).vpc).toBe(vpc);
  expect(cluster.clusterName).toBeDefined();
});

describe('refused', () => {
  test.each([
    ['NoDbtProject', () => DbtCode.fromDirectory(__dirname), {}],
    ['ReservedVariable', () => DbtCode.fromDirectory(PROJECT), { variables: { AWS_REGION: 'x' } }],
  ])('%s', (code, source, more) => {
    expect(() => dbtLake({ code: source(), ...more })).toThrow(new RegExp(`^${code}: `));
  });

  test('DatabaseWithoutLocation', () => {
    const stack = new Stack(new App(), 'Other');
    const database = new LakeDatabase(stack, 'Nowhere', { databaseName: 'nowhere' });
    expect(() => dbtLake({ database })).toThrow(/^DatabaseWithoutLocation: /);
  });
});

test('what runs it has ids that stay', () => {
  const template = Template.fromStack(dbtLake().stack);
  const ids = ['AWS::ECS::TaskDefinition', 'AWS::ECS::Cluster', 'AWS::Logs::LogGroup', 'AWS::IAM::Role'].flatMap(
    (type) => Object.keys(template.findResources(type)).filter((id) => id.startsWith('Dbt')),
  );
  expect(ids).toEqual([
    'DbtTaskC5DFC1E1',
    'DbtCluster425B77F8',
    'DbtLog1078CCE3',
    'DbtRoleB9FA2466',
    'DbtTaskExecutionRole5FEBAD24',
  ]);
});

test('its failures start something, whoever ran it', () => {
  const { stack, project } = dbtLake();
  project.onFailure('Failed');
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.ecs'],
      detail: Match.objectLike({
        lastStatus: ['STOPPED'],
        group: [`family:${stack.resolve(project.taskDefinition.family)}`],
      }),
    },
  });
});

describePipelineTask('DbtProject', (stack) => dbtLake({}, stack).project);
describePipelineTask('DbtSelection', (stack) => dbtLake({}, stack).project.select('tag:daily'));

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app } = dbtLake();
  expect(nagFindings(app).filter((finding) => finding.includes('@ Lake/Dbt'))).toEqual([]);
});
