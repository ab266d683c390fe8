import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError, type ServiceFactory, type TaskIntegration } from '../service';
import type { ScheduledService } from './due';
import { matchesPattern } from './pattern';
import { resources } from './resources';
import { busName, Rules } from './rules';

export { type DueRun, dueRuns, fireDue, type ScheduledService } from './due';
export { nextRuns, type ScheduleOptions } from './schedule';

/** EventBridge: rules match the lake's events and hand them to targets; schedules fire when the clock is ticked. */
export const events: ServiceFactory = (lake: LakeContext): ScheduledService => {
  const rules = new Rules(lake);
  const unsubscribe = lake.events.subscribe((event) => rules.dispatch(event));
  return {
    name: 'events',
    protocol: { kind: 'json', version: '1.1', target: 'AWSEvents' },
    resources: resources(rules),
    operations: operations(lake, rules),
    tasks: tasks(lake),
    due: (from, to) => rules.due(from, to),
    async stop() {
      unsubscribe();
      await rules.settled();
    },
  };
};

/** Source: Amazon EventBridge API Reference. */
function operations(lake: LakeContext, rules: Rules): Readonly<Record<string, Operation>> {
  const setState =
    (State: string): Operation =>
    async (input) => {
      rules.put({ ...rules.get(input.Name, input.EventBusName), State });
      return {};
    };
  return {
    async PutEvents(input) {
      const entries: ApiShape[] = Array.isArray(input.Entries) ? input.Entries : [];
      const results = entries.map((entry) => putEvent(lake, rules, entry));
      return { FailedEntryCount: results.filter((one) => one.ErrorCode !== undefined).length, Entries: results };
    },
    async PutRule(input) {
      const EventBusName = busName(input.EventBusName);
      const Arn = ruleArn(lake, EventBusName, input.Name);
      const Targets = rules.find(input.Name, EventBusName)?.Targets ?? [];
      const { Name, EventPattern, ScheduleExpression, Description, State = 'ENABLED' } = input;
      rules.put({ Name, Arn, EventBusName, EventPattern, ScheduleExpression, Description, State, Targets });
      return { RuleArn: Arn };
    },
    async DescribeRule(input) {
      const { Targets: _, created: __, ...rule } = rules.get(input.Name, input.EventBusName);
      return rule;
    },
    async ListRules(input) {
      const found = rules.all().filter((one) => one.EventBusName === busName(input.EventBusName));
      const named = found.filter((one) => one.Name.startsWith(input.NamePrefix ?? ''));
      return { Rules: named.map(({ Targets: _, created: __, ...rule }) => rule) };
    },
    async DeleteRule(input) {
      const rule = rules.find(input.Name, input.EventBusName);
      if (rule !== undefined && rule.Targets.length > 0 && input.Force !== true) {
        throw new ServiceError('ValidationException', "Rule can't be deleted since it has targets.");
      }
      if (rule !== undefined) rules.delete(rule);
      return {};
    },
    EnableRule: setState('ENABLED'),
    DisableRule: setState('DISABLED'),
    async PutTargets(input) {
      const rule = rules.get(input.Rule, input.EventBusName);
      const ids = new Set(input.Targets.map((target: ApiShape) => target.Id));
      rules.put({ ...rule, Targets: [...rule.Targets.filter((one) => !ids.has(one.Id)), ...input.Targets] });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    async RemoveTargets(input) {
      const rule = rules.get(input.Rule, input.EventBusName);
      rules.put({ ...rule, Targets: rule.Targets.filter((one) => !input.Ids.includes(one.Id)) });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    async ListTargetsByRule(input) {
      return { Targets: rules.get(input.Rule, input.EventBusName).Targets };
    },
    async TestEventPattern(input) {
      return { Result: matchesPattern(JSON.parse(input.EventPattern), JSON.parse(input.Event)) };
    },
  };
}

function putEvent(lake: LakeContext, rules: Rules, entry: ApiShape): Record<string, string> {
  if (!entry.Source || !entry.DetailType || !entry.Detail) {
    const ErrorMessage = 'Parameter Source, DetailType and Detail are required.';
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  let detail: ApiShape;
  try {
    detail = JSON.parse(entry.Detail);
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  const event = { source: entry.Source, 'detail-type': entry.DetailType, detail, resources: entry.Resources ?? [] };
  const bus = busName(entry.EventBusName);
  if (bus === 'default') lake.events.publish(event);
  else rules.dispatch(event, bus);
  return { EventId: randomUUID() };
}

/** The optimized integration takes `Detail` as JSON. */
function tasks(lake: LakeContext): Readonly<Record<string, TaskIntegration>> {
  return {
    async 'events:putEvents'(parameters, call) {
      const Entries = (parameters.Entries ?? []).map((entry: ApiShape) => ({
        ...entry,
        Detail: typeof entry.Detail === 'string' ? entry.Detail : JSON.stringify(entry.Detail),
      }));
      const output = await lake.call('events', 'PutEvents', { Entries }, call.caller);
      if (output.FailedEntryCount > 0)
        throw new ServiceError('EventBridge.FailedEntry', JSON.stringify(output.Entries));
      return { output };
    },
  };
}

function ruleArn(lake: LakeContext, bus: string, name: string): string {
  const base = `arn:${lake.partition}:events:${lake.region}:${lake.account}:rule/`;
  return `${base}${bus === 'default' ? '' : `${bus}/`}${name}`;
}
