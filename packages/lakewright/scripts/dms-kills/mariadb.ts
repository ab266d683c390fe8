import { MariaDb, withoutMariaDb } from '../../test/services/dms/mysql/server';
import { Workload } from '../../test/services/dms/mysql/workload';
import type { KillSource } from './kill-source';

/** Rows that are there before anything is written: the full load takes a while. */
const ROWS = 50_000;

export async function mariadb(): Promise<KillSource> {
  if (withoutMariaDb !== undefined) throw new Error(withoutMariaDb);
  const server = await MariaDb.start();
  await server.sql('CREATE DATABASE d');
  const workload = await Workload.start(server, 2);
  await workload.pause();
  for (const table of ['a', 'b']) {
    await server.sql(
      `INSERT INTO d.${table} SELECT 1000 + seq, 'p0', concat('row ', seq), seq, now(6) FROM d.seq_1_to_${ROWS}`,
    );
  }
  const key = ['id', 'part'];
  return {
    engine: 'mariadb',
    url: server.url(),
    schema: 'd',
    tables: [
      { name: 'a', key },
      { name: 'b', key },
    ],
    resume: () => workload.resume(),
    pause: () => workload.pause(),
    rows: async (table) => {
      const texts = ['id', 'part', 'v', 'n'].map((column) => `CAST(${column} AS char) AS ${column}`);
      // DuckDB prints no zeros at the end.
      texts.push(`TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(t AS char))) AS t`);
      await server.sql(`SET SESSION time_zone = '+00:00'`);
      return (await server.sql(`SELECT ${texts.join(', ')} FROM d.${table}`)) as Record<string, string | null>[];
    },
    stop: async () => {
      await workload.stop();
      await server.stop();
    },
  };
}
