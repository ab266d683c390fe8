import { Crawler, CrawlerClassifier, CrawlerTarget, LakeCatalog } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import { LakeEnvironment } from '@lakewright/core';
import { LakeStorage, ZoneLifecycle } from '@lakewright/storage';
import { CfnOutput, Size, Stack, type StackProps } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { NightlyPipeline } from './nightly-pipeline';

export interface BatchLakeStackProps extends StackProps {
  /** The bucket in which the partner drops the files of `partner-files.ts`. */
  readonly partnerBucket: string;
}

/** Partner files → raw → crawled → converted → data sets → queries. */
export class BatchLakeStack extends Stack {
  public constructor(scope: Construct, id: string, props: BatchLakeStackProps) {
    super(scope, id, props);
    const environment = LakeEnvironment.sandbox(); // production(): data outlives the stack

    // where data lives
    const storage = new LakeStorage(this, 'Storage', { environment, lifecycle: ZoneLifecycle.tiered() });

    // what it is called
    const catalog = new LakeCatalog(this, 'Catalog', { storage, environment });

    // who queries
    const pipelineQueries = new AthenaWorkgroup(this, 'PipelineQueries', { environment, enforced: false }); // CTAS says where
    const analysts = new AthenaWorkgroup(this, 'Analysts', { environment, scanLimit: Size.gibibytes(10) });

    // how it gets in and what it becomes
    const crawlers = ['flights', 'airports', 'weather', 'birdstrikes'].map(
      (name) =>
        new Crawler(this, `Crawl-${name}`, {
          database: catalog.raw,
          targets: [CrawlerTarget.s3(storage.raw.location(name))],
          // Some airports' names hold commas, in quotes, which Glue's own CSV classifier doesn't know.
          classifiers: name === 'airports' ? [CrawlerClassifier.csv({ quoteSymbol: '"', hasHeader: true })] : [],
        }),
    );
    const nightly = new NightlyPipeline(this, 'Nightly', {
      environment,
      partnerBucket: s3.Bucket.fromBucketName(this, 'PartnerBucket', props.partnerBucket),
      storage,
      catalog,
      crawlers,
      workgroup: pipelineQueries,
    });

    new CfnOutput(this, 'AnalystsWorkgroup', { value: analysts.workgroupName });
    new CfnOutput(this, 'NightlyStateMachine', { value: nightly.stateMachine.stateMachineArn });
  }
}
