import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import { refuse } from './refuse';

/** Dockerfile, requirements, and the program that runs the project; the local runtime finds them in the asset, too. */
const IMAGE = join(__dirname, '..', '..', 'assets', 'dbt');

const LEFT_OUT = new Set(['target', 'logs', '.git', '.venv', 'venv', '__pycache__', '.user.yml', '.DS_Store']);

/** The project and what runs it, as one folder from which Docker builds the image at deployment. */
export function imageOf(scope: Construct, directory: string): ecs.ContainerImage {
  const project = resolve(directory);
  if (!existsSync(join(project, 'dbt_project.yml'))) {
    refuse(
      'NoDbtProject',
      `folder "${directory}"`,
      'a folder with a dbt_project.yml',
      'name the folder of the project',
    );
  }
  const staged = mkdtempSync(join(tmpdir(), 'lakewright-dbt-'));
  cpSync(IMAGE, staged, { recursive: true });
  cpSync(project, join(staged, 'project'), {
    recursive: true,
    dereference: true,
    filter: (source) => relative(project, source) === '' || !LEFT_OUT.has(basename(source)),
  });
  const asset = new DockerImageAsset(scope, 'Image', { directory: staged, platform: Platform.LINUX_AMD64 });
  if (!scope.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT)) rmSync(staged, { recursive: true, force: true });
  return ecs.ContainerImage.fromDockerImageAsset(asset);
}
