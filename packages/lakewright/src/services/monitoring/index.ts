import type { LakeResource } from '../../assembly/resource';
import type { LakeEvent } from '../event-bus';
import type { LakeContext, ResourceHandler, Service, ServiceFactory } from '../service';
import { ruleHolds } from './alarm-rule';
import { Alarms, problemOf } from './alarms';
import { Metrics } from './metrics';
import { operations } from './operations';
import { measureEvent, measureMatch, measureQuery } from './sources';

export interface MonitoringService extends Service {
  /** Looks at every alarm by the lake's clock. */
  evaluate(): Promise<void>;
}

/** CloudWatch: metrics of the lake's runs, queues and rules, and alarms on them. */
export const monitoring: ServiceFactory = (lake: LakeContext): MonitoringService => {
  const metrics = new Metrics(lake.workspace, () => lake.clock.now().getTime());
  const alarms = new Alarms(lake, metrics);
  // An alarm's own event is no reason to look at the alarms.
  const concerns = (event: LakeEvent): boolean => event.source !== 'aws.cloudwatch' && alarms.all().length > 0;
  const query = async (event: LakeEvent): Promise<void> => {
    if (await measureQuery(lake, metrics, event)) await alarms.evaluate();
  };
  const subscriptions = [
    lake.events.subscribe((event) => {
      if (!concerns(event)) return;
      if (measureEvent(lake, metrics, event)) lake.background.track(alarms.evaluate());
      else if (event.source === 'aws.athena') lake.background.track(query(event));
    }),
    lake.events.subscribeMatches((rule, event) => {
      if (!concerns(event)) return;
      measureMatch(lake, metrics, rule);
      lake.background.track(alarms.evaluate());
    }),
  ];
  return {
    name: 'monitoring',
    protocol: { kind: 'json', version: '1.0', target: 'GraniteServiceVersion20100801' },
    resources: resources(metrics),
    operations: operations(lake, metrics, alarms),
    tasks: {},
    evaluate: () => (alarms.all().length === 0 ? Promise.resolve() : alarms.evaluate()),
    async stop() {
      for (const unsubscribe of subscriptions) unsubscribe();
    },
  };
};

function resources(metrics: Metrics): Readonly<Record<string, ResourceHandler>> {
  const recorded = (problem: string | undefined) =>
    problem === undefined
      ? { classification: 'executed' as const }
      : { classification: 'recorded' as const, note: problem };
  return {
    'AWS::CloudWatch::Alarm': {
      classification: 'executed',
      note: "evaluated by the lake's clock, when something is measured and when the clock is moved",
      classify: (alarm) => recorded(problemOf(metrics, alarm)),
    },
    'AWS::CloudWatch::CompositeAlarm': {
      classification: 'executed',
      note: 'follows the alarms that it names',
      classify: (alarm) => recorded(ruleProblem(alarm)),
    },
    'AWS::CloudWatch::Dashboard': { classification: 'recorded', note: 'no dashboard is drawn locally' },
  };
}

function ruleProblem({ properties }: LakeResource): string | undefined {
  try {
    ruleHolds(String(properties.AlarmRule), () => 'OK');
    return undefined;
  } catch (error) {
    return `not evaluated: ${(error as Error).message}`;
  }
}
