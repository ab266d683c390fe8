import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';

/** The name, if it can be one: zone names are parts of construct ids, so they have to be known at synthesis. */
export function checkedName(zoneName: string): string {
  if (Token.isUnresolved(zoneName) || !/^[a-z][a-z0-9_-]{0,62}$/.test(zoneName)) {
    throw new Error(
      LakeError.message(
        'InvalidZoneName',
        `zone name "${zoneName}"`,
        'up to 63 lower-case letters, digits, "-" and "_", a letter first, known at synthesis',
        'write it like "raw"; a bucket\'s name is another thing, see bucketName',
      ),
    );
  }
  return zoneName;
}
