import { LakeEnvironment } from '@lakewright/core';
import { type aws_iam as iam, Size, type Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { CdcStart, DmsInstance, DmsTask, type DmsTaskProps, LoadMode } from '../src';
import { databaseStack } from './dms-support';
import { PolicyEvaluator } from './support';

function make(props: Partial<DmsTaskProps> = {}, given?: Stack) {
  const made = databaseStack(given);
  const instance = new DmsInstance(made.stack, 'Instance', { vpc: made.vpc });
  const task = new DmsTask(made.stack, 'Task', { ...made.options, instance, ...props });
  return { ...made, instance, task };
}

describe('defaults', () => {
  test('the instance is private, keeps itself up to date, and reaches the database', () => {
    const { stack } = make();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DMS::ReplicationInstance', {
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: true,
      AllocatedStorage: 50,
      ReplicationInstanceClass: 'dms.t3.medium',
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5432, ToPort: 5432 });
  });

  test('settings and mappings are the texts that DMS takes', () => {
    const { stack } = make();
    const [task] = Object.values(Template.fromStack(stack).findResources('AWS::DMS::ReplicationTask'));
    expect(JSON.parse(task?.Properties.ReplicationTaskSettings).Logging).toEqual({ EnableLogging: true });
    expect(JSON.parse(task?.Properties.TableMappings).rules).toHaveLength(2);
  });

  test('the provider stops and resumes exactly this task, and the pipeline starts exactly it', () => {
    const { stack, task } = make();
    const { start } = task.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() });
    const machine = new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(start as sfn.Parallel),
    });
    const policies = PolicyEvaluator.of(stack);
    const { role } = stack.node.findChild('LakewrightDmsChanges') as unknown as { role: iam.Role };
    const [{ Properties } = { Properties: {} }] = Object.values(
      Template.fromStack(stack).findResources('AWS::DMS::ReplicationTask'),
    );
    const arn = (id: string) => `arn:aws:dms:eu-west-1:111111111111:task:${id}`;
    expect(
      policies.decide(role, 'dms:StopReplicationTask', arn(policies.app.text(Properties.ResourceIdentifier))),
    ).toBe('allowed');
    expect(policies.decide(role, 'dms:StopReplicationTask', arn('other'))).toBe('denied');
    expect(policies.decide(machine.role, 'dms:StartReplicationTask', task.replicationArn)).toBe('allowed');
    expect(policies.decide(machine.role, 'dms:StartReplicationTask', arn('other'))).toBe('denied');
  });
});

test('what can’t change without another load is pinned: a release that writes it otherwise would stop every deployment', () => {
  const made = make();
  const [change] = Object.values(Template.fromStack(made.stack).findResources('Custom::LakewrightDmsChange'));
  const text = PolicyEvaluator.of(made.stack).text(change?.Properties.Definition);
  expect(JSON.parse(text)).toMatchObject({
    mode: 'full-load-and-cdc',
    source: { engine: 'postgres', database: 'operations' },
    target: { bucketFolder: 'operations', dataFormat: 'parquet', timestampColumnName: 'dms_timestamp' },
    tables: { rules: [{ 'rule-id': expect.any(String) }, { 'rule-id': '105743800', value: 'change_sequence' }] },
  });
  expect(Object.keys(JSON.parse(text))).toEqual(['mode', 'source', 'target', 'tables']);
});

describe('overrides', () => {
  test('a position of the log, a class, a disk', () => {
    const made = databaseStack();
    const instance = new DmsInstance(made.stack, 'Instance', {
      vpc: made.vpc,
      instanceClass: 'dms.r6i.large',
      storage: Size.gibibytes(200),
      multiAz: true,
    });
    const mode = LoadMode.cdc({ start: CdcStart.position('mysql-bin.000024:373') });
    new DmsTask(made.stack, 'Task', { ...made.options, instance, mode });
    const template = Template.fromStack(made.stack);
    template.hasResourceProperties('AWS::DMS::ReplicationInstance', { AllocatedStorage: 200, MultiAZ: true });
    template.hasResourceProperties('AWS::DMS::ReplicationTask', {
      CdcStartPosition: 'mysql-bin.000024:373',
      CdcStartTime: Match.absent(),
    });
  });
});

describe('supplied resources', () => {
  test('a task that was made elsewhere fails with its own events', () => {
    const { stack } = databaseStack();
    const theirs = DmsTask.fromDmsTaskAttributes(stack, 'Theirs', {
      taskArn: 'arn:aws:dms:eu-west-1:111111111111:task:theirs',
      instanceIdentifier: 'instance',
      mode: LoadMode.fullLoad(),
    });
    expect(theirs.bind(stack, 'Run', { environment: LakeEnvironment.sandbox() }).failurePattern).toMatchObject({
      detailType: ['DMS Replication Task State Change'],
      detail: { eventType: ['REPLICATION_TASK_FAILED'] },
    });
    expect(theirs.metricCdcLatencyTarget().dimensions).toEqual({
      ReplicationInstanceIdentifier: 'instance',
      ReplicationTaskIdentifier: 'theirs',
    });
  });
});

describePipelineTask('DmsTask', (stack) => make({}, stack).task);
