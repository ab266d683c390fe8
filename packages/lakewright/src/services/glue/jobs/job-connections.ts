import { LakewrightError } from '../../../host/host';
import type { ApiShape } from '../../api-shape';
import type { LakeContext } from '../../service';
import { StateMap } from '../state-map';

/**
 * What stands for a job's JDBC connections here: `connections` of the configuration name the connection, or its secret (name,
 * ARN or construct path). One that isn't named keeps its own URL.
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
    const secret = known.get(name)?.ConnectionProperties?.SECRET_ID as string | undefined;
    const reference = referenceFor(lake, name, secret);
    if (reference !== undefined) found[name] = jdbcAccess(name, await lake.programs.url(reference));
  }
  return Object.keys(found).length > 0 ? { LAKEWRIGHT_CONNECTIONS: JSON.stringify(found) } : {};
}

interface JdbcAccess {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
}

function referenceFor(lake: LakeContext, name: string, secret: string | undefined): string | undefined {
  const declared = lake.resources.filter(({ physicalId }) => physicalId === secret || physicalId === name);
  const paths = declared.map(({ path }) => path.replace(/\/Resource$/, ''));
  const plain = secret && /:secret:(.+?)(?:-[A-Za-z0-9]{6})?$/.exec(secret)?.[1];
  const names = [name, secret, plain];
  return Object.entries(lake.config.connections).find(
    ([key]) => names.includes(key) || paths.some((one) => one === key || one.startsWith(`${key}/`)),
  )?.[1];
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
