import type { TableMetadata } from '../../engines/iceberg/metadata';
import type { TableRequirement } from '../../engines/iceberg/requirements';
import type { TableUpdate } from '../../engines/iceberg/updates';
import type { LakeContext } from '../service';
import { alreadyExists, badRequest, noSuchNamespace } from './errors';
import { type CreateTableRequest, createUpdates } from './input';
import type { IcebergTables, LoadedTable } from './tables';

/** One operation of the REST catalog. `undefined` is an answer without a body. */
export interface Route {
  readonly method: string;
  /** `{namespace}` and `{table}` are segments. */
  readonly path: string;
  run(call: RouteCall): Promise<unknown> | unknown;
}

export interface RouteCall {
  /** Decoded, lower case: the catalog's names are. */
  readonly namespace: string;
  readonly table: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of a client
  readonly body: any;
  readonly query: URLSearchParams;
  /** What the client needs to reach the files. */
  readonly config: Readonly<Record<string, string>>;
}

const NAMESPACES = '/namespaces';
const NAMESPACE = '/namespaces/{namespace}';
const TABLES = '/namespaces/{namespace}/tables';
const TABLE = '/namespaces/{namespace}/tables/{table}';

/**
 * Iceberg's REST catalog: databases are namespaces of one level.
 *
 * @see https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml
 */
export function routes(lake: LakeContext, tables: IcebergTables): readonly Route[] {
  const shown = ({ metadataLocation, metadata }: LoadedTable, config: RouteCall['config']) => ({
    'metadata-location': metadataLocation,
    metadata,
    config,
  });
  const database = (name: string) => {
    const found = lake.catalog.database(name);
    if (!found) throw noSuchNamespace(name);
    return found;
  };
  const propertiesOf = (name: string): Record<string, string> => {
    const { Parameters, LocationUri, Description } = database(name);
    return {
      ...Parameters,
      ...(LocationUri !== undefined && { location: LocationUri }),
      ...(Description !== undefined && { comment: Description }),
    };
  };
  const putDatabase = (name: string, { location, comment, ...Parameters }: Record<string, string>): void => {
    const { LocationUri: _, Description: __, ...former } = lake.catalog.database(name) ?? { Name: name };
    lake.catalog.putDatabase({
      ...former,
      Name: name,
      Parameters,
      ...(location !== undefined && { LocationUri: location }),
      ...(comment !== undefined && { Description: comment }),
    });
  };

  const list: Route[] = [
    {
      method: 'GET',
      path: NAMESPACES,
      run: ({ query }) => ({
        namespaces: query.get('parent') ? [] : lake.catalog.databases().map((item) => [item.Name]),
      }),
    },
    {
      method: 'POST',
      path: NAMESPACES,
      run: ({ body }) => {
        const name = namespaceOf(body.namespace);
        if (lake.catalog.database(name)) throw alreadyExists(`Namespace already exists: ${name}`);
        putDatabase(name, body.properties ?? {});
        return { namespace: [name], properties: propertiesOf(name) };
      },
    },
    {
      method: 'GET',
      path: NAMESPACE,
      run: ({ namespace }) => ({ namespace: [namespace], properties: propertiesOf(namespace) }),
    },
    {
      method: 'DELETE',
      path: NAMESPACE,
      run: ({ namespace }) => {
        database(namespace);
        if (lake.catalog.tables(namespace).length) throw namespaceNotEmpty(namespace);
        lake.catalog.deleteDatabase(namespace);
      },
    },
    {
      method: 'POST',
      path: `${NAMESPACE}/properties`,
      run: ({ namespace, body }) => {
        const before = propertiesOf(namespace);
        const removals: string[] = body.removals ?? [];
        const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !removals.includes(key)));
        putDatabase(namespace, { ...kept, ...body.updates });
        return {
          updated: Object.keys(body.updates ?? {}),
          removed: removals.filter((key) => key in before),
          missing: removals.filter((key) => !(key in before)),
        };
      },
    },
    {
      method: 'GET',
      path: TABLES,
      run: ({ namespace }) => ({
        identifiers: tables.list(namespace).map((name) => ({ namespace: [namespace], name })),
      }),
    },
    {
      method: 'POST',
      path: TABLES,
      run: async ({ namespace, body, config }) => {
        const request = body as CreateTableRequest;
        const updates = createUpdates(request);
        const name = request.name.toLowerCase();
        const location = request.location ?? tables.defaultLocation(namespace, name);
        if (!request['stage-create']) return shown(await tables.create(namespace, name, location, updates), config);
        database(namespace);
        if (lake.catalog.table(namespace, name)) throw alreadyExists(`Table already exists: ${namespace}.${name}`);
        const metadata: TableMetadata = tables.stage(location, updates);
        return { metadata, config };
      },
    },
    {
      method: 'GET',
      path: TABLE,
      run: ({ namespace, table, config }) => shown(tables.load(namespace, table), config),
    },
    {
      method: 'POST',
      path: TABLE,
      run: async ({ namespace, table, body, config }) => shown(await commit(tables, namespace, table, body), config),
    },
    {
      method: 'DELETE',
      path: TABLE,
      run: async ({ namespace, table, query }) => {
        await tables.drop(namespace, table, query.get('purgeRequested')?.toLowerCase() === 'true');
      },
    },
    // What clients report of their scans and commits is of no use here.
    { method: 'POST', path: `${TABLE}/metrics`, run: () => undefined },
    {
      method: 'POST',
      path: '/tables/rename',
      run: ({ body }) => {
        const side = (item: { namespace: unknown; name: unknown }) => ({
          database: namespaceOf(item?.namespace),
          name: String(item?.name).toLowerCase(),
        });
        tables.rename(side(body.source), side(body.destination));
      },
    },
  ];
  return list;
}

function commit(
  tables: IcebergTables,
  namespace: string,
  table: string,
  body: { requirements?: TableRequirement[]; updates?: TableUpdate[] },
): Promise<LoadedTable> {
  return tables.commit(namespace, table, body.requirements ?? [], body.updates ?? []);
}

const namespaceNotEmpty = (name: string) => {
  const error = alreadyExists(`Namespace is not empty: ${name}`);
  return Object.assign(error, { code: 'NamespaceNotEmptyException' });
};

function namespaceOf(parts: unknown): string {
  if (Array.isArray(parts) && parts.length === 1 && typeof parts[0] === 'string') return parts[0].toLowerCase();
  throw badRequest(
    `namespace ${JSON.stringify(parts)} → namespaces are databases of the Glue Data Catalog, with one level`,
  );
}
