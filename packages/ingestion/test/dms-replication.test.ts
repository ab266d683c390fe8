import { LakeEnvironment } from '@lakewright/core';
import {
  aws_cloudwatch as cloudwatch,
  Duration,
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_kms as kms,
  type Stack,
  aws_scheduler as scheduler,
  aws_stepfunctions as sfn,
  aws_sqs as sqs,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import {
  CdcStart,
  DmsInstance,
  DmsOutput,
  DmsReplication,
  DmsStart,
  DmsTask,
  LoadFolder,
  LoadMode,
  LobHandling,
  TableMappings,
} from '../src';
import { databaseStack, replicate } from './dms-support';
import { PolicyEvaluator } from './support';

const context = { environment: LakeEnvironment.sandbox() };

function config(stack: Stack): Record<string, never> {
  const [found] = Object.values(Template.fromStack(stack).findResources('AWS::DMS::ReplicationConfig'));
  return found?.Properties;
}

describe('defaults', () => {
  test('loses nothing in silence: what fails stops, nothing of the target is dropped, the log is on', () => {
    const { stack } = replicate();
    const settings = config(stack).ReplicationSettings as Record<string, Record<string, unknown>>;
    expect(settings.ErrorBehavior).toMatchObject({
      DataErrorPolicy: 'STOP_TASK',
      DataTruncationErrorPolicy: 'STOP_TASK',
      TableErrorPolicy: 'STOP_TASK',
      FailOnNoTablesCaptured: true,
    });
    expect(settings.ChangeProcessingDdlHandlingPolicy).toMatchObject({
      HandleSourceTableDropped: false,
      HandleSourceTableTruncated: false,
    });
    expect(settings.FullLoadSettings).toMatchObject({ TargetTablePrepMode: 'DO_NOTHING' });
    expect(settings.Logging).toEqual({ EnableLogging: true });
    expect(settings.TargetMetadata).toMatchObject({ LimitedSizeLobMode: true, LobMaxSize: 32 });
  });

  test('the mapping goes into the template with the sequence of changes', () => {
    const { stack } = replicate();
    const rules = (config(stack).TableMappings as { rules: Record<string, unknown>[] }).rules;
    expect(rules.map(({ value }) => value)).toEqual([undefined, 'change_sequence']);
  });

  test('no user, password or host is in the template', () => {
    const { stack } = replicate();
    const text = JSON.stringify(Template.fromStack(stack).findResources('AWS::DMS::Endpoint'));
    expect(text).not.toMatch(/"(Username|Password|ServerName)"|resolve:secretsmanager/);
  });

  test('DMS may write exactly below the target', () => {
    const { stack, replication, bucket, key } = replicate();
    const policies = PolicyEvaluator.of(stack);
    const decide = (action: string, object: string) =>
      policies.decide(replication.role, action, bucket.arnForObjects(object));
    expect(decide('s3:PutObject', 'operations/public/flights/LOAD00000001.parquet')).toBe('allowed');
    expect(decide('s3:PutObject', 'operations-of-others/x')).toBe('denied');
    expect(decide('s3:PutObject', 'customers/x')).toBe('denied');
    expect(decide('s3:GetObject', 'operations/x')).toBe('denied');
    const list = (prefix: string) =>
      policies.decide(replication.role, 's3:ListBucket', bucket.bucketArn, { 's3:prefix': prefix });
    expect(list('operations/')).toBe('allowed');
    expect(list('customers/')).toBe('denied');
    expect(policies.decide(replication.role, 'kms:GenerateDataKey', key.keyArn)).toBe('allowed');
  });

  test('reaches the database on its port and AWS by HTTPS, and nothing reaches it', () => {
    const { stack } = replicate();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5432,
      ToPort: 5432,
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Database'), 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Operations'), 'GroupId'] },
    });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('Operations'),
      SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443 })],
    });
  });

  test('the account has its roles before DMS uses them, and all its replications share them', () => {
    const { stack, options } = replicate();
    new DmsReplication(stack, 'Other', options);
    const template = Template.fromStack(stack);
    template.resourceCountIs('Custom::LakewrightDmsAccountRoles', 1);
    template.hasResource('AWS::DMS::ReplicationSubnetGroup', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('LakewrightDmsAccountRoles')]),
    });
    template.resourceCountIs('AWS::Lambda::Function', 2);
  });

  test('the provider of roles may make exactly these, with exactly their policies', () => {
    const { stack } = replicate();
    const policies = PolicyEvaluator.of(stack);
    const { role } = stack.node.findChild('LakewrightDmsRoles') as unknown as { role: iam.Role };
    const arn = (name: string) => `arn:aws:iam::111111111111:role/${name}`;
    const attach = (name: string, policy: string) =>
      policies.decide(role, 'iam:AttachRolePolicy', arn(name), {
        'iam:PolicyARN': `arn:aws:iam::aws:policy/${policy}`,
      });
    expect(policies.decide(role, 'iam:CreateRole', arn('dms-vpc-role'))).toBe('allowed');
    expect(policies.decide(role, 'iam:CreateRole', arn('admin'))).toBe('denied');
    expect(attach('dms-vpc-role', 'service-role/AmazonDMSVPCManagementRole')).toBe('allowed');
    expect(attach('dms-vpc-role', 'AdministratorAccess')).toBe('denied');
    expect(attach('admin', 'service-role/AmazonDMSVPCManagementRole')).toBe('denied');
    expect(policies.decide(role, 'iam:DeleteRole', arn('dms-vpc-role'))).toBe('denied');
  });

  test('the provider of changes may stop and resume exactly the replications of its stack', () => {
    const { stack } = replicate();
    const policies = PolicyEvaluator.of(stack);
    const { role } = stack.node.findChild('LakewrightDmsChanges') as unknown as { role: iam.Role };
    const identifier = policies.app.text(config(stack).ResourceIdentifier);
    expect(identifier).toMatch(/^operatio-[0-9a-f]{6}-51af3dc0-[0-9a-f]{6}$/);
    expect(identifier.length).toBeLessThanOrEqual(31);
    const arn = (id: string) => `arn:aws:dms:eu-west-1:111111111111:replication-config:${id}`;
    expect(policies.decide(role, 'dms:StopReplication', arn(identifier))).toBe('allowed');
    expect(policies.decide(role, 'dms:StopReplication', arn('operatio-000000-51af3dc0-000000'))).toBe('denied');
    expect(policies.decide(role, 'dms:DeleteReplicationConfig', arn(identifier))).toBe('denied');
    expect(policies.decide(role, 'dms:ModifyReplicationConfig', arn(identifier))).toBe('denied');
  });

  test('everything that DMS won’t change while it runs comes after the change, and the start after all of it', () => {
    const { stack } = replicate();
    const template = Template.fromStack(stack);
    const change = Match.arrayWith([Match.stringLikeRegexp('^OperationsChange')]);
    template.hasResource('AWS::DMS::ReplicationConfig', { DependsOn: change });
    for (const EndpointType of ['source', 'target']) {
      template.hasResource('AWS::DMS::Endpoint', { Properties: { EndpointType }, DependsOn: change });
    }
    template.hasResource('Custom::LakewrightDmsStart', {
      Properties: {
        OnDeploy: 'false',
        Resume: { 'Fn::GetAtt': [Match.stringLikeRegexp('^OperationsChange'), 'WasRunning'] },
      },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^Operations[0-9A-F]{8}$')]),
    });
  });
});

describe('overrides', () => {
  test('says where the files of a table lie, under their new names', () => {
    const tables = TableMappings.include('public.%').exclude('public.audit').renameSchema('public', 'shop');
    const { replication } = replicate({
      tables: tables.renameTable('public.flights', 'legs'),
      output: DmsOutput.parquet({ loadFolder: LoadFolder.named('v2') }),
    });
    expect(replication.location('public.flights').prefix).toBe('operations/load=v2/shop/legs');
    expect(replicate().replication.location('public.flights').prefix).toBe('operations/public/flights');
    for (const table of ['public.audit', 'other.flights', 'public.%']) {
      expect(() => replication.location(table)).toThrow(/^TableNotReplicated: /);
    }
  });

  test('what is said is done', () => {
    const { stack } = replicate({
      minCapacityUnits: 2,
      maxCapacityUnits: 64,
      multiAz: true,
      maintenanceWindow: 'sun:03:00-sun:03:30',
      lobs: LobHandling.full(),
      mode: LoadMode.cdc(),
      start: DmsStart.onDeploy(),
      allowReload: true,
      ensureAccountRoles: false,
    });
    expect(config(stack)).toMatchObject({
      ReplicationType: 'cdc',
      ComputeConfig: { MinCapacityUnits: 2, MaxCapacityUnits: 64, MultiAZ: true },
      ReplicationSettings: { TargetMetadata: { FullLobMode: true, InlineLobMaxSize: 32 } },
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('Custom::LakewrightDmsStart', { OnDeploy: 'true' });
    template.hasResourceProperties('Custom::LakewrightDmsChange', { AllowReload: 'true' });
    template.resourceCountIs('Custom::LakewrightDmsAccountRoles', 0);
  });

  test('another load folder makes another replication, and leaves the first as it is', () => {
    const idOf = (output?: DmsOutput) =>
      Object.entries(
        Template.fromStack(replicate(output ? { output } : {}).stack).findResources('AWS::DMS::ReplicationConfig'),
      ).map(([id, { Properties }]) => [id, JSON.stringify(Properties.ResourceIdentifier)]);
    const named = (name: string) => DmsOutput.parquet({ loadFolder: LoadFolder.named(name) });
    const [shared, v1, v2] = [idOf(), idOf(named('v1')), idOf(named('v2'))].map(([found]) => found ?? []);
    expect(new Set([shared?.[0], v1?.[0], v2?.[0]]).size).toBe(3);
    expect(new Set([shared?.[1], v1?.[1], v2?.[1]]).size).toBe(3);
    // pinned: a replication that is replaced has to load again
    expect(shared?.[0]).toBe('Operations993AC38D');
  });

  test('a schedule runs the states that know whether to start, to go on or to load again', () => {
    const { stack, replication } = replicate({
      start: DmsStart.schedule(scheduler.ScheduleExpression.rate(Duration.days(1))),
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 day)' });
    const role = replication.node.findChild('Schedule').node.findChild('Role') as iam.Role;
    const machine = replication.node.findChild('Schedule').node.findChild('Machine') as sfn.StateMachine;
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'states:StartExecution', machine.stateMachineArn)).toBe('allowed');
    expect(policies.decide(role, 'states:StartExecution', `${machine.stateMachineArn}2`)).toBe('denied');
    expect(policies.decide(machine.role, 'dms:StartReplication', replication.replicationArn)).toBe('allowed');
    expect(policies.decide(machine.role, 'dms:StopReplication', replication.replicationArn)).toBe('denied');
  });

  test('failures and changes of state start something, by the ARN', () => {
    const { stack, replication } = replicate();
    const target = new targets.SqsQueue(new sqs.Queue(stack, 'Queue'));
    replication.onFailure('Failed', { target });
    replication.onStateChange('Changed', { target });
    const template = Template.fromStack(stack);
    const resources = [stack.resolve(replication.replicationArn)];
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.dms'],
        'detail-type': ['DMS Replication State Change'],
        resources,
        detail: { eventType: ['REPLICATION_FAILED'] },
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { resources, detail: Match.absent() } });
  });

  test('latency has a metric', () => {
    const { stack, replication } = replicate();
    for (const metric of [replication.metricCdcLatencySource(), replication.metricCdcLatencyTarget()]) {
      new cloudwatch.Alarm(stack, metric.metricName, { metric, threshold: 60, evaluationPeriods: 1 });
    }
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/DMS',
      MetricName: 'CDCLatencyTarget',
      Dimensions: [{ Name: 'ReplicationConfigId' }],
    });
  });

  test('grants give what they say, on this replication', () => {
    const { stack, replication } = replicate();
    const make = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
    const [starter, stopper, watcher] = [make('Starter'), make('Stopper'), make('Watcher')];
    replication.grants.start(starter);
    replication.grants.stop(stopper);
    replication.grants.describe(watcher);
    const policies = PolicyEvaluator.of(stack);
    const decide = (role: iam.Role, action: string) => policies.decide(role, action, replication.replicationArn);
    expect([decide(starter, 'dms:StartReplication'), decide(starter, 'dms:StopReplication')]).toEqual([
      'allowed',
      'denied',
    ]);
    expect([decide(stopper, 'dms:StopReplication'), decide(stopper, 'dms:StartReplication')]).toEqual([
      'allowed',
      'denied',
    ]);
    expect([decide(watcher, 'dms:DescribeReplications'), decide(watcher, 'dms:StartReplication')]).toEqual([
      'allowed',
      'denied',
    ]);
    expect(policies.decide(starter, 'dms:StartReplication', `${policies.text(replication.replicationArn)}x`)).toBe(
      'denied',
    );
  });

  test('each run of a full load has a folder of its own when it is said, and a warning when it is not', () => {
    const own = replicate({
      mode: LoadMode.fullLoad(),
      output: DmsOutput.parquet({ loadFolder: LoadFolder.eachRun() }),
    });
    const { start } = own.replication.bind(own.stack, 'Load', context);
    const states = own.stack.resolve(new sfn.StateGraph(start, 'x').toGraphJson()).States.Load.Branches[0].States;
    expect(states['Load Folder'].Parameters.S3Settings).toEqual({
      'BucketFolder.$': "States.Format('operations/load={}', $$.Execution.Name)",
    });
    expect(states['Load Began'].Choices[0].Next).toBe('Load Folder');
    const shared = replicate({ mode: LoadMode.fullLoad() });
    const chain = sfn.Chain.start(shared.replication.bind(shared.stack, 'Load', context).start);
    new sfn.StateMachine(shared.stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(chain) });
    Annotations.fromStack(shared.stack).hasWarning('/Lake/Operations', Match.stringLikeRegexp('LoadFolder.eachRun'));
  });
});

describe('supplied resources', () => {
  test('its own security group and keys are used', () => {
    const made = databaseStack();
    const group = ec2.SecurityGroup.fromSecurityGroupId(made.stack, 'Mine', 'sg-mine');
    const encryptionKey = kms.Key.fromKeyArn(made.stack, 'MyKey', 'arn:aws:kms:eu-west-1:111111111111:key/mine');
    const replication = new DmsReplication(made.stack, 'Operations', {
      ...made.options,
      securityGroup: group,
      encryptionKey,
      output: DmsOutput.parquet({ encryptionKey }),
    });
    expect(config(made.stack)).toMatchObject({
      ComputeConfig: { VpcSecurityGroupIds: ['sg-mine'], KmsKeyId: 'arn:aws:kms:eu-west-1:111111111111:key/mine' },
    });
    const policies = PolicyEvaluator.of(made.stack);
    expect(policies.decide(replication.role, 'kms:GenerateDataKey', encryptionKey.keyArn)).toBe('allowed');
  });

  test('a replication that was made elsewhere runs in a pipeline and can be watched', () => {
    const { stack } = databaseStack();
    const replicationArn = 'arn:aws:dms:eu-west-1:111111111111:replication-config:theirs';
    const theirs = DmsReplication.fromDmsReplicationAttributes(stack, 'Theirs', {
      replicationArn,
      mode: LoadMode.fullLoadAndCdc(),
    });
    expect(theirs.bind(stack, 'Run', context).failurePattern?.resources).toEqual([replicationArn]);
    expect(stack.resolve(theirs.metricCdcLatencySource().dimensions)).toEqual({
      ReplicationConfigId: { 'Fn::Join': ['', [{ Ref: 'AWS::AccountId' }, ':theirs']] },
    });
  });
});

describe('refused input', () => {
  const instance = (stack: Stack) =>
    DmsInstance.fromDmsInstanceAttributes(stack, 'Instance', {
      instanceArn: 'arn:aws:dms:eu-west-1:111111111111:rep:theirs',
      instanceIdentifier: 'theirs',
      securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'InstanceGroup', 'sg-1'),
    });

  test.each<[string, Parameters<typeof replicate>[0]]>([
    ['NotServerless', { mode: LoadMode.cdc({ start: CdcStart.time('2026-01-01T00:00:00Z') }) }],
    ['InvalidCapacity', { maxCapacityUnits: 3 }],
    ['InvalidCapacity', { minCapacityUnits: 8, maxCapacityUnits: 4 }],
    ['RuleMatchesNothing', { tables: TableMappings.include('a.b').exclude('c.d') }],
    ['FolderPerRunNeedsFullLoad', { output: DmsOutput.parquet({ loadFolder: LoadFolder.eachRun() }) }],
  ])('%s', (code, props) => {
    expect(() => replicate(props)).toThrow(new RegExp(`^${code}: `));
  });

  test('subnets in one zone are refused', () => {
    const made = databaseStack();
    const vpc = new ec2.Vpc(made.stack, 'Small', { availabilityZones: ['eu-west-1a'] });
    expect(() => new DmsInstance(made.stack, 'One', { vpc })).toThrow(/^TwoZonesNeeded: /);
  });

  test('a class that is none is refused', () => {
    const made = databaseStack();
    expect(() => new DmsInstance(made.stack, 'One', { vpc: made.vpc, instanceClass: 'large' })).toThrow(
      /^InvalidInstanceClass: /,
    );
  });

  test('a task has a start within the log', () => {
    const made = databaseStack();
    new DmsTask(made.stack, 'Task', {
      ...made.options,
      instance: instance(made.stack),
      mode: LoadMode.cdc({ start: CdcStart.time('2026-01-01T00:00:00Z') }),
    });
    Template.fromStack(made.stack).hasResourceProperties('AWS::DMS::ReplicationTask', {
      MigrationType: 'cdc',
      CdcStartTime: 1767225600,
      CdcStartPosition: Match.absent(),
    });
  });
});

describePipelineTask(
  'DmsReplication',
  (stack) => new DmsReplication(stack, 'Operations', databaseStack(stack).options),
);
