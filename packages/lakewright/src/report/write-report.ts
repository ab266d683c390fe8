import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Workspace } from '../workspace/workspace';
import type { RunReport } from './report';

/**
 * Writes `runs/<id>/report.json`, and `runs/latest/` as a copy of that folder.
 *
 * @returns the path of the report
 */
export function writeReport(workspace: Workspace, report: RunReport): string {
  const folder = path.join(workspace.runs, report.id);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'report.json');
  writeFileSync(`${file}.part`, `${JSON.stringify(report, null, 2)}\n`);
  renameSync(`${file}.part`, file);

  const latest = path.join(workspace.runs, 'latest');
  const next = path.join(workspace.tmp, `latest-${report.id}`);
  cpSync(folder, next, { recursive: true });
  rmSync(latest, { recursive: true, force: true });
  renameSync(next, latest);
  return file;
}
