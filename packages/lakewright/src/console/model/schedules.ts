import type { LakeResource } from '../../assembly/resource';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';

/** When a state machine is started by itself: the expression of the rule or schedule that has it as a target. */
export function scheduleOf({ resources }: LocalLake, machine: LakeResource): string | undefined {
  for (const { type, properties } of resources) {
    const { ScheduleExpression, State } = properties;
    if (typeof ScheduleExpression !== 'string' || State === 'DISABLED') continue;
    const targets: ApiShape[] = type === 'AWS::Events::Rule' ? (properties.Targets ?? []) : [properties.Target ?? {}];
    const isTarget = targets.some((target) => JSON.stringify(target ?? {}).includes(`"${machine.arn}"`));
    if (isTarget) return readable(ScheduleExpression);
  }
  return undefined;
}

/** `cron(0 3 * * ? *)` → `daily 03:00`; others as they are. */
function readable(expression: string): string {
  const daily = /^cron\((\d+) (\d+) (?:\* \* \? \*|\? \* \* \*)\)$/.exec(expression);
  if (!daily) return expression;
  const [, minute = '', hour = ''] = daily;
  return `daily ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}
