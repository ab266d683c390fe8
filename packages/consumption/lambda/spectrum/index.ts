import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { answering } from '../../../core/lambda/custom-resource/respond';
import { spectrumSchemaWork } from './handler';

/** `Custom::LakewrightSpectrumSchema` */
export const handler = answering(
  spectrumSchemaWork({
    redshift: new RedshiftDataClient({}),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: () => Date.now(),
  }),
);
