import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LocalObjectStore } from '../../src/workspace/local-object-store';
import { temporaryWorkspace } from '../workspace/temporary-workspace';
import { manyWriters } from './many-writers';

/** LAKEWRIGHT_LOAD_SECONDS=60 for the long run. */
const SECONDS = Number(process.env.LAKEWRIGHT_LOAD_SECONDS ?? 2);

describe('sixteen workers at the same time', () => {
  it(
    'lose no object, mix none up and get no error',
    async () => {
      const workspace = await temporaryWorkspace();
      const result = await manyWriters(new LocalObjectStore(workspace), 16, SECONDS * 1000);
      expect(result.faults).toEqual([]);
      expect(result.writes).toBeGreaterThan(16 * SECONDS);
      expect(result.deletes).toBeGreaterThan(0);
      expect(fs.readdirSync(workspace.tmp)).toEqual([]);
      if (SECONDS > 2) process.stdout.write(`  ${JSON.stringify(result)}\n`);
    },
    SECONDS * 1000 + 60_000,
  );
});
