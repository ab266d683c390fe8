import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { FolderWorkspace } from '../../src/workspace/folder-workspace';
import { LocalObjectStore } from '../../src/workspace/local-object-store';
import { onEnd, temporaryFolder } from '../workspace/temporary-workspace';

const TSX = path.join(import.meta.dirname, '../../../../node_modules/tsx/dist/loader.mjs');
const SRC = path.join(import.meta.dirname, '../../src/workspace');

/** Writes without end, and says what was acknowledged. */
const WRITER = (root: string) => `
import { FolderWorkspace } from ${JSON.stringify(`${SRC}/folder-workspace.ts`)};
import { LocalObjectStore } from ${JSON.stringify(`${SRC}/local-object-store.ts`)};
const store = new LocalObjectStore(await FolderWorkspace.open(${JSON.stringify(root)}));
store.createBucket('raw');
for (let n = 0; ; n++) {
  const key = 'p=' + (n % 3) + '/' + (n % 10);
  const { etag } = await store.write('raw', key, String(n).padEnd(1 + (n * 7919) % 90000, '.'), { tags: { n: String(n) } });
  process.stdout.write(JSON.stringify({ n, key, etag }) + '\\n');
}`;

describe('a process that is killed while it writes', () => {
  it('leaves each object whole, and loses no acknowledged one', async () => {
    const folder = temporaryFolder();
    const root = path.join(folder, '.lakewright');
    const script = path.join(folder, 'writer.mts');
    fs.writeFileSync(script, WRITER(root));
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['--import', TSX, script], { stdio: ['ignore', 'pipe', 'inherit'] });
      onEnd(() => void child.kill('SIGKILL'));
      const acknowledged = new Map<string, { n: number; etag: string }>();
      const lines = createInterface(child.stdout);
      lines.on('line', (line) => {
        const { key, ...rest } = JSON.parse(line);
        acknowledged.set(key, rest);
        if (rest.n === 40 + round * 17) child.kill('SIGKILL');
      });
      await Promise.all([once(child, 'exit'), once(lines, 'close')]);
      const workspace = await FolderWorkspace.open(root);
      const store = new LocalObjectStore(workspace);
      expect(fs.readdirSync(workspace.tmp)).toEqual([]);
      expect(acknowledged.size).toBe(10 * 3);
      for (const [key, { n }] of acknowledged) {
        const opened = await store.open('raw', key);
        const text = (await buffer(opened.stream())).toString();
        // The write after the last acknowledged one may have arrived too.
        const found = Number(text.replace(/\.+$/, ''));
        expect(found, key).toBeGreaterThanOrEqual(n);
        expect(text.length, key).toBe(Math.max(String(found).length, 1 + ((found * 7919) % 90000)));
        expect(opened.info.tags, key).toEqual({ n: String(found) });
      }
      await workspace.close();
    }
  });
});
