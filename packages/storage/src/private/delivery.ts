import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';

/** What an S3 service writes about a bucket, and where. */
export interface Delivery {
  /** The bucket that it is about. */
  readonly source: s3.IBucket;
  /** The bucket that it is written to. */
  readonly target: s3.IBucket;
  /** The ARN of the objects that may be written. */
  readonly objectsArn: string;
  /** `logging.s3.amazonaws.com` … */
  readonly service: string;
  /** What it is called in the warning when the target's policy can't be changed: `access logs`. */
  readonly what: string;
}

/** The condition that the delivery is on behalf of this account: no other account can use the service to write here. */
export function onBehalfOf(source: s3.IBucket): Record<string, Record<string, string>> {
  return { StringEquals: { 'aws:SourceAccount': Stack.of(source).account } };
}

/** Lets the service write, or warns that the target's owner has to. */
export function allowDelivery({ source, target, objectsArn, service, what }: Delivery): void {
  // a policy in another stack must not refer to a bucket that refers to that stack
  const sameStack = Stack.of(source) === Stack.of(target);
  const { statementAdded } = target.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(service)],
      actions: ['s3:PutObject'],
      resources: [objectsArn],
      conditions: {
        ...onBehalfOf(source),
        ...(sameStack ? { ArnLike: { 'aws:SourceArn': source.bucketArn } } : {}),
      },
    }),
  );
  if (!statementAdded) {
    Validations.of(source).addWarning(
      '@lakewright/storage:deliveryPolicyMissing',
      `the policy of bucket ${target.bucketName}, which isn't made here, must allow s3:PutObject to ${service}: ` +
        `the ${what} of ${source.node.path} go there`,
    );
  }
}
