import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import type { ResourceHandler } from '../service';
import { busName, type Rules } from './rules';
import { isDelivered } from './targets';

/** Rules of the template. Their name is the physical id, so that a rule without one keeps its own. */
export function resources(rules: Rules): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::Events::Rule': {
      classification: 'executed',
      classify: classifyRule,
      async apply(resource) {
        const { EventPattern, ScheduleExpression, EventBusName, Description, State, Targets } = resource.properties;
        rules.put({
          Name: resource.physicalId.split('|').at(-1) as string,
          Arn: resource.arn,
          EventBusName: busName(EventBusName),
          EventPattern: EventPattern === undefined ? undefined : JSON.stringify(EventPattern),
          ScheduleExpression,
          Description,
          State: State ?? 'ENABLED',
          Targets: Targets ?? [],
        });
      },
    },
    'AWS::Events::EventBus': { classification: 'executed', note: 'rules of the bus see the events that are put on it' },
    'AWS::Events::Archive': { classification: 'recorded', note: 'events are not kept for replay' },
    'AWS::Events::Connection': { classification: 'recorded', note: 'API destinations are not called locally' },
    'AWS::Events::ApiDestination': { classification: 'recorded', note: 'API destinations are not called locally' },
  };
}

function classifyRule({ properties }: LakeResource): ReturnType<NonNullable<ResourceHandler['classify']>> {
  const targets: ApiShape[] = Array.isArray(properties.Targets) ? properties.Targets : [];
  const away = targets.filter((target) => !isDelivered(target?.Arn));
  if (targets.length > 0 && away.length === targets.length) {
    return {
      classification: 'recorded',
      note: `its targets have no local form: ${away.map((one) => one?.Arn).join(', ')}`,
    };
  }
  if (properties.ScheduleExpression !== undefined) {
    return {
      classification: 'simulated',
      note: "fires by --tick, and by the machine's clock while the lake is served",
    };
  }
  return away.length === 0
    ? { classification: 'executed' }
    : { classification: 'executed', note: `without ${away.map((one) => one?.Arn).join(', ')}` };
}
