import type { LakeEnvironment } from '@lakewright/core';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { ZoneOptions } from '../zone';

/** What a zone tells its replication. */
export interface ReplicationContext {
  readonly environment: LakeEnvironment;
  readonly zoneName: string;
  readonly source: s3.Bucket;
  /** What a replica of its own has in common with the zone. */
  readonly options: ZoneOptions;
}
