import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { LakeResource } from '../../assembly/resource';
import { readZip } from '../s3/zip';
import { type LakeContext, ServiceError } from '../service';
import { languageOf } from './declared';

/** Where code lies that the template names: as a folder of files. */
export async function codeFolder(lake: LakeContext, resource: LakeResource): Promise<string> {
  const { ZipFile, S3Bucket, S3Key } = resource.properties.Code ?? {};
  if (ZipFile !== undefined) return inlineFolder(lake, resource, String(ZipFile));
  return await packageFolder(lake, resource, String(S3Bucket), String(S3Key));
}

/** The folders of a function's layers, the last one first: later layers come before earlier ones. */
export async function layerFolders(lake: LakeContext, { properties }: LakeResource): Promise<string[]> {
  const folders: string[] = [];
  for (const arn of properties.Layers ?? []) {
    const layer = findLayer(lake, arn);
    if (!layer) continue; // the plan names it
    const { S3Bucket, S3Key } = layer.properties.Content ?? {};
    folders.unshift(await packageFolder(lake, layer, String(S3Bucket), String(S3Key)));
  }
  return folders;
}

/** Layers that the app doesn't have: AWS's own and those of other accounts. */
export function foreignLayers(lake: LakeContext, { properties }: LakeResource): string[] {
  const layers: unknown[] = Array.isArray(properties.Layers) ? properties.Layers : [];
  return layers.filter((arn) => !findLayer(lake, arn)).map(String);
}

function findLayer(lake: LakeContext, arn: unknown): LakeResource | undefined {
  return lake.resources.find((one) => one.type === 'AWS::Lambda::LayerVersion' && one.physicalId === arn);
}

/** `index.js`, `index.py`: Source: CloudFormation Template Reference, "AWS::Lambda::Function Code", ZipFile. */
function inlineFolder(lake: LakeContext, resource: LakeResource, code: string): string {
  const file = languageOf(resource) === 'python' ? 'index.py' : 'index.js';
  return unpacked(lake, code, (folder) => fs.writeFileSync(path.join(folder, file), code));
}

/** An asset that is a folder is used where it lies; an archive is unpacked once. */
async function packageFolder(lake: LakeContext, resource: LakeResource, bucket: string, key: string): Promise<string> {
  const asset =
    lake.assets.find((candidate) => candidate.key === key && candidate.bucket === bucket) ??
    // The asset's bucket has the environment in its name, which an unresolved one spells in another way.
    lake.assets.find((candidate) => candidate.key === key);
  if (asset && fs.statSync(asset.path).isDirectory()) return asset.path;
  const archive = asset ? await fs.promises.readFile(asset.path) : await objectContent(lake, resource, bucket, key);
  return unpacked(lake, archive, (folder) => {
    for (const { name, content } of readZip(archive)) {
      const file = path.join(folder, ...name.split('/'));
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content(), { mode: 0o755 });
    }
  });
}

async function objectContent(lake: LakeContext, resource: LakeResource, bucket: string, key: string): Promise<Buffer> {
  if (lake.objects.hasBucket(bucket) && (await lake.objects.head(bucket, key)) !== undefined) {
    return await buffer(await lake.objects.read(bucket, key));
  }
  throw new ServiceError(
    'InvalidRuntimeException',
    `${resource.path}: its code s3://${bucket}/${key} is neither an asset of the app nor an object here → synthesize again, or mount the bucket in lakewright.config.json`,
    502,
  );
}

/** By content: the same code is unpacked once, and a folder that is there is whole. */
function unpacked(lake: LakeContext, content: string | Buffer, fill: (folder: string) => void): string {
  const name = createHash('sha256').update(content).digest('hex').slice(0, 32);
  const folder = path.join(lake.workspace.root, 'cache', 'lambda', name);
  if (fs.existsSync(folder)) return folder;
  const part = fs.mkdtempSync(path.join(lake.workspace.tmp, 'lambda-'));
  fill(part);
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  fs.renameSync(part, folder);
  return folder;
}
