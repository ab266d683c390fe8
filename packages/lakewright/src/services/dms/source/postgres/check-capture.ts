import type { Client } from 'pg';
import { LakewrightError } from '../../../../host/host';
import type { PgTable } from './catalog';

const ROLE = `
SELECT current_setting('wal_level') AS level, rolname AS role,
  rolsuper OR rolreplication OR EXISTS (
    SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
    WHERE m.member = r.oid AND g.rolname = 'rds_replication') AS replicates
FROM pg_roles r WHERE rolname = current_user`;

/** @throws LakewrightError for what keeps changes from being captured */
export async function checkCapture(client: Client, tables: readonly PgTable[], where: string): Promise<void> {
  const { rows } = await client.query(ROLE);
  const { level, role, replicates } = rows[0];
  if (level !== 'logical') {
    throw new LakewrightError(
      'LW_DMS_WAL_LEVEL',
      `wal_level of ${where} is "${level}" → changes can be captured with wal_level = logical → set it in postgresql.conf (on RDS: rds.logical_replication = 1) and restart the server, or load without changes (full-load)`,
    );
  }
  if (!replicates) {
    throw new LakewrightError(
      'LW_DMS_SOURCE_RIGHTS',
      `role "${role}" of ${where} has no right to replicate → changes are read from the log → ALTER ROLE "${role}" REPLICATION (on RDS: GRANT rds_replication TO "${role}")`,
    );
  }
  const keyless = tables.filter(
    ({ primaryKey, replicaIdentity }) =>
      replicaIdentity === 'n' || (replicaIdentity === 'd' && primaryKey.length === 0),
  );
  if (keyless.length === 0) return;
  const names = keyless.map(({ schema, name }) => `${schema}.${name}`).join(', ');
  throw new LakewrightError(
    'LW_DMS_NO_KEY',
    `${names} has no primary key and no replica identity → PostgreSQL would refuse updates and deletes of a published table without one → add a primary key, or ALTER TABLE … REPLICA IDENTITY FULL, or exclude the table`,
  );
}
