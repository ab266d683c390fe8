import { join } from 'node:path';
import { LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/**
 * The one function of a stack that speaks to Lake Formation: for CloudFormation, and for EventBridge when a table appears
 * that grants are waiting for.
 */
export class ProviderFunction extends Construct {
  public readonly role: iam.Role;
  public readonly functionArn: string;

  private readonly handler: lambda.Function;
  private shares = false;

  /** @param owners whose notes it keeps, in parameters below `/lakewright/<owner>/` */
  public constructor(scope: Construct, id: string, owners: string[], environment?: LakeEnvironment) {
    super(scope, id);
    const { logRetention } = environment ?? LakeEnvironment.production();
    const logGroup = new logs.LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    this.allow(owners);
    this.handler = new lambda.Function(this, 'Function', {
      code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'assets', 'lake-formation')),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_22_X,
      memorySize: 256,
      timeout: Duration.minutes(15),
      environment: { OWNERS: owners.join(',') },
      role: this.role,
      logGroup,
    });
    this.functionArn = this.handler.functionArn;
    NagFindings.acknowledgeOwnPolicy(
      this.role,
      'Lake Formation knows no ARNs for its permissions, and grants are given on tables that are made later',
    );
    NagFindings.acknowledge(this.handler, ['AwsSolutions-L1'], 'Node.js 22 is there in all partitions');
    NagFindings.acknowledge(this.handler, ['LambdaConcurrency', 'LambdaDLQ'], CALLED_BY);
    NagFindings.acknowledge(this.handler, ['LambdaInsideVPC'], 'speaks to AWS APIs only');
    NagFindings.acknowledge(
      logGroup,
      ['CloudWatchLogGroupEncrypted'],
      'the log has names of principals, tables and columns, and no data',
    );
  }

  /**
   * Lets it grant to other accounts, which Lake Formation does by AWS RAM in the grantor's name.
   *
   * @see https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-prereqs.html
   */
  public allowSharing(): void {
    if (this.shares) return;
    this.shares = true;
    this.role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName(CROSS_ACCOUNT));
    NagFindings.acknowledge(
      this.role,
      [`AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${CROSS_ACCOUNT}]`],
      'AWS says with this policy, and keeps up to date in it, what Lake Formation needs to share with other accounts',
    );
  }

  /**
   * Calls the function when a table or database is made.
   *
   * @see https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
   */
  public watchTables(): void {
    if (this.node.tryFindChild('NewTables')) return;
    new events.Rule(this, 'NewTables', {
      description: 'Lake Formation permissions of tables that are made after the deployment',
      eventPattern: {
        source: ['aws.glue'],
        detailType: ['Glue Data Catalog Database State Change'],
        detail: { typeOfChange: ['CreateTable', 'CreateDatabase'] },
      },
      targets: [new targets.LambdaFunction(this.handler, { maxEventAge: Duration.hours(6), retryAttempts: 20 })],
    });
  }

  private allow(owners: string[]): void {
    const stack = Stack.of(this);
    const glueArn = (resource: string) => stack.formatArn({ service: 'glue', resource });
    const allow = (actions: string[], resources: string[]) =>
      this.role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
    allow(LAKE_FORMATION, ['*']);
    // of all databases: their names must not be in this policy, since databases wait for it
    allow(
      ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables'],
      [glueArn('catalog'), glueArn('database/*'), glueArn('table/*')],
    );
    // it reads what the functions of other stacks have noted, so as not to take away what they have as well
    const notes = ['lakewright', 'lakewright/*'];
    allow(
      ['ssm:GetParametersByPath'],
      notes.map((resourceName) => stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName })),
    );
    allow(
      ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameters'],
      owners.map((owner) =>
        stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: `lakewright/${owner}/*` }),
      ),
    );
  }
}

const CROSS_ACCOUNT = 'AWSLakeFormationCrossAccountManager';

const CALLED_BY =
  'called by CloudFormation, which gets every failure as answer, and when a table is made, with EventBridge trying again';

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslakeformation.html */
const LAKE_FORMATION = [
  'AddLFTagsToResource',
  'BatchGrantPermissions',
  'BatchRevokePermissions',
  'CreateDataCellsFilter',
  'CreateLakeFormationOptIn',
  'DeleteDataCellsFilter',
  'DeleteLakeFormationOptIn',
  'GetDataCellsFilter',
  'GetDataLakePrincipal',
  'GetDataLakeSettings',
  'GetResourceLFTags',
  'GrantPermissions',
  'ListLakeFormationOptIns',
  'ListPermissions',
  'PutDataLakeSettings',
  'RemoveLFTagsFromResource',
  'RevokePermissions',
  'UpdateDataCellsFilter',
].map((action) => `lakeformation:${action}`);
