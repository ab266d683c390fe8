import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { killRounds } from '../test/services/dms/kill-rounds';
import { startPostgres } from '../test/services/dms/postgres-server';
import { mariadb } from './dms-kills/mariadb';
import { killRounds as mariaDbRounds } from './dms-kills/rounds';

/**
 * `npx tsx packages/lakewright/scripts/dms-kills.ts --rounds 50 [--seed N]`: see test/services/dms/kill-rounds.ts.
 * With `--source mariadb`, where it is installed: see dms-kills/rounds.ts.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '50' },
      seed: { type: 'string' },
      source: { type: 'string', default: 'postgres' },
    },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
  const tell = (text: string) => void process.stdout.write(`${text}\n`);
  if (values.source === 'mariadb') return mariaDbRounds(await mariadb(), Number(values.rounds), tell);
  if (values.source !== 'postgres') throw new Error(`--source ${values.source} → postgres or mariadb`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-kills-'));
  const server = await startPostgres();
  tell(`seed ${seed}`);
  try {
    const root = path.join(folder, '.lakewright');
    const report = await killRounds({ server, root, rounds: Number(values.rounds), seed, tell });
    tell(JSON.stringify({ name: 'dms-kills', seed, ...report }));
  } finally {
    await server.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
