import { LakewrightError } from '../../host/host';
import { secretNames, secretPaths } from '../database-urls';
import type { LakeContext } from '../service';
import type { StoredEndpoint } from './store';

/**
 * The URL of the database that stands for a source endpoint: `connections` of the configuration name its secret (name, ARN
 * or construct path), or the endpoint itself.
 *
 * @throws LakewrightError LW_DMS_NO_CONNECTION, and what `lake.programs.url` throws
 */
export async function sourceUrl(
  lake: Pick<LakeContext, 'config' | 'programs' | 'resources'>,
  endpoint: StoredEndpoint,
): Promise<string> {
  const { connections } = lake.config;
  const secret = secretOf(endpoint);
  const names = [...secretNames(lake.resources, secret), endpoint.EndpointArn, endpoint.EndpointIdentifier];
  const paths = [...secretPaths(lake.resources, secret), ...(endpoint.path === undefined ? [] : [endpoint.path])];
  const entry = Object.entries(connections).find(
    ([key]) => names.includes(key) || paths.some((path) => path === key || path.startsWith(`${key}/`)),
  );
  if (entry !== undefined) return lake.programs.url(entry[1]);
  const what = secret === undefined ? 'has no secret' : `reads the secret "${paths[0] ?? secret}"`;
  const known = Object.keys(connections).join(', ') || 'nothing';
  const key = paths[0] ?? names[0];
  throw new LakewrightError(
    'LW_DMS_NO_CONNECTION',
    `the source endpoint ${endpoint.path ?? endpoint.EndpointIdentifier} ${what} → "connections" of lakewright.config.json says which database stands for it, and has ${known} → add "${key}": "env:NAME" (or "service:NAME")`,
  );
}

/** `SecretsManagerSecretId` of whatever engine's settings. */
function secretOf({ settings }: StoredEndpoint): string | undefined {
  for (const value of Object.values<unknown>(settings)) {
    const id = (value as { SecretsManagerSecretId?: unknown } | null)?.SecretsManagerSecretId;
    if (typeof id === 'string') return id;
  }
  return undefined;
}
