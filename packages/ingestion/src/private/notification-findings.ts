import { NagFindings } from '@lakewright/core';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** The function of aws-cdk-lib that sets the notifications of buckets; one a stack. */
const HANDLER = 'BucketNotificationsHandler050a0587b7544547bf325f094a3db834';

/** Says why the handler with which aws-cdk-lib switches a bucket's events on is as it is. */
export function acknowledgeNotifications(bucket: s3.IBucket): void {
  const handler: IConstruct | undefined = Stack.of(bucket).node.tryFindChild(HANDLER);
  if (!handler) return;
  const policy = bucket.node.tryFindChild('Notifications')?.node.tryFindChild('HandlerPolicy');
  const why = 'aws-cdk-lib makes this function; it runs on deployment only, and sets the notifications of buckets';
  for (const node of [handler, policy]
    .flatMap((each) => each?.node.findAll() ?? [])
    .filter(CfnResource.isCfnResource)) {
    NagFindings.acknowledge(
      node,
      [
        'AwsSolutions-L1',
        'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        'AwsSolutions-IAM5[Resource::*]',
        'IAMNoInlinePolicy',
        'LambdaConcurrency',
        'LambdaDLQ',
        'LambdaInsideVPC',
      ],
      why,
    );
  }
}
