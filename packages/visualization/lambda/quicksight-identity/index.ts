import { QuickSightClient } from '@aws-sdk/client-quicksight';
import { answering } from '../../../core/lambda/custom-resource/respond';
import { quickSightIdentityWork } from './handler';

/** `Custom::LakewrightQuickSightIdentity` */
export const identity = answering(quickSightIdentityWork((region) => new QuickSightClient({ region })));
