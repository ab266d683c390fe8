import { NagFindings } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LakePipeline } from '../lake-pipeline';
import type { SlackChannel } from '../slack-channel';
import { RunEvents } from './run-events';

export interface FailureNoticesProps {
  readonly pipeline: LakePipeline;
  readonly topic: sns.ITopic;
  readonly slack?: SlackChannel;
}

/**
 * One message for each run that failed, timed out or was stopped, with the task, the cause and links.
 *
 * A function finds them in the run's history and puts them on the event bus, where others can follow them as well.
 */
export class FailureNotices extends Construct {
  public readonly rule: events.Rule;
  public readonly deadLetterQueue: sqs.Queue;
  /** What Slack shows; undefined without a channel. */
  public readonly slackTopic?: sns.Topic;

  public constructor(scope: Construct, id: string, { pipeline, topic, slack }: FailureNoticesProps) {
    super(scope, id);
    const found = new RunEvents(this, 'Find', {
      handler: 'notice',
      description: `tells which task failed in runs of ${pipeline.node.path}`.slice(0, 256),
      environment: pipeline.environment,
      variables: {},
    });
    this.deadLetterQueue = found.deadLetterQueue;
    found.follow('Failures', pipeline, ['FAILED', 'TIMED_OUT', 'ABORTED'], {});
    const bus = Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
    found.work.role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [bus],
        conditions: { StringEquals: { 'events:source': SOURCE } },
      }),
    );
    this.rule = new events.Rule(this, 'Tell', {
      description: `failed runs of ${pipeline.node.path}`.slice(0, 512),
      eventPattern: { source: [SOURCE], detailType: [TYPE], detail: { pipeline: [pipeline.node.path] } },
      targets: [new targets.SnsTopic(topic, { message: forPeople(), deadLetterQueue: this.deadLetterQueue })],
    });
    if (!slack) return;
    this.slackTopic = this.connect(slack);
    this.rule.addTarget(
      new targets.SnsTopic(this.slackTopic, { message: forSlack(), deadLetterQueue: this.deadLetterQueue }),
    );
  }

  private connect(slack: SlackChannel): sns.Topic {
    const topic = new sns.Topic(this, 'SlackTopic', { enforceSSL: true });
    const reason = 'messages name runs and tasks; alarms and rules can publish without rights on a key';
    NagFindings.acknowledge(topic, ['AwsSolutions-SNS2', 'SNSEncryptedKMS'], reason);
    const channel = new chatbot.SlackChannelConfiguration(this, 'Slack', {
      slackChannelConfigurationName: this.node.addr.slice(0, 32),
      slackWorkspaceId: slack.workspaceId,
      slackChannelId: slack.channelId,
      notificationTopics: [topic],
      // people in the channel may look at metrics and alarms, and do nothing
      guardrailPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('CloudWatchReadOnlyAccess')],
    });
    if (channel.role) {
      NagFindings.acknowledge(channel.role, ['IAMNoInlinePolicy'], 'it has none');
    }
    return topic;
  }
}

const SOURCE = 'lakewright.pipeline';
const TYPE = 'Pipeline Run Failed';
const field = (name: string): string => events.EventField.fromPath(`$.detail.${name}`);

function forPeople(): events.RuleTargetInput {
  return events.RuleTargetInput.fromMultilineText(
    [
      `Pipeline ${field('pipeline')}: run ${field('runId')} ${field('status')}`,
      `Task: ${field('tasks')}`,
      `Error: ${field('error')}`,
      `Cause: ${field('cause')}`,
      `Task in the console: ${field('taskConsole')}`,
      `Run in the console: ${field('console')}`,
    ].join('\n'),
  );
}

/** @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html */
function forSlack(): events.RuleTargetInput {
  return events.RuleTargetInput.fromObject({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: `Pipeline ${field('pipeline')}: ${field('tasks')} failed`,
      description: `run ${field('runId')} ${field('status')}: ${field('error')}: ${field('cause')}`,
      nextSteps: [`<${field('taskConsole')}|the task>`, `<${field('console')}|the run>`],
    },
    metadata: { threadId: field('runId') },
  });
}
