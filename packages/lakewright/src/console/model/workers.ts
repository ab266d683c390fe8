import { createHash } from 'node:crypto';
import type { LakeResource } from '../../assembly/resource';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import type { Table } from '../../workspace/catalog-store';
import { idOf } from './table-facts';

/** A resource of the template that moves data, and which tables it reads and writes. */
export interface Worker {
  readonly resource: LakeResource;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Where data comes from that isn't in the lake. */
  readonly source?: { readonly id: string; readonly label: string; readonly format: string; readonly holds?: string };
}

const ENGINES: Readonly<Record<string, string>> = {
  postgres: 'PostgreSQL',
  'aurora-postgresql': 'PostgreSQL',
  mysql: 'MySQL',
  mariadb: 'MariaDB',
  aurora: 'MySQL',
  sqlserver: 'SQL Server',
  oracle: 'Oracle',
};

/**
 * What moves data, by its own properties where they say from where to where (DMS, AppFlow), else by what its role may:
 * a function, job or container that may write below a table's location writes it, and one that may only read there reads it.
 */
export function workersOf(lake: LocalLake, tables: readonly Table[]): readonly Worker[] {
  const key = tables.map((table) => `${idOf(table)} ${table.StorageDescriptor?.Location}`).join('\n');
  const kept = known.get(lake);
  if (kept?.key === key) return kept.workers;
  const workers = findWorkers(lake, tables);
  known.set(lake, { key, workers });
  return workers;
}

/** Asking for the rights of each role at each place takes its time, and the template doesn't change. */
const known = new WeakMap<LocalLake, { readonly key: string; readonly workers: readonly Worker[] }>();

function findWorkers(lake: LocalLake, tables: readonly Table[]): readonly Worker[] {
  const stored = tables.flatMap((table) => {
    const uri = table.StorageDescriptor?.Location;
    const [, bucket, prefix] = /^s3[an]?:\/\/([^/]+)\/(.*)$/.exec(uri ?? '') ?? [];
    return bucket === undefined ? [] : [{ id: idOf(table), bucket, prefix: (prefix ?? '').replace(/\/?$/, '/') }];
  });
  const byKind: Readonly<Record<string, (resource: LakeResource) => Worker | undefined>> = {
    'AWS::DMS::ReplicationConfig': (resource) => replication(lake, resource, stored),
    'AWS::DMS::ReplicationTask': (resource) => replication(lake, resource, stored),
    'AWS::AppFlow::Flow': (resource) => flow(resource, stored),
    'AWS::Glue::Crawler': (resource) => crawler(resource, stored),
    'AWS::Lambda::Function': (resource) => byRights(lake, resource, resource.properties.Role, stored),
    'AWS::Glue::Job': (resource) => byRights(lake, resource, resource.properties.Role, stored),
    'AWS::ECS::TaskDefinition': (resource) => byRights(lake, resource, resource.properties.TaskRoleArn, stored),
  };
  return lake.resources.flatMap((resource) => byKind[resource.type]?.(resource) ?? []);
}

interface Stored {
  readonly id: string;
  readonly bucket: string;
  readonly prefix: string;
}

const below = (stored: readonly Stored[], bucket: string, prefix: string): string[] =>
  stored.filter((one) => one.bucket === bucket && one.prefix.startsWith(prefix)).map(({ id }) => id);

function replication(lake: LocalLake, resource: LakeResource, stored: readonly Stored[]): Worker | undefined {
  const endpoint = (arn: unknown): LakeResource | undefined =>
    lake.resources.find((one) => one.type === 'AWS::DMS::Endpoint' && (one.arn === arn || one.physicalId === arn));
  const source = endpoint(resource.properties.SourceEndpointArn);
  const target = endpoint(resource.properties.TargetEndpointArn);
  const settings = target?.properties.S3Settings ?? {};
  if (!settings.BucketName) return undefined;
  const folder = String(settings.BucketFolder ?? '').replace(/\/?$/, '/');
  const writes = below(stored, settings.BucketName, folder === '/' ? '' : folder);
  const engine = String(source?.properties.EngineName ?? '');
  const label = constructName(resource);
  const holds = `${writes.length} ${writes.length === 1 ? 'table' : 'tables'}`;
  const format = `${ENGINES[engine] ?? (engine || 'database')} · DMS`;
  return { resource, reads: [], writes, source: { id: `source:${resource.path}`, label, format, holds } };
}

function flow(resource: LakeResource, stored: readonly Stored[]): Worker {
  const { SourceFlowConfig = {}, DestinationFlowConfigList = [] } = resource.properties;
  const writes = DestinationFlowConfigList.flatMap((one: ApiShape) => {
    const { BucketName, BucketPrefix = '' } = one.DestinationConnectorProperties?.S3 ?? {};
    return BucketName ? below(stored, BucketName, BucketPrefix) : [];
  });
  const { ConnectorType = 'AppFlow', SourceConnectorProperties = {} } = SourceFlowConfig;
  const [properties]: ApiShape[] = Object.values(SourceConnectorProperties);
  const holds = properties?.Object ?? properties?.EntityName ?? properties?.BucketPrefix;
  const source = {
    ...{ id: `source:${resource.path}`, label: constructName(resource), format: `${ConnectorType} · AppFlow` },
    ...(typeof holds === 'string' && { holds }),
  };
  return { resource, reads: [], writes, source };
}

/** A crawler writes the entry in the catalog, no data. */
function crawler(resource: LakeResource, stored: readonly Stored[]): Worker {
  const targets: ApiShape[] = resource.properties.Targets?.S3Targets ?? [];
  const writes = targets.flatMap(({ Path }) => {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(String(Path)) ?? [];
    return below(stored, bucket, prefix);
  });
  return { resource, reads: [], writes };
}

function byRights(
  lake: LocalLake,
  resource: LakeResource,
  role: unknown,
  stored: readonly Stored[],
): Worker | undefined {
  const name = String(role ?? '')
    .split('/')
    .at(-1);
  const owner = lake.resources.find((one) => one.type === 'AWS::IAM::Role' && one.physicalId === name);
  if (!owner) return undefined;
  const caller = { principal: owner.physicalId, requestId: 'console' };
  const probe = createHash('sha256').update(resource.path).digest('hex').slice(0, 12);
  const may = (action: string, { bucket, prefix }: Stored): boolean =>
    lake.access.decide(caller, { action, resources: [`arn:${lake.partition}:s3:::${bucket}/${prefix}${probe}`] })
      .allowed;
  const writes = stored.filter((one) => may('s3:PutObject', one));
  const buckets = new Set(writes.map(({ bucket }) => bucket));
  // Who may write into the lake at large (what empties buckets, an administrator) says nothing of what it does.
  if (stored.length > 2 && writes.length === stored.length && buckets.size > 1) return undefined;
  const reads = stored.filter((one) => !writes.includes(one) && may('s3:GetObject', one));
  if (writes.length === 0) return undefined;
  const [label, kind] = [constructName(resource), resource.type.split('::')[1]];
  const source = { id: `source:${resource.path}`, label, format: kind as string };
  return {
    resource,
    reads: reads.map(({ id }) => id),
    writes: writes.map(({ id }) => id),
    ...(reads.length === 0 && !readsByGrant(lake, owner, stored, writes) && { source }),
  };
}

/** What reads tables by grants of Lake Formation alone asks Athena: its statements say which. */
function readsByGrant(
  { access }: LocalLake,
  { physicalId: name, arn }: LakeResource,
  stored: readonly Stored[],
  written: readonly Stored[],
): boolean {
  const writes = new Set(written.map(({ id }) => id));
  return stored.some(({ id }) => {
    const [database = '', table = ''] = id.split('.');
    const { governed, select } = access.permissions.table({ kind: 'role', name, arn }, { database, table });
    return governed && select.length > 0 && !writes.has(id);
  });
}

const PLUMBING =
  /^(Resource|Function|Fn|Handler|Job|Flow|Task|TaskDefinition|Replication|ReplicationConfig|Default|Service|Extract\w*|Copy\w*|Take\w*|StateMachine|Role|Write|Work)$/;

/** `Lake/Ingestion/Strikes/ExtractFunction/Resource` → `Strikes`: what the app's author called it. */
export function constructName({ path }: LakeResource): string {
  const ids = path.split('/');
  while (ids.length > 2 && PLUMBING.test(ids.at(-1) as string)) ids.pop();
  return ids.at(-1) as string;
}
