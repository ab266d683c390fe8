import { LakeEnvironment } from '@lakewright/core';
import { App, Stack } from 'aws-cdk-lib';
import { Capture, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as sns from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, test } from 'vitest';
import { DashboardBundle, Superset, SupersetAddress, SupersetAlarms } from '../src';
import { delays, folderOf } from './bundle.support';
import { certificateOf, lake } from './superset.support';
import { dataIds, PolicyEvaluator } from './support';

interface Container {
  readonly Command: string[];
  readonly Environment: { Name: string; Value: unknown }[];
  readonly Secrets: { Name: string }[];
  readonly HealthCheck?: { Command: string[] };
  readonly ReadonlyRootFilesystem: boolean;
}

/** The containers by their role. */
function containers(template: Template): Record<string, Container> {
  const all = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  const list = all.map(({ Properties }) => Properties.ContainerDefinitions[0] as Container);
  return Object.fromEntries(list.map((container) => [container.Command[0], container]));
}

describe('by default', () => {
  const made = {} as ReturnType<typeof lake> & { template: Template };
  beforeAll(() => {
    Object.assign(made, lake({ dashboards: DashboardBundle.fromFolder(folderOf(delays())) }));
    Object.assign(made, { template: Template.fromStack(made.stack) });
  }, 120_000);

  test('one image has four roles; each is told what the image reads, and passwords only by Secrets Manager', () => {
    const all = containers(made.template);
    expect(Object.keys(all).sort()).toEqual(['beat', 'init', 'web', 'worker']);
    const secrets = ['CACHE_URL', 'DB_PASSWORD', 'DB_USER', 'SUPERSET_SECRET_KEY'];
    for (const [command, container] of Object.entries(all)) {
      const admin = command === 'init' ? ['ADMIN_PASSWORD', 'ADMIN_USERNAME'] : [];
      expect(container.Secrets.map(({ Name }) => Name).sort()).toEqual([...admin, ...secrets]);
      expect(container.Environment.map(({ Name }) => Name).sort()).toEqual([
        ...['ATHENA_REGION', 'ATHENA_RESULTS', 'ATHENA_WORKGROUP', 'DB_HOST', 'DB_NAME', 'DB_PORT', 'PUBLIC_URL'],
      ]);
      expect(container.ReadonlyRootFilesystem).toBe(true);
    }
    expect(all.web?.HealthCheck?.Command).toEqual(['CMD', 'sh', 'entry.sh', 'healthy']);
    expect(all.worker?.HealthCheck?.Command).toEqual(['CMD', 'sh', 'entry.sh', 'ping']);
  });

  test('no service is made or changed before the init task has succeeded; that waits for database, cache and its way out', () => {
    const [id] = Object.keys(made.template.findResources('Custom::LakewrightSupersetInit'));
    const services = Object.values(made.template.findResources('AWS::ECS::Service'));
    expect(services).toHaveLength(3);
    for (const { DependsOn } of services) expect(DependsOn).toContain(id);
    const [init] = Object.values(made.template.findResources('Custom::LakewrightSupersetInit'));
    const waits = String(init?.DependsOn);
    for (const part of [
      'DatabaseInstance',
      'SupersetCache',
      'DefaultRoute',
      'InitTaskExecutionRoleDefaultPolicy',
      'InitRole',
    ]) {
      expect(waits).toContain(part);
    }
  });

  test('another bundle is another image, and so another revision of the init task, which runs again', () => {
    const files = delays();
    Object.assign(files['charts/total.yaml'] as object, { slice_name: 'All flights' });
    const image = (folder: string) => {
      const template = Template.fromStack(lake({ dashboards: DashboardBundle.fromFolder(folder) }).stack);
      return JSON.stringify(
        Object.values(template.findResources('AWS::ECS::TaskDefinition'))[0]?.Properties.ContainerDefinitions[0].Image,
      );
    };
    expect(image(folderOf(files))).not.toBe(image(folderOf(delays())));
    expect(image(folderOf(delays()))).toBe(image(folderOf(delays())));
  });

  test('database and cache are encrypted, have a standby, and are reached by the tasks alone', () => {
    made.template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Retain',
      Properties: {
        MultiAZ: true,
        StorageEncrypted: true,
        ManageMasterUserPassword: true,
        MasterUserPassword: Match.absent(),
        DeletionProtection: true,
        PubliclyAccessible: false,
        BackupRetentionPeriod: 14,
      },
    });
    made.template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      Engine: 'valkey',
      AutomaticFailoverEnabled: true,
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      AuthToken: Match.anyValue(),
    });
    const ports = Object.values(made.template.findResources('AWS::EC2::SecurityGroupIngress')).map(({ Properties }) => [
      Properties.FromPort,
      JSON.stringify(Properties.SourceSecurityGroupId),
    ]);
    const tasks = ports.filter(([, source]) => String(source).includes('SupersetSecurityGroup'));
    expect(tasks.map(([port]) => port).sort()).toEqual([5433, 6380]);
    expect(ports).toHaveLength(3); // and the load balancer to the web servers
  });

  test('the token of the cache stands in no template: the address with it refers to the secret', () => {
    const secret = new Capture();
    made.template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Description: Match.stringLikeRegexp("^Where Superset's cache is"),
      SecretString: secret,
    });
    const text = JSON.stringify(secret.asObject());
    expect(text).toMatch(/rediss:\/\/:\{\{resolve:secretsmanager:/);
    expect(text).toContain('PrimaryEndPoint.Address');
  });

  test('the load balancer is not on the internet; CloudFront caches scripts and styles only', () => {
    made.template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
    made.template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        DefaultCacheBehavior: { CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad' }, // caching disabled
        CacheBehaviors: [Match.objectLike({ PathPattern: '/static/*' })],
      },
    });
  });

  test('a password that RDS has changed restarts the services', () => {
    made.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { eventName: ['RotationSucceeded'] } },
    });
  });

  test('the role reads what was given, with the workgroup, below its own results, and no more', () => {
    const { stack, superset, storage, workgroup } = made;
    const policies = PolicyEvaluator.of(stack);
    const results = workgroup.resultLocation(superset.role);
    const decide = (action: string, resource: string) => policies.decide(superset.role, action, resource);
    expect(decide('athena:StartQueryExecution', workgroup.workgroupArn)).toBe('allowed');
    expect(decide('s3:PutObject', results.bucket.arnForObjects(`${results.prefix}/1.csv`))).toBe('allowed');
    expect(decide('s3:GetObject', storage.datasets.bucket.arnForObjects('results/other/1.csv'))).toBe('denied');
    expect(decide('s3:GetObject', storage.raw.bucket.arnForObjects('orders/1'))).toBe('denied');
    expect(decide('glue:GetTable', made.datasets.dataset('delays').tableArn)).toBe('allowed');
    expect(decide('glue:GetTable', made.datasets.dataset('customers').tableArn)).toBe('denied');
    expect(decide('glue:UpdateTable', made.datasets.dataset('delays').tableArn)).toBe('denied');
    expect(decide('secretsmanager:GetSecretValue', superset.adminSecret.secretArn)).toBe('denied');
  });

  test('only the init task is given the password of the administrator', () => {
    const { stack, superset } = made;
    const policies = PolicyEvaluator.of(stack);
    const execution = (id: string) =>
      (superset.node.findChild(id) as ecs.FargateTaskDefinition).obtainExecutionRole() as iam.Role;
    const reads = (id: string, secret: string) =>
      policies.decide(execution(id), 'secretsmanager:GetSecretValue', secret);
    expect(reads('InitTask', superset.adminSecret.secretArn)).toBe('allowed');
    expect(reads('WebTask', superset.adminSecret.secretArn)).toBe('denied');
    expect(reads('WebTask', superset.secretKey.secretArn)).toBe('allowed');
  });

  test('the logical ids of what holds data are pinned', () => {
    const ids = dataIds(made.stack, 'AWS::RDS::DBInstance', 'AWS::ElastiCache::ReplicationGroup');
    const own = Object.fromEntries(Object.entries(ids).filter(([id]) => id.startsWith('Superset')));
    expect(own).toEqual({
      SupersetAccessLogsF8590D00: 'AWS::S3::Bucket',
      SupersetAdminEA87CBF1: 'AWS::SecretsManager::Secret',
      SupersetCacheED03FB0B: 'AWS::ElastiCache::ReplicationGroup',
      SupersetCacheTokenE1BA5A3D: 'AWS::SecretsManager::Secret',
      SupersetCacheUrl81E4B782: 'AWS::SecretsManager::Secret',
      SupersetDatabaseInstanceE473EBCA: 'AWS::RDS::DBInstance',
      SupersetInitLog7C416E13: 'AWS::Logs::LogGroup',
      SupersetKey11F855AB: 'AWS::KMS::Key',
      SupersetLogFF40E445: 'AWS::Logs::LogGroup',
      SupersetNetworkFlowLogs99F29092: 'AWS::Logs::LogGroup',
      SupersetRestartLogBB444F99: 'AWS::Logs::LogGroup',
      SupersetSecretKeyD223DB19: 'AWS::SecretsManager::Secret',
    });
  });
});

test('in a sandbox all of it goes, and costs less', () => {
  const { stack } = lake({}, LakeEnvironment.sandbox());
  const template = Template.fromStack(stack);
  template.hasResource('AWS::RDS::DBInstance', {
    DeletionPolicy: 'Delete',
    Properties: { MultiAZ: false, DeletionProtection: false, DBInstanceClass: 'db.t4g.micro' },
  });
  template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', { NumCacheClusters: 1 });
  template.resourceCountIs('AWS::EC2::NatGateway', 1);
  const kept = Object.entries(template.toJSON().Resources as Record<string, { DeletionPolicy?: string }>)
    .filter(([id, { DeletionPolicy }]) => id.startsWith('Superset') && DeletionPolicy?.startsWith('Retain'))
    .map(([id]) => id);
  expect(kept).toEqual([]);
});

test('a VPC, a role, an image, a certificate and a zone that are given are used', () => {
  const { stack, workgroup } = lake();
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const role = new iam.Role(stack, 'Analyst', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
  const hostedZone = route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
    hostedZoneId: 'Z1',
    zoneName: 'example.com',
  });
  const superset = new Superset(stack, 'Second', {
    address: SupersetAddress.certificate({
      ...{ domainName: 'bi.example.com', certificate: certificateOf(stack), hostedZone },
      allowFrom: [ec2.Peer.ipv4('10.20.0.0/16')],
    }),
    workgroup,
    ...{ vpc, role },
    image: ecs.ContainerImage.fromRegistry('example/superset:6'),
    dashboards: DashboardBundle.fromFolder(folderOf(delays())),
    secretKeyGeneration: 2,
  });
  expect(superset.url).toBe('https://bi.example.com');
  expect(superset.role).toBe(role);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'bi.example.com.', Type: 'A' });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [
      Match.objectLike({ CidrIp: '10.20.0.0/16', FromPort: 80 }),
      Match.objectLike({ CidrIp: '10.20.0.0/16', FromPort: 443 }),
    ],
  });
  const tasks = Object.entries(template.findResources('AWS::ECS::TaskDefinition')).filter(([id]) =>
    id.startsWith('Second'),
  );
  const init = tasks
    .map(([, { Properties }]) => Properties.ContainerDefinitions[0])
    .find(({ Command }) => Command[0] === 'init');
  expect(init.Image).toBe('example/superset:6');
  expect(init.Environment.map(({ Name }: { Name: string }) => Name)).toContain('BUNDLE_S3');
  expect(init.Secrets.map(({ Name }: { Name: string }) => Name)).toContain('SUPERSET_PREVIOUS_SECRET_KEY');
});

test('alarms tell a topic when they begin and when they end', () => {
  const { stack, superset } = lake({}, LakeEnvironment.sandbox());
  const notify = new sns.Topic(stack, 'Topic');
  const { alarms } = new SupersetAlarms(stack, 'Alarms', { superset, notify });
  const all = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).filter(
    ({ Properties }) => Properties.OKActions,
  );
  expect(all).toHaveLength(Object.keys(alarms).length);
  for (const { Properties } of all) expect(Properties.AlarmActions).toEqual(Properties.OKActions);
  const answers = all.find(({ Properties }) => Properties.MetricName === 'HealthyHostCount');
  expect(answers?.Properties).toMatchObject({ Threshold: 1, TreatMissingData: 'breaching', Statistic: 'Minimum' });
});

describe('refused', () => {
  const stack = new Stack(new App(), 'Stack');
  test.each([
    ['NameWithoutCertificate', () => SupersetAddress.cloudFront({ domainName: 'bi.example.com' })],
    ['InvalidGeneration', () => lake({ secretKeyGeneration: 0 })],
    ['SubnetsWithoutVpc', () => lake({ cluster: new ecs.Cluster(stack, 'Cluster') })],
  ])('%s', (code, make) => {
    expect(make).toThrow(new RegExp(`^${code}: `));
  });
});
