import type { ServiceFactory } from '../service';
import { catalogOperations } from './catalog';
import { CatalogContext } from './catalog/context';
import { Classifiers } from './crawler/classifiers';
import { Crawlers } from './crawler/crawlers';
import { crawlerOperations } from './crawler/operations';
import { glueResources } from './resources';
import { glueTasks } from './tasks';

/** AWS Glue: the Data Catalog and crawlers. Jobs come with a later release. */
export const glue: ServiceFactory = (lake) => {
  const context = new CatalogContext(lake);
  const classifiers = new Classifiers(context);
  const crawlers = new Crawlers(context, classifiers);
  const operations = {
    ...catalogOperations(context),
    ...classifiers.operations(),
    ...crawlerOperations(context, crawlers),
  };
  return {
    name: 'glue',
    protocol: { kind: 'json', version: '1.1', target: 'AWSGlue' },
    resources: glueResources({ context, crawlers, classifiers, operations }),
    operations,
    tasks: glueTasks,
    stop: () => crawlers.stopAll(),
  };
};
