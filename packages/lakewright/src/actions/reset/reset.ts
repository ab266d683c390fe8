import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Host, LakewrightError } from '../../host/host';
import { FolderWorkspace } from '../../workspace/folder-workspace';

/**
 * Deletes the workspace, after asking.
 *
 * Only a folder that is a workspace is deleted, and only while nobody else holds it.
 *
 * @returns whether it was deleted
 */
export async function reset(root: string, host: Host, yes: boolean): Promise<boolean> {
  const folder = path.resolve(root);
  if (!existsSync(folder)) {
    host.notify({ code: 'LW_RESET_NOTHING', level: 'info', text: `${folder} doesn't exist: nothing to delete` });
    return false;
  }
  if (!existsSync(path.join(folder, 'workspace.json'))) {
    throw new LakewrightError(
      'LW_RESET_NOT_A_WORKSPACE',
      `${folder} is not a workspace (it has no workspace.json) → only workspaces are deleted → check --workspace`,
      2,
    );
  }
  const workspace = await FolderWorkspace.open(folder, { command: 'lakewright reset' });
  try {
    const buckets = existsSync(workspace.buckets) ? readdirSync(workspace.buckets).length : 0;
    const agreed =
      yes ||
      (await host.confirm({
        code: 'LW_RESET_CONFIRM',
        text: `Delete ${folder} with its ${buckets} buckets, the catalog and the run history?`,
        fallback: false,
      }));
    if (!agreed) {
      host.notify({ code: 'LW_RESET_KEPT', level: 'info', text: 'nothing was deleted (--yes deletes without asking)' });
      return false;
    }
  } finally {
    await workspace.close();
  }
  rmSync(folder, { recursive: true, force: true });
  host.notify({ code: 'LW_RESET_DONE', level: 'info', text: `deleted ${folder}` });
  return true;
}
