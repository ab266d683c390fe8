import { NagFindings } from '@lakewright/core';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';

/** Findings about the function with which aws-cdk-lib sets the notifications of a stack's buckets. */
const OF_UPSTREAM = [
  'AwsSolutions-L1',
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
  'AwsSolutions-IAM5[Resource::*]',
  ...['IAMNoInlinePolicy', 'LambdaConcurrency', 'LambdaDLQ', 'LambdaInsideVPC'],
];

/** Has a bucket tell EventBridge of its objects. */
export function sendEvents(bucket: s3.IBucket): void {
  bucket.enableEventBridgeNotification();
  const handlers = Stack.of(bucket).node.children.filter(({ node }) =>
    node.id.startsWith('BucketNotificationsHandler'),
  );
  const policies = bucket.node.children.filter(({ node }) => node.id === 'Notifications');
  for (const part of [...handlers, ...policies].flatMap(({ node }) => node.findAll())) {
    if (!CfnResource.isCfnResource(part) || part.cfnResourceType.startsWith('Custom::')) continue;
    NagFindings.acknowledge(part, OF_UPSTREAM, 'made by aws-cdk-lib, and run by deployments alone');
  }
}
