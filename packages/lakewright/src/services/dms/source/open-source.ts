import { LakewrightError } from '../../../host/host';
import type { ApiShape } from '../../api-shape';
import { MySqlSource } from './mysql/mysql-source';
import { PostgresSource } from './postgres/postgres-source';
import type { SourceDatabase } from './source-database';

/** `EngineName` of an endpoint → how its database is opened, by a URL. Their libraries are loaded when they are needed. */
const ENGINES: Readonly<Record<string, (url: string, settings: ApiShape) => Promise<SourceDatabase>>> = {
  postgres: (url, settings) => PostgresSource.open(url, settings),
  'aurora-postgresql': (url, settings) => PostgresSource.open(url, settings),
  mysql: (url) => MySqlSource.open(url),
  mariadb: (url) => MySqlSource.open(url),
  aurora: (url) => MySqlSource.open(url),
};

/** @throws LakewrightError LW_DMS_ENGINE for an engine that the runtime doesn't read */
export async function openSource(engine: string, url: string, settings?: ApiShape): Promise<SourceDatabase> {
  const open = ENGINES[engine];
  if (open !== undefined) return open(url, settings);
  throw unknownEngine(engine);
}

export function unknownEngine(engine: string): LakewrightError {
  return new LakewrightError(
    'LW_DMS_ENGINE',
    `the source's engine is "${engine}" → the runtime reads ${Object.keys(ENGINES).join(', ')} → leave the replication out of local runs`,
  );
}

/** Whether the runtime can read from it. */
export const isLocalEngine = (engine: string): boolean => Object.hasOwn(ENGINES, engine);
