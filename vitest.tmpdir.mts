import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A run's temporary files, each synthesis' cloud assembly among them, lie in one folder that goes with it. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'lakewright-tests-'));
  process.env.TMPDIR = folder;
  process.env.TEMP = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
