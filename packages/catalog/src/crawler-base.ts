import type { IDataset, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { Resource } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { ICrawler } from './crawler';
import { CrawlerGrants } from './crawler-grants';
import { crawlStates } from './private/crawl-states';

/** What every crawler can do, created here or made elsewhere. */
export abstract class CrawlerBase extends Resource implements ICrawler {
  /** The crawler's name. */
  public abstract readonly crawlerName: string;

  /** Gives others the right to run it. */
  public readonly grants: CrawlerGrants = new CrawlerGrants(this);

  /** `arn:aws:glue:region:account:crawler/name` */
  public get crawlerArn(): string {
    return this.stack.formatArn({ service: 'glue', resource: 'crawler', resourceName: this.crawlerName });
  }

  /**
   * Starts something when a crawl fails, whoever started it.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, this.pattern(['Failed']));
  }

  /**
   * Starts something when a crawl starts, succeeds or fails.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onStateChange(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, this.pattern());
  }

  /**
   * The crawl as one state of a pipeline: waits for a crawl that runs already, crawls, and fails if the crawl fails.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param _context unused: a crawl has no settings of its own
   */
  public bind(scope: Construct, id: string, _context: PipelineTaskContext): PipelineTaskConfig {
    const crawl = crawlStates(scope, id, this);
    return { start: crawl, ends: [crawl], failurePattern: this.pattern(['Failed']), ...this._lineage() };
  }

  /** @internal */
  protected abstract _lineage(): { reads: IDataset[]; writes: IDataset[] };

  private rule(id: string, options: events.OnEventOptions, pattern: events.EventPattern): events.Rule {
    const { target, eventPattern, ...rest } = options;
    const rule = new events.Rule(this, id, { ...rest, eventPattern: { ...eventPattern, ...pattern } });
    rule.addTarget(target);
    return rule;
  }

  private pattern(states?: string[]): events.EventPattern {
    return {
      source: ['aws.glue'],
      detailType: ['Glue Crawler State Change'],
      detail: { crawlerName: [this.crawlerName], ...(states ? { state: states } : {}) },
    };
  }
}
