import { join } from 'node:path';
import { LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, PhysicalName, RemovalPolicy, type Size } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface IngestionFunctionProps {
  /** The folder below `assets/`, made from `lambda/<name>/index.ts`. */
  readonly asset: string;
  /** The exported function. @default "handler" */
  readonly handler?: string;
  readonly description?: string;
  /** @default LakeEnvironment.production() */
  readonly environment?: LakeEnvironment;
  /** Environment variables; no secrets, these stand in the template. */
  readonly variables?: Record<string, string>;
  /** @default Duration.minutes(15), the most that Lambda allows */
  readonly timeout?: Duration;
  /** MiB. @default 512 */
  readonly memorySize?: number;
  /** Of `/tmp`. @default 512 MiB */
  readonly ephemeralStorageSize?: Size;
  /** @default none is reserved: what the account has free */
  readonly reservedConcurrentExecutions?: number;
  /** How often Lambda repeats a failed asynchronous invocation. @default 2 */
  readonly retryAttempts?: number;
  /** @default in no VPC */
  readonly vpc?: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly securityGroups?: ec2.ISecurityGroup[];
  /** Told when the function fails, or when an invocation was given up. @default no alarms */
  readonly alarmAction?: cloudwatch.IAlarmAction;
  /** Why the role has wildcards, for cdk-nag. @default objects below the locations have no fixed names */
  readonly wildcards?: string;
  /** What the log holds, for cdk-nag: why it needs no key of its own. */
  readonly logHolds: string;
}

/**
 * A pre-bundled function that moves data: its role may write its log and its dead letters, and has nothing else but what is
 * added to it; what Lambda gives up on goes to a queue, which is encrypted and takes TLS only.
 */
export class IngestionFunction extends Construct {
  public readonly lambdaFunction: lambda.Function;
  public readonly role: iam.Role;
  public readonly logGroup: logs.LogGroup;
  public readonly deadLetterQueue: sqs.Queue;
  /** Failed invocations; there when an alarm action is. */
  public readonly alarms: cloudwatch.Alarm[] = [];

  public constructor(scope: Construct, id: string, props: IngestionFunctionProps) {
    super(scope, id);
    const { logRetention } = props.environment ?? LakeEnvironment.production();
    this.logGroup = new logs.LogGroup(this, 'Log', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      // a name only if the policy of another account's or region's bucket must know it
      roleName: PhysicalName.GENERATE_IF_NEEDED,
    });
    this.logGroup.grantWrite(this.role);
    if (props.vpc) for (const statement of networkStatements()) this.role.addToPrincipalPolicy(statement);
    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetters', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.lambdaFunction = new lambda.Function(this, 'Function', {
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', props.asset)),
      handler: `index.${props.handler ?? 'handler'}`,
      runtime: lambda.Runtime.NODEJS_22_X,
      description: props.description,
      environment: props.variables,
      timeout: props.timeout ?? Duration.minutes(15),
      memorySize: props.memorySize ?? 512,
      ephemeralStorageSize: props.ephemeralStorageSize,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      retryAttempts: props.retryAttempts,
      deadLetterQueue: this.deadLetterQueue,
      role: this.role,
      logGroup: this.logGroup,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
    });
    if (props.alarmAction) this.addAlarms(props.alarmAction);
    this.acknowledge(props);
  }

  /** Failed invocations, whoever invoked; the sum of five minutes. */
  public metricErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.lambdaFunction.metricErrors(props);
  }

  /** Invocations that were given up after all retries and wait in the queue; the maximum of five minutes. */
  public metricDeadLetters(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
      statistic: cloudwatch.Stats.MAXIMUM,
      ...props,
    });
  }

  private addAlarms(action: cloudwatch.IAlarmAction): void {
    const alarm = (id: string, metric: cloudwatch.Metric, alarmDescription: string) => {
      const made = metric.createAlarm(this, id, {
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
        alarmDescription,
      });
      made.addAlarmAction(action);
      this.alarms.push(made);
    };
    const { path } = this.node;
    alarm('Failing', this.metricErrors(), `${path} failed: see its log`);
    alarm('GivenUp', this.metricDeadLetters(), `${path} was given up after all retries: see its dead-letter queue`);
  }

  private acknowledge(props: IngestionFunctionProps): void {
    NagFindings.acknowledgeOwnPolicy(
      this.role,
      props.wildcards ?? 'objects below the locations have no fixed names, and network interfaces none at all',
    );
    NagFindings.acknowledge(this.lambdaFunction, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
    if (props.reservedConcurrentExecutions === undefined) {
      NagFindings.acknowledge(
        this.lambdaFunction,
        ['LambdaConcurrency'],
        'runs are kept apart by conditional writes; a reservation would take from the account for nothing',
      );
    }
    if (!props.vpc) {
      NagFindings.acknowledge(this.lambdaFunction, ['LambdaInsideVPC'], 'what it speaks to has public endpoints');
    }
    NagFindings.acknowledge(this.logGroup, ['CloudWatchLogGroupEncrypted'], `the log has ${props.logHolds}`);
    NagFindings.acknowledge(this.deadLetterQueue, ['AwsSolutions-SQS3'], 'it is a dead-letter queue itself');
  }
}

/**
 * What Lambda needs to attach a function to a VPC, with the function's own code kept from using it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
function networkStatements(): iam.PolicyStatement[] {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  return [
    new iam.PolicyStatement({ actions, resources: ['*'] }),
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions,
      resources: ['*'],
      // set on calls that the code of a function makes, and absent on those that Lambda makes for it
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  ];
}
