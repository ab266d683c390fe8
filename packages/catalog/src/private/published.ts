import { DataLocation, LakeError } from '@lakewright/core';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { PublishedCatalogAttributes } from '../lake-catalog';
import { type ILakeDatabase, LakeDatabase } from '../lake-database';

/** One parameter for each fact, since a stack can't take a JSON parameter apart at deployment. */
export function publish(database: LakeDatabase, path: string, zoneName: string): void {
  const parameter = (fact: string, stringValue: string) =>
    new ssm.StringParameter(database, `Published${fact}`, {
      parameterName: name(path, zoneName, fact),
      stringValue,
      simpleName: false,
    });
  parameter('Database', database.databaseName);
  if (!database.location) return;
  const { bucket, prefix } = database.location;
  if (prefix !== '') {
    throw new Error(
      LakeError.message(
        'ZoneIsNotABucket',
        `zone "${zoneName}" is the prefix "${prefix}" of a bucket`,
        'only zones that are whole buckets can be published',
        'give its name and location to LakeDatabase.fromLakeDatabaseAttributes instead',
      ),
    );
  }
  parameter('Bucket', bucket.bucketName);
  if (bucket.encryptionKey) parameter('Key', bucket.encryptionKey.keyArn);
}

/** The database as `publish` described it. */
export function importPublished(
  scope: Construct,
  zoneName: string,
  { path, permissions, customerManagedKeys }: PublishedCatalogAttributes,
): ILakeDatabase {
  const value = (fact: string) => ssm.StringParameter.valueForStringParameter(scope, name(path, zoneName, fact));
  const bucket = s3.Bucket.fromBucketAttributes(scope, `${zoneName}Bucket`, {
    bucketName: value('Bucket'),
    ...(customerManagedKeys === false
      ? {}
      : { encryptionKey: kms.Key.fromKeyArn(scope, `${zoneName}Key`, value('Key')) }),
  });
  return LakeDatabase.fromLakeDatabaseAttributes(scope, zoneName, {
    databaseName: value('Database'),
    location: DataLocation.of(bucket),
    permissions,
  });
}

function name(path: string, zoneName: string, fact: string): string {
  return `/${[...path.split('/').filter((part) => part !== ''), zoneName, fact.toLowerCase()].join('/')}`;
}
