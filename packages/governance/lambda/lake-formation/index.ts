import { GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { answering, type CustomResourceEvent, type Invocation } from '../../../core/lambda/custom-resource/respond';
import { type ChangeEvent, changeWork } from './changes';
import { permissionsWork, settingsWork } from './handlers';

const services = {
  lakeFormation: new LakeFormationClient({}),
  glue: new GlueClient({}),
  ssm: new SSMClient({}),
  now: () => Date.now(),
  sleep: (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
  log: (line: string) => void process.stdout.write(`${line}\n`),
};
const [settings, permissions] = [settingsWork(services), permissionsWork(services)];

const custom = answering((event, endsAt) =>
  (event as { ResourceType?: string }).ResourceType === 'Custom::LakewrightLakeFormationSettings'
    ? settings(event, endsAt)
    : permissions(event, endsAt),
);

/** `OWNERS`: those whose resources this function serves, separated by commas. */
const change = changeWork(services, (process.env.OWNERS ?? '').split(',').filter(Boolean));

/** CloudFormation's requests and EventBridge's events. */
export const handler = (event: CustomResourceEvent | ChangeEvent, invocation: Invocation): Promise<void> =>
  'RequestType' in event
    ? custom(event, invocation)
    : change(event, Date.now() + invocation.getRemainingTimeInMillis() - 5000);
