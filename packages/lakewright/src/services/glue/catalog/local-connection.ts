import type { ApiShape } from '../../api-shape';
import { databaseUrl } from '../../database-urls';
import type { LakeContext } from '../../service';
import { invalidInput } from '../errors';
import { StateMap } from '../state-map';

const DRIVERS: Readonly<Record<string, string>> = {
  'postgres:': 'postgresql',
  'postgresql:': 'postgresql',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
};

/** A connection as it is here: to the database that `connections` of the configuration names for it, or for its secret. */
export async function localConnection(lake: LakeContext, connection: ApiShape): Promise<ApiShape> {
  const properties = connection.ConnectionProperties ?? {};
  const url = await connectionDatabase(lake, connection);
  if (url === undefined) return connection;
  const kind = DRIVERS[url.protocol];
  if (kind === undefined) throw invalidInput(`Lakewright: no JDBC driver is known for ${url.protocol}//`);
  // Databases of one's own machine have no certificate.
  const local: Record<string, string> = {
    JDBC_CONNECTION_URL: `jdbc:${kind}://${url.host}${url.pathname}`,
    JDBC_ENFORCE_SSL: 'false',
  };
  if (secretOf(connection) === undefined) {
    local.USERNAME = decodeURIComponent(url.username);
    local.PASSWORD = decodeURIComponent(url.password);
  }
  return { ...connection, ConnectionProperties: { ...properties, ...local } };
}

/**
 * A job's connections lead to databases of this machine, or the job isn't run: it would go to the real ones.
 *
 * @throws ServiceError InvalidInputException
 */
export async function requireConnections(lake: LakeContext, job: ApiShape): Promise<void> {
  const connections = new StateMap<ApiShape>(lake.workspace, 'glue-connections');
  for (const name of job.Connections?.Connections ?? []) {
    const connection = connections.get(name);
    if (connection === undefined) throw invalidInput(`Connection ${name} not found.`);
    if (connection.ConnectionType !== 'JDBC' || (await connectionDatabase(lake, connection)) !== undefined) continue;
    const known = Object.keys(lake.config.connections).join(', ') || 'nothing';
    const key = secretOf(connection) ?? name;
    throw invalidInput(
      `Lakewright: the job ${job.Name} connects through "${name}" → "connections" of lakewright.config.json says which database stands for it, and has ${known} → add "${key}": "env:NAME" (or "service:NAME")`,
    );
  }
}

/** The database of this machine that stands for a connection. */
export function connectionDatabase(lake: LakeContext, connection: ApiShape): Promise<URL | undefined> {
  const declared = lake.resources.filter(
    ({ type, physicalId, properties }) =>
      type === 'AWS::Glue::Connection' && (properties.ConnectionInput?.Name ?? physicalId) === connection.Name,
  );
  const paths = declared.map(({ path }) => path.replace(/\/Resource$/, ''));
  return databaseUrl(lake, secretOf(connection), [connection.Name], paths);
}

function secretOf({ ConnectionProperties, AuthenticationConfiguration }: ApiShape): string | undefined {
  return ConnectionProperties?.SECRET_ID ?? AuthenticationConfiguration?.SecretArn;
}
