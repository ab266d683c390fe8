import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Workspace } from '../../workspace/workspace';
import type { TraceEvent } from './trace';

/** The limit of an execution's history is the limit here. */
const MAX_LINES = 25_000;

/**
 * What each execution's states did, in real time and with what they measured: the history has neither. A line an event in
 * `executions/<state machine>/<name>.trace.jsonl`; for people who look at runs, nothing is decided by it.
 */
export class Journal {
  private readonly lines = new Map<string, number>();

  public constructor(private readonly workspace: Workspace) {}

  public append(event: TraceEvent): void {
    const { executionArn } = event;
    const count = this.lines.get(executionArn) ?? 0;
    if (count >= MAX_LINES) return;
    const file = this.file(executionArn);
    if (count === 0) mkdirSync(path.dirname(file), { recursive: true });
    this.lines.set(executionArn, count + 1);
    appendFileSync(file, `${JSON.stringify(event)}\n`);
  }

  /** In the order in which it happened; empty for executions of earlier releases. */
  public read(executionArn: string): readonly TraceEvent[] {
    const file = this.file(executionArn);
    if (!existsSync(file)) return [];
    const events: TraceEvent[] = [];
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      try {
        const event = JSON.parse(line);
        events.push({ ...event, time: new Date(event.time), lakeTime: new Date(event.lakeTime) });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error; // the last line of a process that was killed
      }
    }
    return events;
  }

  private file(executionArn: string): string {
    const [machine = '', ...name] = executionArn.split(':').slice(6);
    const safe = (text: string): string =>
      encodeURIComponent(text).replace(/[.*'()~]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
    return path.join(this.workspace.root, 'executions', safe(machine), `${safe(name.join(':'))}.trace.jsonl`);
  }
}
