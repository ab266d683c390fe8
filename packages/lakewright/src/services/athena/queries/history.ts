import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../../../workspace/workspace';
import { type Execution, isFinal } from './execution';

/**
 * The query history: one file a query, so that a long history costs a new query nothing. Renamed into place without
 * waiting for the disk: it survives the end of the process, and losing the last entries to a power cut loses no data.
 */
export class QueryHistory {
  private readonly folder: string;
  private all: Map<string, Execution> | undefined;

  public constructor(private readonly workspace: Workspace) {
    this.folder = join(workspace.root, 'state', 'athena', 'queries');
  }

  public get(id: string): Execution | undefined {
    return this.load().get(id);
  }

  /** Latest first. */
  public list(): Execution[] {
    return [...this.load().values()].reverse();
  }

  public put(execution: Execution): void {
    this.load().set(execution.id, execution);
    mkdirSync(this.folder, { recursive: true });
    const temporary = join(this.workspace.tmp, `athena-${execution.id}.json`);
    writeFileSync(temporary, JSON.stringify(execution));
    renameSync(temporary, join(this.folder, `${execution.id}.json`));
  }

  /** Read at first use. What was running when the process ended has failed. */
  private load(): Map<string, Execution> {
    if (this.all) return this.all;
    const found = this.files().map((file) => JSON.parse(readFileSync(join(this.folder, file), 'utf8')) as Execution);
    found.sort((a, b) => a.submitted - b.submitted);
    this.all = new Map(found.map((execution) => [execution.id, execution]));
    for (const execution of found) {
      if (isFinal(execution.state)) continue;
      execution.state = 'FAILED';
      execution.reason = 'The query was running when Lakewright ended';
      execution.completed = execution.submitted;
      this.put(execution);
    }
    return this.all;
  }

  private files(): string[] {
    try {
      return readdirSync(this.folder).filter((file) => file.endsWith('.json'));
    } catch {
      return [];
    }
  }
}
