import type { LakeEnvironment } from '@lakewright/core';
import * as s3 from 'aws-cdk-lib/aws-s3';

/** What every bucket of the lake has: TLS only, nothing public, owner-enforced, versioned, removal by the environment. */
export function bucketDefaults(environment: LakeEnvironment): s3.BucketProps {
  return {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    removalPolicy: environment.removalPolicy,
    ...(environment.destroysData ? { autoDeleteObjects: true } : {}),
  };
}
