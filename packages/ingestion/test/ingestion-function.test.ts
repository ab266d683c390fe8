import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { describe, expect, test } from 'vitest';
import { describePipelineTask } from '../../core/test/contracts/pipeline-task';
import { IngestionFunction, type IngestionFunctionProps } from '../src/private/ingestion-function';
import { IngestionSchedule } from '../src/private/ingestion-schedule';
import { invokeTask } from '../src/private/invoke-task';
import { stateLocation } from '../src/private/state-location';
import { nagFindings, PolicyEvaluator } from './support';

const DEFAULTS: IngestionFunctionProps = { asset: 'extraction', logHolds: 'counts, and no data' };

function setUp(props: Partial<IngestionFunctionProps> = {}) {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const made = new IngestionFunction(stack, 'Ingestion', { ...DEFAULTS, ...props });
  return { app, stack, made };
}

describe('the function', () => {
  const { stack, made } = setUp({
    alarmAction: { bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-west-1:111111111111:alarms' }) },
    environment: LakeEnvironment.sandbox(),
  });
  const other = new IngestionFunction(stack, 'Other', DEFAULTS);
  const { role: scheduled } = new IngestionSchedule(stack, 'Schedule', {
    ...made,
    lambdaFunction: made.lambdaFunction,
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
  });
  const policies = PolicyEvaluator.of(stack);

  test('writes its own log and dead letters, and has no other right', () => {
    const stream = `${made.logGroup.logGroupArn}:log-stream:a`;
    expect(policies.decide(made.role, 'logs:PutLogEvents', stream)).toBe('allowed');
    expect(policies.decide(made.role, 'sqs:SendMessage', made.deadLetterQueue.queueArn)).toBe('allowed');
    expect(policies.decide(made.role, 'logs:PutLogEvents', `${other.logGroup.logGroupArn}:log-stream:a`)).toBe(
      'denied',
    );
    expect(policies.decide(made.role, 'sqs:SendMessage', other.deadLetterQueue.queueArn)).toBe('denied');
    expect(policies.decide(made.role, 's3:GetObject', 'arn:aws:s3:::any/key')).toBe('denied');
    expect(policies.decide(made.role, 'ec2:CreateNetworkInterface', '*')).toBe('denied');
  });

  test('its queue is encrypted, and refuses requests without TLS', () => {
    const queues = policies.app.resources('AWS::SQS::Queue').map(({ properties }) => properties.SqsManagedSseEnabled);
    expect(queues).toEqual([true, true]);
    const [policy] = policies.app.resources('AWS::SQS::QueuePolicy');
    const document = policy?.properties.PolicyDocument as { Statement: unknown[] } | undefined;
    expect(document?.Statement).toContainEqual({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sqs:*',
      Resource: policies.text(made.deadLetterQueue.queueArn),
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  test('a schedule may invoke exactly it', () => {
    const { functionArn } = made.lambdaFunction;
    expect(policies.decide(scheduled, 'lambda:InvokeFunction', functionArn)).toBe('allowed');
    expect(policies.decide(scheduled, 'lambda:InvokeFunction', other.lambdaFunction.functionArn)).toBe('denied');
    expect(policies.decide(scheduled, 'lambda:UpdateFunctionCode', functionArn)).toBe('denied');
  });

  test('its log is kept as the environment says, failures and dead letters have an alarm', () => {
    const [log] = policies.app.resources('AWS::Logs::LogGroup');
    expect(log?.properties.RetentionInDays).toBe(7);
    const alarms = policies.app.resources('AWS::CloudWatch::Alarm').map(({ properties }) => properties.MetricName);
    expect(alarms.sort()).toEqual(['ApproximateNumberOfMessagesVisible', 'Errors']);
    expect(made.metricErrors().metricName).toBe('Errors');
    expect(made.metricErrors({ statistic: cloudwatch.Stats.SUM }).namespace).toBe('AWS/Lambda');
  });
});

test('in a VPC the service may attach it, and its code may not', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['eu-west-1a'], natGateways: 0 });
  const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  const made = new IngestionFunction(stack, 'Ingestion', { ...DEFAULTS, vpc, vpcSubnets });
  const policies = PolicyEvaluator.of(stack);
  const asCode = { 'lambda:SourceFunctionArn': policies.text(made.lambdaFunction.functionArn) };
  expect(policies.decide(made.role, 'ec2:CreateNetworkInterface', '*')).toBe('allowed');
  expect(policies.decide(made.role, 'ec2:CreateNetworkInterface', '*', asCode)).toBe('denied');
});

test('state lies beside the target, outside of it, unless another place is chosen', () => {
  const bucket = s3.Bucket.fromBucketName(new Stack(new App(), 'Stack'), 'Bucket', 'lake');
  const target = DataLocation.of(bucket, 'crm/contacts');
  expect(stateLocation(target).uri).toBe('s3://lake/_lakewright/crm/contacts/');
  expect(stateLocation(DataLocation.of(bucket)).uri).toBe('s3://lake/_lakewright/');
  expect(stateLocation(target, DataLocation.of(bucket, 'mine')).uri).toBe('s3://lake/mine/');
});

for (const loop of [false, true]) {
  describePipelineTask(`a function invoked ${loop ? 'until it is done' : 'once'}`, (stack) => {
    const { lambdaFunction } = new IngestionFunction(stack, 'Ingestion', DEFAULTS);
    return { bind: (scope, id, context) => invokeTask(scope, id, { lambdaFunction, context, loop }) };
  });
}

test('a loop hands the state on, and the run id with it', () => {
  const { stack, made } = setUp();
  const context = { environment: LakeEnvironment.sandbox() };
  const { start } = invokeTask(stack, 'Copy', { lambdaFunction: made.lambdaFunction, context, loop: true });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(sfn.Chain.start(start)) });
  const [machine] = PolicyEvaluator.of(stack).app.resources('AWS::StepFunctions::StateMachine');
  const { States } = JSON.parse(String(machine?.properties.DefinitionString)).States.Copy.Branches[0];
  expect(States['Copy Invoke'].Parameters).toEqual({ 'runId.$': '$$.Execution.Name' });
  expect(States['Copy Continue'].Parameters).toEqual({ 'runId.$': '$$.Execution.Name', 'state.$': '$.state' });
  expect(States['Copy Continue'].Next).toBe('Copy Ended');
});

test('cdk-nag finds nothing in it', () => {
  const { app, stack, made } = setUp();
  new IngestionSchedule(stack, 'Schedule', {
    lambdaFunction: made.lambdaFunction,
    deadLetterQueue: made.deadLetterQueue,
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
  });
  expect(nagFindings(app)).toEqual([]);
});
