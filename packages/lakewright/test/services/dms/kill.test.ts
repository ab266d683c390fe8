import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../workspace/temporary-workspace';
import { killRounds } from './kill-rounds';
import { startPostgres } from './postgres-server';

const SEED = Number(process.env.LAKEWRIGHT_RANDOM_SEED ?? 5);

test(`a replication that is killed at any moment loses no change and writes none twice (seed ${SEED})`, async () => {
  const server = await startPostgres();
  try {
    const root = path.join(temporaryFolder(), '.lakewright');
    const report = await killRounds({ server, root, rounds: 2, seed: SEED, tell: () => {} });
    expect(report.comparisons).toBe(2);
    expect(report.changes).toBeGreaterThan(100);
  } finally {
    await server.stop();
  }
}, 180_000);
