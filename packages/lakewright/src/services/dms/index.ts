import type { ServiceFactory } from '../service';
import { dmsOperations } from './operations';
import { Replications } from './replications';
import { dmsResources } from './resources';
import { dmsTasks } from './tasks';

/** AWS DMS: replications from real databases to files of the lake's buckets. */
export const dms: ServiceFactory = (lake) => {
  const replications = new Replications(lake);
  const operations = dmsOperations(replications);
  return {
    name: 'dms',
    protocol: { kind: 'json', version: '1.1', target: 'AmazonDMSv20160101' },
    resources: dmsResources(replications),
    operations,
    tasks: dmsTasks(replications, operations),
    stop: () => replications.stopAll(),
  };
};
