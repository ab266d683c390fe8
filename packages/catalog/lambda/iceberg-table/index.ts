import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { answering } from '../../../core/lambda/custom-resource/respond';
import { athenaViewWork } from '../athena-view/handler';
import { catalogPolicyWork } from '../catalog-policy/handler';
import { icebergTableWork } from './handler';

const athena = new AthenaClient({});
const glue = new GlueClient({});
const now = (): number => Date.now();
const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `Custom::LakewrightIcebergTable` */
export const icebergTable = answering(icebergTableWork({ athena, glue, now, sleep }));

/** `Custom::LakewrightAthenaView` */
export const athenaView = answering(athenaViewWork({ athena, now, sleep }));

/** `Custom::LakewrightCatalogPolicy` */
export const catalogPolicy = answering(catalogPolicyWork({ glue, sleep }));
