import type { IDataset, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { Resource } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { ICrawler } from '../crawler';
import { CrawlerGrants } from '../crawler-grants';
import { crawlStates } from './crawl-states';

/** What every crawler can do, created here or made elsewhere. */
export abstract class CrawlerBase extends Resource implements ICrawler {
  public abstract readonly crawlerName: string;
  public readonly grants: CrawlerGrants = new CrawlerGrants(this);

  public get crawlerArn(): string {
    return this.stack.formatArn({ service: 'glue', resource: 'crawler', resourceName: this.crawlerName });
  }

  public onFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, this.pattern(['Failed']));
  }

  public onStateChange(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, this.pattern());
  }

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
