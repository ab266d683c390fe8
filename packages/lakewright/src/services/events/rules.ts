import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import type { LakeEvent } from '../event-bus';
import { type LakeContext, ServiceError } from '../service';
import { type DueRun, runsBetween } from './due';
import { type InputShape, targetInput } from './input';
import { matchesPattern } from './pattern';
import { deliver } from './targets';

export interface Target extends InputShape {
  readonly Id: string;
  readonly Arn: string;
  readonly [field: string]: ApiShape;
}

export interface Rule {
  readonly Name: string;
  readonly Arn: string;
  readonly EventBusName: string;
  readonly EventPattern?: string;
  readonly ScheduleExpression?: string;
  readonly Description?: string;
  readonly State: string;
  readonly Targets: readonly Target[];
  /** Epoch milliseconds of the lake's clock: rates count from here. */
  readonly created: number;
}

/** The rules of all buses, in `state/events-rules.json`; matches events and hands them to targets. */
export class Rules {
  private readonly pending = new Set<Promise<void>>();

  public constructor(private readonly lake: LakeContext) {}

  public all(): Rule[] {
    return Object.values(this.lake.workspace.readState<Record<string, Rule>>('events-rules') ?? {});
  }

  public find(name: unknown, bus: unknown): Rule | undefined {
    return this.all().find((rule) => rule.Name === name && rule.EventBusName === busName(bus));
  }

  /** @throws ServiceError ResourceNotFoundException */
  public get(name: unknown, bus: unknown): Rule {
    const rule = this.find(name, bus);
    if (rule !== undefined) return rule;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Rule ${String(name)} does not exist on EventBus ${busName(bus)}.`,
    );
  }

  public put(rule: Omit<Rule, 'created'>): void {
    if (rule.EventPattern === undefined && rule.ScheduleExpression === undefined) {
      throw new ServiceError(
        'ValidationException',
        'Parameter(s) EventPattern or ScheduleExpression must be specified.',
      );
    }
    const now = this.lake.clock.now();
    if (rule.ScheduleExpression !== undefined) runsBetween(rule.ScheduleExpression, now, now, {});
    if (rule.EventPattern !== undefined) matchesPattern(parse(rule.EventPattern), {});
    const created = this.find(rule.Name, rule.EventBusName)?.created ?? now.getTime();
    this.save([...this.others(rule), { ...rule, created }]);
  }

  public delete(rule: Rule): void {
    this.save(this.others(rule));
  }

  /** An event of the default bus, or of another. */
  public dispatch(event: LakeEvent, bus = 'default'): void {
    const full = {
      version: '0',
      id: randomUUID(),
      ...event,
      account: this.lake.account,
      time: this.lake.clock
        .now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      region: this.lake.region,
      resources: event.resources ?? [],
    };
    for (const rule of this.all()) {
      if (rule.EventBusName !== bus || rule.State === 'DISABLED' || rule.EventPattern === undefined) continue;
      if (!matchesPattern(JSON.parse(rule.EventPattern), full)) continue;
      this.lake.events.matched(rule.Name, event);
      this.track(this.deliverAll(rule, full, false));
    }
  }

  public due(from: Date, to: Date): DueRun[] {
    return this.all().flatMap((rule) => {
      const expression = rule.ScheduleExpression;
      if (expression === undefined || rule.State === 'DISABLED') return [];
      return runsBetween(expression, from, to, { anchor: new Date(rule.created) }).map((time) => ({
        ...{ time, name: rule.Name, expression },
        fire: () => this.deliverAll(rule, this.scheduled(rule, time), true),
      }));
    });
  }

  /** Waits for deliveries that are under way. */
  public async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private async deliverAll(rule: Rule, event: ApiShape, wait: boolean): Promise<void> {
    for (const target of rule.Targets) {
      const input = targetInput(target, event, { arn: rule.Arn, name: rule.Name });
      const deadLetter = target.DeadLetterConfig?.Arn;
      const { Arn: arn, RoleArn: roleArn } = target;
      await deliver(this.lake, { from: rule.Name, arn, input, roleArn, wait, deadLetter });
    }
  }

  private scheduled(rule: Rule, time: Date): ApiShape {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.lake.account,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region: this.lake.region,
      resources: [rule.Arn],
      detail: {},
    };
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
    this.lake.background.track(tracked);
  }

  private others(rule: Pick<Rule, 'Name' | 'EventBusName'>): Rule[] {
    return this.all().filter((one) => one.Name !== rule.Name || one.EventBusName !== rule.EventBusName);
  }

  private save(rules: readonly Rule[]): void {
    const entries = rules.map((rule) => [`${rule.EventBusName}/${rule.Name}`, rule]);
    this.lake.workspace.writeState('events-rules', Object.fromEntries(entries));
  }
}

/** A bus by its name or ARN. */
export function busName(bus: unknown): string {
  return bus === undefined || bus === null || bus === ''
    ? 'default'
    : (String(bus).split('event-bus/').at(-1) as string);
}

function parse(pattern: string): ApiShape {
  try {
    return JSON.parse(pattern);
  } catch {
    throw new ServiceError('InvalidEventPatternException', 'Event pattern is not valid. Reason: it is not JSON');
  }
}
