import { LakewrightError } from '../../../host/host';
import type { SourceDatabase } from './source-database';

/** `EngineName` of an endpoint → how its database is opened, by a URL. Engines are loaded when they are needed. */
const ENGINES: Readonly<Record<string, (url: string) => Promise<SourceDatabase>>> = {
  postgres: openPostgres,
  'aurora-postgresql': openPostgres,
  mysql: openMySql,
  mariadb: openMySql,
  aurora: openMySql,
};

/** @throws LakewrightError LW_DMS_ENGINE for an engine that the runtime doesn't read */
export async function openSource(engine: string, url: string): Promise<SourceDatabase> {
  const open = ENGINES[engine];
  if (open !== undefined) return open(url);
  throw new LakewrightError(
    'LW_DMS_ENGINE',
    `the source's engine is "${engine}" → the runtime reads ${Object.keys(ENGINES).join(', ')} → leave the replication out of local runs`,
  );
}

/** Whether the runtime can read from it. */
export const isLocalEngine = (engine: string): boolean => Object.hasOwn(ENGINES, engine);

async function openPostgres(url: string): Promise<SourceDatabase> {
  const { PostgresSource } = await import('./postgres/postgres-source.js');
  return PostgresSource.open(url);
}

async function openMySql(url: string): Promise<SourceDatabase> {
  const { MySqlSource } = await import('./mysql/mysql-source.js');
  return MySqlSource.open(url);
}
