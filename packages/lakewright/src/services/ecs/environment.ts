import path from 'node:path';
import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';

/** Of the user's own environment a container sees what a program needs to start, and no more. */
const KEPT = ['SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'LD_LIBRARY_PATH', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'];

export interface ContainerPlace {
  /** Its Python. */
  readonly python: string;
  /** Variables of the image, the task definition and the overrides, the later ones first. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the task's role; without one a program has no credentials, as on AWS. */
  readonly roleArn?: string;
  /** A folder that stays from run to run. */
  readonly work: string;
}

/** What any program starts with; also one that isn't known yet. */
export function startEnvironment(python: string): Record<string, string> {
  const kept = Object.fromEntries(KEPT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  return {
    ...kept,
    PATH: [path.dirname(python), process.env.PATH].filter(Boolean).join(path.delimiter),
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/**
 * The variables of a container's program: those that it is given, and where this lake's services are.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export async function containerEnvironment(
  lake: LakeContext,
  { region }: LakeResource,
  { python, variables, roleArn, work }: ContainerPlace,
): Promise<Record<string, string>> {
  return {
    ...startEnvironment(python),
    HOME: work,
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    ...variables,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: await lake.endpoint(),
    ...(roleArn !== undefined && {
      AWS_ACCESS_KEY_ID: roleArn.split('/').at(-1),
      AWS_SECRET_ACCESS_KEY: 'local',
    }),
    // Profiles of the user, and the address at which instances ask who they are, are not the task's.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: path.join(lake.workspace.tmp, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(lake.workspace.tmp, 'no-credentials'),
    LAKEWRIGHT_WORK: work,
  };
}

/** `[{ name, value }]` as a map. */
export const namedValues = (pairs: ApiShape): Record<string, string> =>
  Object.fromEntries((pairs ?? []).map(({ name, value }: ApiShape) => [name, String(value)]));
