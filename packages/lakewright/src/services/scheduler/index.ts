import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type DueRun, runsBetween, type ScheduledService } from '../events/due';
import { nextRuns } from '../events/schedule';
import { deliver, isDelivered } from '../events/targets';
import {
  type LakeContext,
  type Operation,
  type ResourceHandler,
  type RestRoute,
  ServiceError,
  type ServiceFactory,
} from '../service';

interface Schedule {
  readonly Name: string;
  readonly GroupName: string;
  readonly Arn: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly StartDate?: ApiShape;
  readonly EndDate?: ApiShape;
  readonly State: string;
  readonly Target: ApiShape;
  readonly Description?: string;
  readonly FlexibleTimeWindow?: ApiShape;
  /** Epoch seconds of the lake's clock. */
  readonly CreationDate: number;
  readonly LastModificationDate: number;
}

const ROUTES: readonly RestRoute[] = [
  { method: 'POST', path: '/schedules/{Name}', operation: 'CreateSchedule' },
  { method: 'PUT', path: '/schedules/{Name}', operation: 'UpdateSchedule' },
  { method: 'GET', path: '/schedules/{Name}', operation: 'GetSchedule' },
  { method: 'DELETE', path: '/schedules/{Name}', operation: 'DeleteSchedule' },
  { method: 'GET', path: '/schedules', operation: 'ListSchedules' },
];

/** EventBridge Scheduler: schedules fire when the lake's clock is moved past their times (`fireDue`), in their time zone. */
export const scheduler: ServiceFactory = (lake: LakeContext): ScheduledService => {
  const schedules = new Schedules(lake);
  return {
    name: 'scheduler',
    protocol: { kind: 'rest-json', routes: ROUTES },
    resources: resources(schedules),
    operations: operations(schedules),
    tasks: {},
    due: (from, to) => schedules.due(from, to),
  };
};

/** All schedules, in `state/scheduler-schedules.json`. */
class Schedules {
  public constructor(private readonly lake: LakeContext) {}

  public all(): Schedule[] {
    return Object.values(this.lake.workspace.readState<Record<string, Schedule>>('scheduler-schedules') ?? {});
  }

  public find(name: unknown, group: unknown): Schedule | undefined {
    return this.all().find((one) => one.Name === name && one.GroupName === (group ?? 'default'));
  }

  /** @throws ServiceError ResourceNotFoundException */
  public get(name: unknown, group: unknown): Schedule {
    const found = this.find(name, group);
    if (found !== undefined) return found;
    throw new ServiceError('ResourceNotFoundException', `Schedule ${String(name)} does not exist.`, 404);
  }

  public put(input: ApiShape): Schedule {
    const now = this.lake.clock.now();
    const { Name, GroupName = 'default', ScheduleExpression, ScheduleExpressionTimezone, Target } = input;
    if (typeof Name !== 'string' || typeof ScheduleExpression !== 'string' || typeof Target?.Arn !== 'string') {
      throw new ServiceError('ValidationException', 'Name, ScheduleExpression and Target.Arn are required.');
    }
    // Refuses an expression that can't be read.
    nextRuns(ScheduleExpression, now, 1, { timezone: ScheduleExpressionTimezone });
    const { account, partition, region } = this.lake;
    const schedule: Schedule = {
      ...input,
      Name,
      GroupName,
      Arn: `arn:${partition}:scheduler:${region}:${account}:schedule/${GroupName}/${Name}`,
      State: input.State ?? 'ENABLED',
      CreationDate: this.find(Name, GroupName)?.CreationDate ?? now.getTime() / 1000,
      LastModificationDate: now.getTime() / 1000,
    };
    this.save([...this.others(schedule), schedule]);
    return schedule;
  }

  public delete(schedule: Schedule): void {
    this.save(this.others(schedule));
  }

  public due(from: Date, to: Date): DueRun[] {
    return this.all().flatMap((schedule) => {
      if (schedule.State === 'DISABLED') return [];
      const expression = schedule.ScheduleExpression;
      const [start, end] = [dateOf(schedule.StartDate), dateOf(schedule.EndDate)];
      const anchor = start ?? new Date(schedule.CreationDate * 1000);
      const runs = runsBetween(expression, from, to, { anchor, timezone: schedule.ScheduleExpressionTimezone });
      return runs
        .filter((time) => (start === undefined || time >= start) && (end === undefined || time <= end))
        .map((time) => ({ time, name: schedule.Name, expression, fire: () => this.fire(schedule, time) }));
    });
  }

  private async fire(schedule: Schedule, time: Date): Promise<void> {
    const input = String(schedule.Target.Input ?? '{}')
      .replaceAll('<aws.scheduler.schedule-arn>', schedule.Arn)
      .replaceAll('<aws.scheduler.scheduled-time>', time.toISOString().replace(/\.\d+Z$/, 'Z'));
    const { Arn: arn, RoleArn: roleArn, DeadLetterConfig } = schedule.Target;
    const deadLetter = DeadLetterConfig?.Arn;
    await deliver(this.lake, { from: schedule.Name, arn, input, roleArn, wait: true, deadLetter });
  }

  private others(schedule: Schedule): Schedule[] {
    return this.all().filter((one) => one.Name !== schedule.Name || one.GroupName !== schedule.GroupName);
  }

  private save(schedules: readonly Schedule[]): void {
    const entries = schedules.map((one) => [`${one.GroupName}/${one.Name}`, one]);
    this.lake.workspace.writeState('scheduler-schedules', Object.fromEntries(entries));
  }
}

/** Source: Amazon EventBridge Scheduler API Reference. */
function operations(schedules: Schedules): Readonly<Record<string, Operation>> {
  return {
    async CreateSchedule(input) {
      if (schedules.find(input.Name, input.GroupName) !== undefined) {
        throw new ServiceError('ConflictException', `Schedule ${input.Name} already exists.`, 409);
      }
      return { ScheduleArn: schedules.put(input).Arn };
    },
    async UpdateSchedule(input) {
      schedules.get(input.Name, input.GroupName);
      return { ScheduleArn: schedules.put(input).Arn };
    },
    async GetSchedule(input) {
      return { ...schedules.get(input.Name, input.GroupName ?? input.groupName) };
    },
    async DeleteSchedule(input) {
      schedules.delete(schedules.get(input.Name, input.GroupName ?? input.groupName));
      return {};
    },
    async ListSchedules() {
      return {
        Schedules: schedules
          .all()
          .map(({ Name, GroupName, Arn, State, Target, CreationDate, LastModificationDate }) => ({
            ...{ Name, GroupName, Arn, State, Target: { Arn: Target.Arn }, CreationDate, LastModificationDate },
          })),
      };
    },
  };
}

function resources(schedules: Schedules): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::Scheduler::Schedule': {
      classification: 'simulated',
      note: "fires by --tick, and by the machine's clock while the lake is served",
      classify({ properties }: LakeResource) {
        if (isDelivered(properties.Target?.Arn)) {
          return {
            classification: 'simulated',
            note: "fires by --tick, and by the machine's clock while the lake is served",
          };
        }
        return { classification: 'recorded', note: `its target has no local form: ${properties.Target?.Arn}` };
      },
      async apply(resource) {
        schedules.put({ ...resource.properties, Name: resource.physicalId });
      },
    },
    'AWS::Scheduler::ScheduleGroup': { classification: 'recorded', note: 'a name only' },
  };
}

/** The template has ISO texts, the API epoch seconds. */
function dateOf(value: ApiShape): Date | undefined {
  if (value === undefined || value === null) return undefined;
  return new Date(typeof value === 'number' ? value * 1000 : value);
}
