import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ECSClient } from '@aws-sdk/client-ecs';
import { answering } from '../../../core/lambda/custom-resource/respond';
import { supersetInitWork } from './handler';
import { restartServices } from './restart';

const ecs = new ECSClient({});
const cloudFormation = new CloudFormationClient({});
const now = (): number => Date.now();
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `Custom::LakewrightSupersetInit` */
export const init = answering(supersetInitWork({ ecs, cloudFormation, now, sleep }));

/** Of EventBridge: a password has been changed. */
export const restart = restartServices(ecs, process.env.CLUSTER ?? '', (process.env.SERVICES ?? '').split(','));
