import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { NagFindings } from '../src';
import { nagFindings } from './support';

describe('findings of cdk-nag', () => {
  test('a rule that several packs share is acknowledged in each of them', () => {
    const ids = (acknowledge: boolean): string[] => {
      const stack = new Stack(new App(), 'Stack');
      const bucket = new s3.Bucket(stack, 'Bucket');
      const rules = ['S3BucketLoggingEnabled', 'AwsSolutions-S1'];
      if (acknowledge) NagFindings.acknowledge(bucket, rules, 'scratch data');
      return nagFindings(stack.node.root as App).filter((text) =>
        /S3BucketLoggingEnabled|AwsSolutions-S1\b/.test(text),
      );
    };
    expect(ids(false).length).toBeGreaterThanOrEqual(4);
    expect(ids(true)).toEqual([]);
  });

  test('every wildcard of a role made by a construct is acknowledged, also those that are added later', () => {
    const ids = (acknowledge: boolean): string[] => {
      const stack = new Stack(new App(), 'Stack');
      const bucket = new s3.Bucket(stack, 'Bucket');
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
      if (acknowledge) NagFindings.acknowledgeOwnPolicy(role, 'objects have no fixed names');
      bucket.grantRead(role);
      return nagFindings(stack.node.root as App).filter((text) => /IAM5|IAMNoInlinePolicy/.test(text));
    };
    expect(ids(false).length).toBeGreaterThan(0);
    expect(ids(true)).toEqual([]);
  });
});
