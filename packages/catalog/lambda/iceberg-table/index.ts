import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { answering } from '../../../core/lambda/custom-resource/respond';
import { catalogPolicyWork } from '../catalog-policy/handler';
import { icebergTableWork } from './handler';

const glue = new GlueClient({});
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `Custom::LakewrightIcebergTable` */
export const icebergTable = answering(
  icebergTableWork({ athena: new AthenaClient({}), glue, now: () => Date.now(), sleep }),
);

/** `Custom::LakewrightCatalogPolicy` */
export const catalogPolicy = answering(catalogPolicyWork({ glue, sleep }));
