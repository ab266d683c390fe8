import { LakewrightError } from '../../../host/host';
import type { ApiShape } from '../../api-shape';
import type { LakeContext } from '../../service';
import { connectionDatabase } from '../catalog/local-connection';
import { StateMap } from '../state-map';

/**
 * What stands for a job's JDBC connections here: `connections` of the configuration name the connection, or its secret (name,
 * ARN or construct path).
 *
 * @returns LAKEWRIGHT_CONNECTIONS, which `awsglue` reads: connection → JDBC URL, user, password
 */
export async function connectionVariables(
  lake: LakeContext,
  names: readonly string[],
): Promise<Record<string, string>> {
  const known = new StateMap<ApiShape>(lake.workspace, 'glue-connections');
  const found: Record<string, JdbcAccess> = {};
  for (const name of names) {
    const connection = known.get(name);
    const url = connection && (await connectionDatabase(lake, { Name: name, ...connection }));
    if (url !== undefined) found[name] = jdbcAccess(name, String(url));
  }
  return Object.keys(found).length > 0 ? { LAKEWRIGHT_CONNECTIONS: JSON.stringify(found) } : {};
}

interface JdbcAccess {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
}

const VENDORS: Readonly<Record<string, string>> = {
  'postgres:': 'postgresql',
  'postgresql:': 'postgresql',
  'mysql:': 'mysql',
  'mariadb:': 'mariadb',
};

/** `postgres://user:password@host:port/database` as JDBC has it. @throws LakewrightError LW_GLUE_CONNECTION */
export function jdbcAccess(name: string, text: string): JdbcAccess {
  const url = new URL(text);
  const vendor = VENDORS[url.protocol];
  if (vendor === undefined) {
    throw new LakewrightError(
      'LW_GLUE_CONNECTION',
      `the connection "${name}" leads to a URL of ${url.protocol} → ${Object.keys(VENDORS).join(', ')} are known → correct "connections" of lakewright.config.json`,
    );
  }
  return {
    url: `jdbc:${vendor}://${url.host}${url.pathname}${url.search}`,
    ...(url.username && { user: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
  };
}
