import type { TraceEvent } from '../../services/states/trace';

/** One stay in a state. */
export interface Visit {
  readonly name: string;
  readonly machineArn: string;
  readonly executionArn: string;
  readonly type: string;
  readonly resource?: string;
  readonly entered: Date;
  readonly lakeEntered: Date;
  /** What it left with; undefined while it goes on, or where the process was killed. */
  readonly exit?: TraceEvent;
}

export function visitsOf(events: readonly TraceEvent[]): Visit[] {
  const visits = new Map<string, Visit>();
  for (const event of events) {
    const { id, name, type, resource, executionArn, stateMachineArn } = event;
    const known = visits.get(id);
    if (event.kind === 'exited' && known) visits.set(id, { ...known, exit: event });
    else if (event.kind === 'entered') {
      const place = { name, type, resource, executionArn, machineArn: stateMachineArn };
      visits.set(id, { ...place, entered: event.time, lakeEntered: event.lakeTime });
    }
  }
  return [...visits.values()];
}

/** Seconds of a run in which something went on: what lies between a failure and its redrive takes no time. */
export class ActiveTime {
  private readonly spans: { readonly from: number; readonly to: number; readonly before: number }[] = [];
  public readonly total: number;

  public constructor(visits: readonly Visit[], now: Date) {
    const intervals = visits
      .map(({ entered, exit }) => ({ from: entered.getTime(), to: (exit?.time ?? now).getTime() }))
      .sort((a, b) => a.from - b.from);
    let total = 0;
    for (const { from, to } of intervals) {
      const last = this.spans.at(-1);
      if (last && from <= last.to + JOINED_MS) {
        if (to <= last.to) continue;
        total += to - last.to;
        this.spans[this.spans.length - 1] = { ...last, to };
      } else {
        this.spans.push({ from, to, before: total });
        total += to - from;
      }
    }
    this.total = total / 1000;
  }

  public at(time: Date): number {
    const span = [...this.spans].reverse().find(({ from }) => from <= time.getTime());
    if (!span) return 0;
    return (span.before + Math.min(time.getTime(), span.to) - span.from) / 1000;
  }
}

/** States follow each other within moments; a person who redrives takes longer. */
const JOINED_MS = 250;
