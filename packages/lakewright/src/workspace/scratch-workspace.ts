import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FolderWorkspace } from './folder-workspace';

/** A workspace for the length of one call, for what must not touch the user's. */
export async function withScratchWorkspace<T>(use: (workspace: FolderWorkspace) => Promise<T>): Promise<T> {
  const root = mkdtempSync(path.join(tmpdir(), 'lakewright-'));
  const workspace = await FolderWorkspace.open(root);
  try {
    return await use(workspace);
  } finally {
    await workspace.close();
    rmSync(root, { recursive: true, force: true });
  }
}
