import type { LakeResource } from '../../assembly/resource';
import type { LakeContext, ResourceHandler } from '../service';
import { deployBucket } from './bucket-deployment';

/** Properties of a bucket that change what happens on AWS only. */
const RECORDED_PROPERTIES: Readonly<Record<string, string>> = {
  VersioningConfiguration: 'versions',
  LifecycleConfiguration: 'lifecycle',
  ReplicationConfiguration: 'replication',
  InventoryConfigurations: 'inventory',
  BucketEncryption: 'encryption',
  LoggingConfiguration: 'access logs',
  IntelligentTieringConfigurations: 'tiering',
  ObjectLockConfiguration: 'object lock',
};

export function s3Resources(lake: LakeContext): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::S3::Bucket': {
      classification: 'executed',
      classify: (resource) => ({ classification: 'executed', note: recordedNote(resource) }),
      apply: async ({ physicalId }) => {
        if (!lake.objects.hasBucket(physicalId)) lake.objects.createBucket(physicalId);
      },
    },
    'AWS::S3::BucketPolicy': { classification: 'recorded', note: 'bucket policies are not evaluated' },
    'Custom::S3AutoDeleteObjects': {
      classification: 'recorded',
      note: 'nothing is destroyed by a run; reset deletes the workspace',
    },
    'Custom::S3BucketNotifications': {
      classification: 'executed',
      note: 'events go to the Lambdas, queues and topics of the lake',
    },
    'Custom::CDKBucketDeployment': {
      classification: 'executed',
      note: 'the assets are copied natively, without the Lambda function',
      apply: (resource) => deployBucket(lake, resource),
    },
  };
}

function recordedNote({ properties }: LakeResource): string | undefined {
  const recorded = Object.entries(RECORDED_PROPERTIES)
    .filter(([property]) => properties[property] !== undefined)
    .map(([, name]) => name);
  return recorded.length > 0 ? `without effect here: ${recorded.join(', ')}` : undefined;
}
