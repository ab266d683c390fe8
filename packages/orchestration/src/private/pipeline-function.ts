import { join } from 'node:path';
import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface PipelineFunctionProps {
  /** The exported function of lambda/pipeline. */
  readonly handler: string;
  readonly description: string;
  readonly environment: LakeEnvironment;
  /** Environment variables; no secrets, these stand in the template. */
  readonly variables: Record<string, string>;
  readonly timeout: Duration;
  /** Takes what asynchronous invocations gave up. @default whoever invokes it gets every failure as answer */
  readonly deadLetterQueue?: sqs.IQueue;
  /** Why the role has wildcards, for cdk-nag. */
  readonly wildcards: string;
}

/** A pre-bundled function whose role may write its log, and has nothing else but what is added to it. */
export class PipelineFunction extends Construct {
  public readonly lambdaFunction: lambda.Function;
  public readonly role: iam.Role;

  public constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Log', {
      retention: props.environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    this.lambdaFunction = new lambda.Function(this, 'Function', {
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', 'pipeline')),
      handler: `index.${props.handler}`,
      runtime: lambda.Runtime.NODEJS_22_X,
      memorySize: 256,
      description: props.description,
      environment: props.variables,
      timeout: props.timeout,
      deadLetterQueue: props.deadLetterQueue,
      role: this.role,
      logGroup,
    });
    NagFindings.acknowledgeOwnPolicy(this.role, props.wildcards);
    NagFindings.acknowledge(this.lambdaFunction, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
    NagFindings.acknowledge(
      this.lambdaFunction,
      ['LambdaConcurrency'],
      'a few invocations an hour: a reservation would take from the account for nothing',
    );
    NagFindings.acknowledge(this.lambdaFunction, ['LambdaInsideVPC'], 'what it speaks to has public endpoints');
    if (!props.deadLetterQueue) {
      NagFindings.acknowledge(this.lambdaFunction, ['LambdaDLQ'], 'who invokes it gets every failure as answer');
    }
    NagFindings.acknowledge(logGroup, ['CloudWatchLogGroupEncrypted'], 'the log has names of runs and of tasks');
  }

  /** Lets the function do what is asked of one resource. */
  public allow(actions: string[], ...resources: string[]): void {
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources }));
  }
}

/** An encrypted queue that takes TLS only. */
export function dataQueue(
  scope: Construct,
  id: string,
  props: Omit<sqs.QueueProps, 'encryption' | 'enforceSSL'>,
): sqs.Queue {
  return new sqs.Queue(scope, id, {
    ...props,
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: props.retentionPeriod ?? Duration.days(14),
  });
}
