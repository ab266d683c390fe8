import path from 'node:path';
import type { LakeResource } from '../../assembly/resource';
import type { LakeContext } from '../service';
import type { Language } from './declared';

export interface ProcessPlace {
  readonly language: Language;
  /** The code's folder. */
  readonly root: string;
  readonly layers: readonly string[];
  readonly logStream: string;
  /** The credentials' session token, by which requests are known as the function's. */
  readonly sessionToken: string;
  readonly port: number;
  /** Presented when the process connects. */
  readonly token: string;
}

/** Of the user's own environment a function sees what a program needs to start, and no more. */
const KEPT = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'LD_LIBRARY_PATH', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'];

/**
 * The variables of a function's process: the template's, AWS's own, and where this lake's services are.
 *
 * Source: Lambda Developer Guide, "Defined runtime environment variables".
 */
export async function processEnvironment(
  lake: LakeContext,
  resource: LakeResource,
  place: ProcessPlace,
): Promise<Record<string, string>> {
  const { physicalId, properties } = resource;
  const endpoint = await lake.endpoint();
  const kept = Object.fromEntries(KEPT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const declared = Object.entries(properties.Environment?.Variables ?? {}).map(([name, value]) => [
    name,
    withLocalQueues(lake, endpoint, String(value)),
  ]);
  return {
    ...kept,
    ...pathsOf(place, kept),
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    AWS_EXECUTION_ENV: `AWS_Lambda_${properties.Runtime}`,
    ...Object.fromEntries(declared),
    _HANDLER: String(properties.Handler ?? ''),
    AWS_REGION: resource.region,
    AWS_DEFAULT_REGION: resource.region,
    AWS_LAMBDA_FUNCTION_NAME: physicalId,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize ?? 128),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: String(properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${physicalId}`),
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    LAMBDA_TASK_ROOT: place.root,
    LAMBDA_RUNTIME_DIR: place.root,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: roleName(resource),
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: place.sessionToken,
    // Profiles of the user, and the address at which instances ask who they are, are not the function's.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: path.join(lake.workspace.tmp, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(lake.workspace.tmp, 'no-credentials'),
    LAKEWRIGHT_ENDPOINTS: JSON.stringify(await endpoints(lake)),
    LAKEWRIGHT_RUNTIME_PORT: String(place.port),
    LAKEWRIGHT_RUNTIME_TOKEN: place.token,
  };
}

/** The function's role names it: requests that it signs are the role's. */
function roleName({ properties }: LakeResource): string {
  return String(properties.Role ?? 'local-admin')
    .split('/')
    .at(-1) as string;
}

async function endpoints(lake: LakeContext): Promise<Record<string, string>> {
  const resolved: Record<string, string> = {};
  for (const [prefix, reference] of Object.entries(lake.config.endpoints)) {
    resolved[prefix] = await lake.programs.url(reference);
  }
  return resolved;
}

/** SDKs send a queue's requests to the host in its URL, whatever the endpoint is: it must be this machine. */
function withLocalQueues(lake: LakeContext, endpoint: string, value: string): string {
  let text = value;
  for (const { type, physicalId } of lake.resources) {
    if (type !== 'AWS::SQS::Queue' || !text.includes(physicalId)) continue;
    text = text.replaceAll(physicalId, `${endpoint}${new URL(physicalId).pathname}`);
  }
  return text;
}

/** Layers can't lie at `/opt` here: what AWS finds there by its search paths is found by these. */
function pathsOf({ language, root, layers }: ProcessPlace, kept: Record<string, string | undefined>) {
  const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(path.delimiter);
  const bins = layers.map((layer) => path.join(layer, 'bin'));
  const libraries = layers.map((layer) => path.join(layer, 'lib'));
  const common = {
    PATH: join(...bins, kept.PATH),
    ...(libraries.length > 0 && { LD_LIBRARY_PATH: join(root, ...libraries, kept.LD_LIBRARY_PATH) }),
  };
  if (language === 'node') {
    const modules = layers.map((layer) => path.join(layer, 'nodejs', 'node_modules'));
    return { ...common, ...(modules.length > 0 && { NODE_PATH: join(...modules) }) };
  }
  const modules = layers.map((layer) => path.join(layer, 'python'));
  return { ...common, PYTHONPATH: join(root, ...modules), PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
}
