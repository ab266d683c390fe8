import * as iam from 'aws-cdk-lib/aws-iam';
import type { ICrawler } from './crawler';

/** Gives others the right to run a crawler. */
export class CrawlerGrants {
  /** @internal */
  public constructor(private readonly crawler: ICrawler) {}

  /**
   * Start the crawler and see how it goes.
   *
   * @param grantee who may start it
   */
  public start(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['glue:StartCrawler', 'glue:GetCrawler'],
      resourceArns: [this.crawler.crawlerArn],
    });
  }
}
