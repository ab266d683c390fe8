import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { ICrawler } from '../crawler';

/**
 * Start, wait, look, until the crawl has ended: Step Functions has no `.sync` form for crawlers.
 *
 * All of it is the only branch of a Parallel state, so that the task is one state for those who retry or catch it, and the
 * input goes on unchanged whatever its shape.
 */
export function crawlStates(scope: Construct, id: string, crawler: ICrawler): sfn.Parallel {
  const Name = crawler.crawlerName;
  const inside = `${id} `;

  const start = new tasks.CallAwsService(scope, `${inside}Start`, {
    service: 'glue',
    action: 'startCrawler',
    parameters: { Name },
    iamResources: [crawler.crawlerArn],
    resultPath: sfn.JsonPath.DISCARD,
  });
  // A crawl that somebody else started may have listed a folder before our files came: wait for its end, then crawl.
  start.addRetry({
    errors: ['Glue.CrawlerRunningException', 'Glue.CrawlerStoppingException'],
    interval: Duration.seconds(30),
    backoffRate: 1,
    maxAttempts: 240,
  });
  start.addRetry(THROTTLED);

  const wait = new sfn.Wait(scope, `${inside}Wait`, { time: sfn.WaitTime.duration(Duration.seconds(15)) });
  const look = new tasks.CallAwsService(scope, `${inside}Look`, {
    service: 'glue',
    action: 'getCrawler',
    parameters: { Name },
    iamResources: [crawler.crawlerArn],
    // Not LastCrawl itself: while a crawler runs for the first time it has none.
    resultSelector: { 'Crawler.$': '$.Crawler' },
  });
  look.addRetry(THROTTLED);
  const failed = new sfn.Fail(scope, `${inside}Failed`, {
    error: 'CrawlFailed',
    causePath: sfn.JsonPath.format(
      'the crawl did not succeed: {}',
      sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.Crawler')),
    ),
  });
  const succeeded = new sfn.Succeed(scope, `${inside}Succeeded`);
  const ended = new sfn.Choice(scope, `${inside}Ended`)
    .when(sfn.Condition.not(sfn.Condition.stringEquals('$.Crawler.State', 'READY')), wait)
    .when(
      sfn.Condition.and(
        sfn.Condition.isPresent('$.Crawler.LastCrawl.Status'),
        sfn.Condition.stringEquals('$.Crawler.LastCrawl.Status', 'SUCCEEDED'),
      ),
      succeeded,
    )
    .otherwise(failed);

  return new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(
    start.next(wait).next(look).next(ended),
  );
}

const THROTTLED: sfn.RetryProps = {
  errors: [
    'Glue.ThrottlingException',
    'Glue.OperationTimeoutException',
    'Glue.InternalServiceException',
    'Glue.GlueException',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 5,
};
