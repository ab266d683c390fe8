import fs from 'node:fs';
import path from 'node:path';
import { deploy } from '../../../src/actions/run/deploy';
import { loadAssembly } from '../../../src/assembly';
import { classify } from '../../../src/assembly/classify';
import type { FileAsset } from '../../../src/assembly/resource';
import { MemoryHost } from '../../../src/host/host';
import { LocalLake } from '../../../src/local-lake';
import type { ApiShape } from '../../../src/services/api-shape';
import type { BackgroundOutcome } from '../../../src/services/background';
import { EMPTY_CONFIG, type LakeConfig } from '../../../src/workspace/config';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';
import { onEnd, temporaryFolder } from '../../workspace/temporary-workspace';

export interface FunctionLake {
  readonly lake: LocalLake;
  readonly host: MemoryHost;
  readonly folder: string;
  readonly outcomes: BackgroundOutcome[];
  /** Invokes a function and waits; its payload as JSON. */
  invoke(name: string, event?: unknown): Promise<{ readonly payload: ApiShape; readonly failed: boolean }>;
  /** Invokes asynchronously, and waits until nothing goes on any more. */
  send(name: string, event: unknown): Promise<void>;
  /** What the function has logged. */
  log(name: string): string;
}

/** A lake of the given resources, deployed; it is closed when the test ends. */
export async function functionLake(
  Resources: Record<string, ApiShape>,
  config: Partial<LakeConfig> = {},
  assets: readonly FileAsset[] = [],
): Promise<FunctionLake> {
  const folder = temporaryFolder();
  const file = path.join(folder, 'lake.json');
  fs.writeFileSync(file, JSON.stringify({ Resources }));
  const workspace = await FolderWorkspace.open(path.join(folder, '.lakewright'), { command: 'test' });
  const host = new MemoryHost();
  const lake = new LocalLake(workspace, { ...EMPTY_CONFIG, directory: folder, ...config }, host, {
    ...loadAssembly(file),
    assets,
  });
  onEnd(() => lake.close());
  const outcomes: BackgroundOutcome[] = [];
  lake.background.onOutcome((outcome) => outcomes.push(outcome));
  await deploy(lake, classify(lake.resources, lake.services));
  const invoke = async (FunctionName: string, event?: unknown) => {
    const Payload = event === undefined ? undefined : JSON.stringify(event);
    const answer = (await lake.call('lambda', 'Invoke', { FunctionName, Payload })) as ApiShape;
    return { payload: JSON.parse(answer.Payload.toString()), failed: answer.FunctionError === 'Unhandled' };
  };
  return {
    ...{ lake, host, folder, outcomes, invoke },
    async send(FunctionName, event) {
      await lake.call('lambda', 'Invoke', { FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) });
      await lake.background.settled();
    },
    log(name) {
      const logs = path.join(workspace.root, 'logs', 'lambda', name);
      return fs
        .readdirSync(logs)
        .map((one) => fs.readFileSync(path.join(logs, one), 'utf8'))
        .join('');
    },
  };
}

/** A Node.js function of inline code. */
export function nodeFunction(code: string, more: Record<string, ApiShape> = {}): ApiShape {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/worker',
      Code: { ZipFile: code },
      Timeout: 20,
      ...more,
    },
  };
}

export function pythonFunction(code: string, more: Record<string, ApiShape> = {}): ApiShape {
  return nodeFunction(code, { Runtime: 'python3.12', ...more });
}

/** A folder of files as CDK leaves it in `cdk.out`: a function's code, or a layer. */
export function asset(key: string, files: Record<string, string>): FileAsset {
  const folder = path.join(temporaryFolder(), key);
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  return { bucket: 'assets', key: `${key}.zip`, path: folder, packaging: 'zip' };
}

/** What an app has that installs the SDK: the code's folder lies in it. */
export function withModules(made: FileAsset): FileAsset {
  const modules = path.resolve(__dirname, '../../../../../node_modules');
  fs.symlinkSync(modules, path.join(path.dirname(made.path), 'node_modules'), 'junction');
  return made;
}

export const codeOf = ({ bucket, key }: FileAsset) => ({ Code: { S3Bucket: bucket, S3Key: key } });
