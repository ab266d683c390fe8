import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../../workspace/atomic-file';
import { isMissing } from '../../../workspace/storage-error';
import type { Workspace } from '../../../workspace/workspace';
import { type Execution, isFinal } from './execution';

/** https://docs.aws.amazon.com/athena/latest/ug/queries-viewing-history.html: Athena forgets queries after 45 days. */
const KEPT_SECONDS = 45 * 24 * 60 * 60;

/**
 * The query history: a log of records, of which a query's last one counts. It is appended to without waiting for the
 * disk: it survives the end of the process, and losing the last entries to a power cut loses no data.
 */
export class QueryHistory {
  private readonly file: string;
  private all: Map<string, Execution> | undefined;
  private readonly byToken = new Map<string, Execution>();

  public constructor(
    private readonly workspace: Workspace,
    /** Seconds since 1970. */
    private readonly now: () => number,
  ) {
    this.file = join(workspace.root, 'state', 'athena', 'queries.jsonl');
  }

  public get(id: string): Execution | undefined {
    return this.load().get(id);
  }

  /** The query that somebody started with this token; another's is none of his. */
  public withToken(principal: string, token: string): Execution | undefined {
    this.load();
    return this.byToken.get(`${principal}\n${token}`);
  }

  /** Latest first. */
  public list(): Execution[] {
    return [...this.load().values()].reverse();
  }

  public put(execution: Execution): void {
    this.remember(this.load(), execution);
    appendFileSync(this.file, line(execution));
  }

  /** Read at first use, and written anew without what no longer counts. What was running when the process ended has failed. */
  private load(): Map<string, Execution> {
    if (this.all) return this.all;
    const oldest = this.now() - KEPT_SECONDS;
    const found = readRecords(this.file).filter(({ submitted }) => submitted >= oldest);
    for (const execution of found.filter(({ state }) => !isFinal(state))) {
      execution.state = 'FAILED';
      execution.reason = 'The query was running when Lakewright ended';
      execution.completed = execution.submitted;
    }
    const all = new Map<string, Execution>();
    for (const execution of found.sort((a, b) => a.submitted - b.submitted)) this.remember(all, execution);
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileAtomic(this.file, found.map(line).join(''), { tmp: this.workspace.tmp });
    this.all = all;
    return all;
  }

  private remember(all: Map<string, Execution>, execution: Execution): void {
    all.set(execution.id, execution);
    if (execution.clientRequestToken) {
      this.byToken.set(`${execution.principal}\n${execution.clientRequestToken}`, execution);
    }
  }
}

const line = (execution: Execution): string => `${JSON.stringify(execution)}\n`;

/** The last record of each query. A line that a killed process left unfinished is none. */
function readRecords(file: string): Execution[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const records = new Map<string, Execution>();
  for (const one of text.split('\n')) {
    const execution = parseLine(one);
    if (execution) records.set(execution.id, execution);
  }
  return [...records.values()];
}

function parseLine(text: string): Execution | undefined {
  try {
    return JSON.parse(text) as Execution;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
