import { LocalSparkEngine } from '../../engines/spark/local-spark-engine';
import type { ScheduledService } from '../events/due';
import type { ServiceFactory } from '../service';
import { catalogOperations } from './catalog';
import { CatalogContext } from './catalog/context';
import { Classifiers } from './crawler/classifiers';
import { Crawlers } from './crawler/crawlers';
import { crawlerOperations } from './crawler/operations';
import { Jobs, jobOperations, jobTasks, runtimeOf } from './jobs';
import { Evaluations, qualityOperations, qualityTasks } from './quality';
import { glueResources } from './resources';
import { Triggers, triggerOperations } from './triggers';

/** AWS Glue: the Data Catalog, crawlers, jobs, triggers and workflows, and data quality. */
export const glue: ServiceFactory = (lake): ScheduledService => {
  const context = new CatalogContext(lake);
  const classifiers = new Classifiers(context);
  const crawlers = new Crawlers(context, classifiers);
  const engine = new LocalSparkEngine(lake);
  const jobs = new Jobs(lake, engine);
  const triggers = new Triggers(lake, jobs, crawlers);
  const evaluations = new Evaluations(lake, engine);
  const operations = {
    ...catalogOperations(context),
    ...classifiers.operations(),
    ...crawlerOperations(context, crawlers),
    ...jobOperations(context, jobs),
    ...triggerOperations(context, triggers),
    ...qualityOperations(context, evaluations),
  };
  return {
    name: 'glue',
    protocol: { kind: 'json', version: '1.1', target: 'AWSGlue' },
    resources: glueResources({ context, crawlers, classifiers, jobs, triggers, evaluations, operations }),
    operations,
    tasks: { ...jobTasks(jobs, operations), ...qualityTasks(evaluations, operations) },
    warmUp: (awaited) => {
      if (awaited !== 'pipelines') return; // who only queries needs no JVM
      const spark = jobs.store.jobs.values().map(({ definition }) => runtimeOf(definition));
      const first = spark.find((runtime) => typeof runtime !== 'string' && runtime.kind === 'spark');
      if (first && typeof first !== 'string') engine.warmUp(first.version);
    },
    due: (from, to) => triggers.due(from, to),
    stop: async () => {
      triggers.stop();
      await crawlers.stopAll();
      await evaluations.close();
      await jobs.close();
    },
  };
};
