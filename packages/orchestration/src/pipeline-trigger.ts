import type { DataLocation } from '@lakewright/core';
import { Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PipelineSchedule } from './pipeline-schedule';
import { sendEvents } from './private/bucket-events';
import { refuse } from './private/refuse';
import type { RunStarter } from './private/run-starter';

/**
 * What starts runs of a pipeline.
 *
 * What comes while a run is under way waits for its end, and becomes one run then, however much it is.
 */
export class PipelineTrigger {
  /**
   * A schedule, beside the pipeline's `schedule`.
   *
   * @param schedule when
   */
  public static onSchedule(schedule: PipelineSchedule): PipelineTrigger {
    return new PipelineTrigger((starter, _, id) => {
      starter.schedule(id, schedule.expression);
    });
  }

  /**
   * Objects that arrive in a location: those of 30 seconds make one run.
   *
   * The run isn't told which: its tasks find out what is new. A pipeline that writes to the location itself would start
   * itself over and over.
   *
   * @param location a bucket of the stack's own account and region
   * @throws `ArrivalsFromElsewhere` when the pipeline is made
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
   */
  public static onArrival(location: DataLocation): PipelineTrigger {
    return new PipelineTrigger((starter, scope, id) => {
      refuseElsewhere(scope, location);
      const { bucket, prefix } = location;
      sendEvents(bucket);
      const key = prefix === '' ? {} : { object: { key: [{ prefix: `${prefix}/` }] } };
      toQueue(starter, scope, id, {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucket.bucketName] }, ...key },
      });
    });
  }

  /**
   * The success of another pipeline, or of any Standard state machine.
   *
   * @param stateMachine whose success
   */
  public static afterSuccess(stateMachine: sfn.IStateMachine): PipelineTrigger {
    return PipelineTrigger.onEvent({
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [stateMachine.stateMachineArn], status: ['SUCCEEDED'] },
    });
  }

  /**
   * Any event on the account's default bus.
   *
   * @param pattern which events
   */
  public static onEvent(pattern: events.EventPattern): PipelineTrigger {
    return new PipelineTrigger((starter, scope, id) => toQueue(starter, scope, id, pattern));
  }

  private constructor(private readonly attach: (starter: RunStarter, scope: Construct, id: string) => void) {}

  /** @internal */
  public _attach(starter: RunStarter, scope: Construct, id: string): void {
    this.attach(starter, scope, id);
  }
}

function toQueue(starter: RunStarter, scope: Construct, id: string, eventPattern: events.EventPattern): void {
  new events.Rule(scope, id, {
    eventPattern,
    targets: [new targets.SqsQueue(starter.queue, { deadLetterQueue: starter.deadLetterQueue })],
  });
}

function refuseElsewhere(scope: Construct, { bucket }: DataLocation): void {
  const [home, here] = [bucket.env, Stack.of(scope)];
  const differs = (one: string, other: string): boolean =>
    !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
  if (!differs(home.account, here.account) && !differs(home.region, here.region)) return;
  refuse(
    'ArrivalsFromElsewhere',
    `arrivals in a bucket of account "${home.account}", region "${home.region}", for a pipeline in "${here.account}", "${here.region}"`,
    'S3 tells only the event bus of its own account and region of new objects',
    'use a schedule, or put the pipeline into a stack of that account and region',
  );
}
