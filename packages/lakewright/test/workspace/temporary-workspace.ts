import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { FolderWorkspace } from '../../src/workspace/folder-workspace';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Something to undo when the test ends. */
export function onEnd(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

export function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-test-')));
  onEnd(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function temporaryWorkspace(): Promise<FolderWorkspace> {
  const workspace = await FolderWorkspace.open(path.join(temporaryFolder(), '.lakewright'), { command: 'test' });
  onEnd(() => workspace.close());
  return workspace;
}
