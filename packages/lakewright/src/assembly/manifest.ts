import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LakewrightError } from '../host/host';
import type { ApiShape } from '../services/api-shape';
import { type Environment, environmentOf } from './environment';
import type { FileAsset, ImageAsset } from './resource';
import { parseTemplate, type Template } from './template';
import { describe, isRecord } from './unresolved';

/** The newest cloud assembly schema that this version was tested with: what aws-cdk-lib 2.270 writes. */
export const SUPPORTED_SCHEMA = 54;

/** One stack of the assembly, before evaluation. */
export interface StackSource {
  /** The artifact's id: unique in the assembly. */
  readonly id: string;
  /** The stack's name in AWS. */
  readonly name: string;
  readonly environment: Environment;
  readonly template: Template;
  readonly templateFile: string;
  readonly parameters: Readonly<Record<string, ApiShape>>;
  /** Artifact ids of the stacks that come before. */
  readonly dependencies: readonly string[];
  /** logical id → construct paths (several where nested stacks use the same id). */
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

export interface Manifest {
  readonly stacks: readonly StackSource[];
  readonly assets: readonly FileAsset[];
  readonly images: readonly ImageAsset[];
  readonly problems: readonly string[];
}

export interface Defaults {
  readonly account: string;
  readonly region: string;
}

/** Reads a `cdk.out` folder with its stages, or a template file. */
export function readManifest(path: string, defaults: Defaults): Manifest {
  if (!existsSync(path)) {
    throw new LakewrightError(
      'LW_ASSEMBLY_NOT_FOUND',
      `there is nothing at '${path}': give a cdk.out folder (run 'cdk synth' first) or a CloudFormation template`,
      2,
    );
  }
  if (!statSync(path).isDirectory()) return templateOnly(path, defaults);
  if (!existsSync(join(path, 'manifest.json'))) {
    const hint = existsSync(join(path, 'cdk.out', 'manifest.json'))
      ? `did you mean '${join(path, 'cdk.out')}'?`
      : `run 'cdk synth' and give its output folder, or give a CloudFormation template file`;
    throw new LakewrightError(
      'LW_ASSEMBLY_NO_MANIFEST',
      `'${path}' is no cdk.out: it has no manifest.json; ${hint}`,
      2,
    );
  }
  const reader = new ManifestReader(defaults);
  reader.folder(path);
  return reader;
}

function templateOnly(path: string, defaults: Defaults): Manifest {
  const template = parseTemplate(readFileSync(path, 'utf8'), path);
  const name = (path.split(/[\\/]/).at(-1) ?? 'Stack').replace(/(\.template)?\.(json|ya?ml|template)$/i, '') || 'Stack';
  const stack: StackSource = {
    id: name,
    name,
    environment: environmentOf(defaults.account, defaults.region),
    template,
    templateFile: path,
    parameters: {},
    dependencies: [],
    paths: new Map(),
  };
  return {
    stacks: [stack],
    assets: [],
    images: [],
    problems: [],
  };
}

class ManifestReader implements Manifest {
  public readonly stacks: StackSource[] = [];
  public readonly assets: FileAsset[] = [];
  public readonly images: ImageAsset[] = [];
  public readonly problems: string[] = [];

  public constructor(private readonly defaults: Defaults) {}

  public folder(folder: string): void {
    const manifest = readJson(join(folder, 'manifest.json'));
    const artifacts = manifest.artifacts ?? {};
    if (typeof manifest.version !== 'string' || !isRecord(artifacts)) {
      throw new LakewrightError(
        'LW_ASSEMBLY_NO_MANIFEST',
        `'${join(folder, 'manifest.json')}' is no cloud assembly manifest: it wants 'version' and 'artifacts'; run 'cdk synth' again`,
        2,
      );
    }
    if (Number.parseInt(manifest.version, 10) > SUPPORTED_SCHEMA) {
      throw new LakewrightError(
        'LW_ASSEMBLY_NEWER_SCHEMA',
        `'${folder}' has cloud assembly schema ${manifest.version}; this version reads up to ${SUPPORTED_SCHEMA}: update lakewright, or synthesize with aws-cdk-lib 2.270 or older`,
        2,
      );
    }
    const assetEnvironments = new Map<string, Environment>();
    for (const [id, artifact] of Object.entries<ApiShape>(artifacts)) {
      if (artifact?.type !== 'aws:cloudformation:stack') continue;
      const environment = this.environment(artifact.environment);
      for (const dependency of strings(artifact.dependencies)) assetEnvironments.set(dependency, environment);
      this.stack(folder, id, artifact, environment);
    }
    for (const [id, artifact] of Object.entries<ApiShape>(artifacts)) {
      const properties = artifact?.properties ?? {};
      if (artifact?.type === 'cdk:asset-manifest') {
        const environment = assetEnvironments.get(id) ?? environmentOf(this.defaults.account, this.defaults.region);
        this.assetManifest(join(folder, String(properties.file)), environment);
      } else if (artifact?.type === 'cdk:cloud-assembly') {
        const nested = join(folder, String(properties.directoryName));
        if (existsSync(join(nested, 'manifest.json'))) this.folder(nested);
        else this.problems.push(`stage '${id}': '${nested}' has no manifest.json; the stage is left out`);
      }
    }
  }

  private environment(text: unknown): Environment {
    const match = /^aws:\/\/([^/]+)\/(.+)$/.exec(String(text));
    const [account, region] = [match?.[1] ?? 'unknown-account', match?.[2] ?? 'unknown-region'];
    return environmentOf(
      account.startsWith('unknown') ? this.defaults.account : account,
      region.startsWith('unknown') ? this.defaults.region : region,
    );
  }

  private stack(folder: string, id: string, artifact: ApiShape, environment: Environment): void {
    const properties = artifact.properties ?? {};
    const templateFile = join(folder, String(properties.templateFile));
    if (!existsSync(templateFile)) {
      this.problems.push(`stack '${id}': its template '${templateFile}' is missing; the stack is left out`);
      return;
    }
    const template = parseTemplate(readFileSync(templateFile, 'utf8'), templateFile);
    const name = typeof properties.stackName === 'string' ? properties.stackName : id;
    const metadata = { ...this.additionalMetadata(folder, artifact), ...artifact.metadata };
    const parameters = { ...properties.parameters, ...this.legacyAssets(folder, metadata, environment) };
    this.stacks.push({
      id,
      name,
      environment,
      template,
      templateFile,
      parameters,
      dependencies: strings(artifact.dependencies),
      paths: pathsByLogicalId(metadata),
    });
  }

  private additionalMetadata(folder: string, artifact: ApiShape): Record<string, ApiShape> {
    const file = artifact.additionalMetadataFile;
    if (typeof file !== 'string' || !existsSync(join(folder, file))) return {};
    return readJson(join(folder, file));
  }

  /** Assets of the legacy synthesizer come as parameters of the template. */
  private legacyAssets(
    folder: string,
    metadata: Record<string, ApiShape>,
    environment: Environment,
  ): Record<string, string> {
    const parameters: Record<string, string> = {};
    for (const { type, data } of Object.values(metadata).flat()) {
      if (type !== 'aws:cdk:asset' || !isRecord(data) || typeof data.s3BucketParameter !== 'string') continue;
      const bucket = `cdktoolkit-assets-${environment.account}-${environment.region}`;
      const key = `${data.sourceHash}${data.packaging === 'zip' ? '.zip' : ''}`;
      parameters[data.s3BucketParameter] = bucket;
      parameters[String(data.s3KeyParameter)] = `assets/||${key}`;
      parameters[String(data.artifactHashParameter)] = String(data.sourceHash);
      this.assets.push({
        bucket,
        key: `assets/${key}`,
        path: resolve(folder, String(data.path)),
        packaging: data.packaging === 'zip' ? 'zip' : 'file',
      });
    }
    return parameters;
  }

  private assetManifest(file: string, environment: Environment): void {
    if (!existsSync(file)) {
      this.problems.push(`asset manifest '${file}' is missing; its assets are left out`);
      return;
    }
    const manifest = readJson(file);
    const fill = (text: unknown): string =>
      String(text)
        .replaceAll(`\${AWS::AccountId}`, environment.account)
        .replaceAll(`\${AWS::Region}`, environment.region)
        .replaceAll(`\${AWS::Partition}`, environment.partition);
    for (const asset of Object.values<ApiShape>(manifest.files ?? {})) {
      // An asset whose file a command makes at publishing time has no path.
      if (typeof asset?.source?.path !== 'string') continue;
      for (const destination of Object.values<ApiShape>(asset.destinations ?? {})) {
        this.assets.push({
          bucket: fill(destination.bucketName),
          key: fill(destination.objectKey),
          path: resolve(dirname(file), asset.source.path),
          packaging: asset.source.packaging === 'zip' ? 'zip' : 'file',
          displayName: asset.displayName,
        });
      }
    }
    for (const image of Object.values<ApiShape>(manifest.dockerImages ?? {})) {
      if (typeof image?.source?.directory !== 'string') continue;
      for (const destination of Object.values<ApiShape>(image.destinations ?? {})) {
        this.images.push({
          repository: fill(destination.repositoryName),
          tag: fill(destination.imageTag),
          folder: resolve(dirname(file), image.source.directory),
          dockerFile: image.source.dockerFile,
          displayName: image.displayName,
        });
      }
    }
  }
}

/** A file of the assembly that must be a JSON object. */
export function readJson(file: string): Record<string, ApiShape> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new LakewrightError(
      'LW_ASSEMBLY_BROKEN_FILE',
      `'${file}' is not valid JSON: ${(error as Error).message}; run 'cdk synth' again`,
      2,
    );
  }
  if (isRecord(value)) return value;
  throw new LakewrightError(
    'LW_ASSEMBLY_BROKEN_FILE',
    `'${file}' holds ${describe(value)}, not an object; run 'cdk synth' again`,
    2,
  );
}

function pathsByLogicalId(metadata: Record<string, ApiShape>): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const [path, entries] of Object.entries(metadata)) {
    if (!Array.isArray(entries)) continue;
    for (const entry of entries) {
      if (entry?.type !== 'aws:cdk:logicalId' || typeof entry.data !== 'string') continue;
      paths.set(entry.data, [...(paths.get(entry.data) ?? []), path.replace(/^\//, '')]);
    }
  }
  return paths;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}
