import { type DataLocation, LakeError } from '@lakewright/core';
import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { IngestionFunction } from './ingestion-function';
import { acknowledgeNotifications } from './notification-findings';

/**
 * Invokes a function for each object that is created in a location, by way of EventBridge.
 *
 * S3 notifications would be quicker by a second and would take the bucket for themselves: EventBridge leaves room for others.
 */
export function arrivalRule(
  scope: Construct,
  id: string,
  location: DataLocation,
  work: IngestionFunction,
): events.Rule {
  const { bucket, prefix } = location;
  const [home, here] = [bucket.env, Stack.of(scope)];
  const differs = (one: string, other: string) =>
    !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
  if (differs(home.account, here.account) || differs(home.region, here.region)) {
    throw new Error(
      LakeError.message(
        'ArrivalsFromElsewhere',
        `arrivals in a bucket of account "${home.account}", region "${home.region}", for a stack in "${here.account}", "${here.region}"`,
        'S3 tells only the event bus of its own account and region of new objects',
        'use a schedule, or put the construct into a stack of that account and region',
      ),
    );
  }
  bucket.enableEventBridgeNotification();
  acknowledgeNotifications(bucket);
  const key = prefix === '' ? {} : { object: { key: [{ prefix: `${prefix}/` }] } };
  return new events.Rule(scope, id, {
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [bucket.bucketName] }, ...key },
    },
    targets: [
      new targets.LambdaFunction(work.lambdaFunction, {
        deadLetterQueue: work.deadLetterQueue,
        retryAttempts: 8,
        maxEventAge: Duration.hours(6),
      }),
    ],
  });
}
