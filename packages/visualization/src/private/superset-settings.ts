import { NagFindings } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { Superset, SupersetProps } from '../superset';
import { DATABASE_NAME, type MetadataDatabase } from './metadata-database';
import type { SupersetCache } from './superset-cache';
import { imageOf } from './superset-image';
import type { SecretKeys } from './superset-secrets';
import { type TaskSettings, taskOf } from './superset-tasks';

export interface SupersetParts {
  readonly database: MetadataDatabase;
  readonly cache: SupersetCache;
  readonly keys: SecretKeys;
  readonly key: kms.IKey;
}

/** What all containers are told: superset/README.md lists it. */
export function settingsOf(superset: Superset, props: SupersetProps, parts: SupersetParts): TaskSettings {
  const { workgroup, image, dashboards, variables } = props;
  const { database, cache, keys, key } = parts;
  return {
    image: image ?? imageOf(superset, dashboards),
    logGroup: superset.logGroup,
    key,
    variables: {
      DB_HOST: database.instance.dbInstanceEndpointAddress,
      DB_PORT: database.instance.dbInstanceEndpointPort,
      DB_NAME: DATABASE_NAME,
      ATHENA_REGION: Stack.of(superset).region,
      ATHENA_WORKGROUP: workgroup.workgroupName,
      ATHENA_RESULTS: workgroup.resultLocation(superset.role).uri,
      PUBLIC_URL: superset.url,
      ...variables,
    },
    secrets: {
      DB_USER: ecs.Secret.fromSecretsManager(database.secret, 'username'),
      DB_PASSWORD: ecs.Secret.fromSecretsManager(database.secret, 'password'),
      CACHE_URL: ecs.Secret.fromSecretsManager(cache.url),
      SUPERSET_SECRET_KEY: ecs.Secret.fromSecretsManager(keys.current),
      ...(keys.previous ? { SUPERSET_PREVIOUS_SECRET_KEY: ecs.Secret.fromSecretsManager(keys.previous) } : {}),
    },
  };
}

/** A bundle is in the image that this package builds; an image that is given gets it from S3. */
export function initTaskOf(
  superset: Superset,
  { image, dashboards }: SupersetProps,
  settings: TaskSettings,
): ecs.FargateTaskDefinition {
  const bundle = image && dashboards ? new s3assets.Asset(superset, 'Bundle', { path: dashboards.folder }) : undefined;
  const definition = taskOf(superset, 'InitTask', settings, {
    command: 'init',
    cpu: 1024,
    memoryLimitMiB: 2048,
    variables: bundle ? { BUNDLE_S3: bundle.s3ObjectUrl } : {},
    secrets: {
      ADMIN_USERNAME: ecs.Secret.fromSecretsManager(superset.adminSecret, 'username'),
      ADMIN_PASSWORD: ecs.Secret.fromSecretsManager(superset.adminSecret, 'password'),
    },
  });
  bundle?.grantRead(definition.taskRole);
  if (bundle) NagFindings.acknowledgeOwnPolicy(definition.taskRole, 'names of assets are hashes');
  return definition;
}
