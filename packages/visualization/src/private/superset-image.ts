import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import type { DashboardBundle } from '../dashboard-bundle';

/** Dockerfile, settings, and what the containers begin with; the local runtime finds them in the asset, too. */
const IMAGE = join(__dirname, '..', '..', 'assets', 'superset');

/** The image's folder with the bundle in it, from which Docker builds the image at deployment. */
export function imageOf(scope: Construct, bundle?: DashboardBundle): ecs.ContainerImage {
  const staged = mkdtempSync(join(tmpdir(), 'lakewright-superset-'));
  cpSync(IMAGE, staged, { recursive: true });
  if (bundle) cpSync(bundle.folder, join(staged, 'dashboards'), { recursive: true, dereference: true });
  const asset = new DockerImageAsset(scope, 'Image', { directory: staged, platform: Platform.LINUX_AMD64 });
  if (!scope.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT)) rmSync(staged, { recursive: true, force: true });
  return ecs.ContainerImage.fromDockerImageAsset(asset);
}
