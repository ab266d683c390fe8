// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patterns of Fn::Sub
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import {
  aws_apigateway as apigateway,
  aws_s3_assets as assets,
  aws_athena as athena,
  aws_cloudwatch as cloudwatch,
  aws_cognito as cognito,
  aws_s3_deployment as deployment,
  aws_dms as dms,
  aws_dynamodb as dynamodb,
  aws_ec2 as ec2,
  aws_ecr_assets as ecrAssets,
  aws_ecs as ecs,
  aws_events as events,
  aws_glue as glue,
  aws_iam as iam,
  aws_kinesis as kinesis,
  aws_kms as kms,
  aws_lakeformation as lakeformation,
  aws_lambda as lambda,
  aws_msk as msk,
  aws_rds as rds,
  aws_redshiftserverless as redshift,
  aws_s3 as s3,
  aws_scheduler as scheduler,
  aws_secretsmanager as secrets,
  aws_stepfunctions as sfn,
  aws_sns as sns,
  aws_sqs as sqs,
  aws_ssm as ssm,
  aws_sns_subscriptions as subscriptions,
  aws_events_targets as targets,
  aws_stepfunctions_tasks as tasks,
} from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';

const IRELAND = { account: '111111111111', region: 'eu-west-1' };
const VIRGINIA = { account: '111111111111', region: 'us-east-1' };

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'lakewright-app-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const inline = (scope: cdk.Stack, id = 'Fn'): lambda.Function =>
  new lambda.Function(scope, id, {
    runtime: lambda.Runtime.PYTHON_3_12,
    handler: 'index.handler',
    code: lambda.Code.fromInline('def handler(event, context):\n  return event'),
  });

/** One diverse app each: what it is about → how it is built. */
export const APPS: Readonly<Record<string, (app: cdk.App) => void>> = {
  'a bucket': (app) => {
    new s3.Bucket(new cdk.Stack(app, 'One'), 'Raw', { versioned: true, enforceSSL: true, eventBridgeEnabled: true });
  },
  'two stacks with an export': (app) => {
    const bucket = new s3.Bucket(new cdk.Stack(app, 'Storage', { env: IRELAND }), 'Raw');
    const consumer = new cdk.Stack(app, 'Catalog', { env: IRELAND });
    new glue.CfnDatabase(consumer, 'Db', {
      catalogId: consumer.account,
      databaseInput: { name: 'raw', locationUri: bucket.s3UrlForObject('x') },
    });
  },
  'a reference across regions': (app) => {
    const far = new cdk.Stack(app, 'Far', { env: IRELAND, crossRegionReferences: true });
    const bucket = new s3.Bucket(far, 'Raw', { bucketName: cdk.PhysicalName.GENERATE_IF_NEEDED });
    const near = new cdk.Stack(app, 'Near', { env: VIRGINIA, crossRegionReferences: true });
    new ssm.StringParameter(near, 'Name', { stringValue: bucket.bucketArn });
  },
  'stages of one lake': (app) => {
    for (const name of ['Dev', 'Prod']) {
      const stage = new cdk.Stage(app, name, { env: IRELAND });
      new s3.Bucket(new cdk.Stack(stage, 'Lake'), 'Raw');
    }
  },
  'stages within stages': (app) => {
    const inner = new cdk.Stage(new cdk.Stage(app, 'Outer'), 'Inner');
    new s3.Bucket(new cdk.Stack(inner, 'Lake'), 'Raw');
  },
  'nested stacks that pass values both ways': (app) => {
    const stack = new cdk.Stack(app, 'Parent');
    const bucket = new s3.Bucket(stack, 'Raw');
    const nested = new cdk.NestedStack(stack, 'Child');
    const queue = new sqs.Queue(nested, 'Queue');
    new ssm.StringParameter(nested, 'In', { stringValue: bucket.bucketName });
    new ssm.StringParameter(stack, 'Out', { stringValue: queue.queueArn });
    new s3.Bucket(new cdk.NestedStack(nested, 'Grandchild'), 'Raw');
  },
  'nested stacks that share a logical id with their parent': (app) => {
    const stack = new cdk.Stack(app, 'Parent');
    new s3.CfnBucket(stack, 'Raw').overrideLogicalId('Same');
    new s3.CfnBucket(new cdk.NestedStack(stack, 'Child'), 'Raw').overrideLogicalId('Same');
  },
  'SSM lookups at synth and at deployment': (app) => {
    const stack = new cdk.Stack(app, 'Lookup', { env: IRELAND });
    const written = new ssm.StringParameter(stack, 'Written', {
      parameterName: '/lake/raw',
      stringValue: 'raw-bucket',
    });
    new sqs.Queue(stack, 'A', { queueName: ssm.StringParameter.valueFromLookup(stack, 'other') });
    const read = new cdk.Stack(app, 'Reader', { env: IRELAND });
    read.addStackDependency(stack);
    new sns.Topic(read, 'B', {
      topicName: ssm.StringParameter.valueForStringParameter(read, '/lake/raw'),
      displayName: cdk.Fn.join('-', ['x', `{{resolve:ssm:${written.parameterName}}}`]),
    });
  },
  'an included template': (app) => {
    const stack = new cdk.Stack(app, 'Include');
    const file = join(
      folder({
        'old.yaml':
          "Parameters: {Stage: {Type: String, Default: dev}}\nResources:\n  Old: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Sub 'old-${Stage}'}}\n",
      }),
      'old.yaml',
    );
    new CfnInclude(stack, 'Old', { templateFile: file });
  },
  'a provider-backed custom resource': (app) => {
    const stack = new cdk.Stack(app, 'Custom');
    const provider = new Provider(stack, 'Provider', { onEventHandler: inline(stack) });
    const custom = new cdk.CustomResource(stack, 'Thing', {
      serviceToken: provider.serviceToken,
      properties: { A: 1 },
    });
    new cdk.CfnOutput(stack, 'Answer', { value: custom.getAttString('Answer') });
  },
  'an SDK-call custom resource': (app) => {
    const stack = new cdk.Stack(app, 'SdkCall');
    new AwsCustomResource(stack, 'Call', {
      onCreate: {
        service: 'Glue',
        action: 'startCrawler',
        parameters: { Name: 'x' },
        physicalResourceId: PhysicalResourceId.of('x'),
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
    });
  },
  'a bucket deployment': (app) => {
    const stack = new cdk.Stack(app, 'Deploy', { env: IRELAND });
    const files = new deployment.BucketDeployment(stack, 'Files', {
      destinationBucket: new s3.Bucket(stack, 'Raw', {
        removalPolicy: cdk.RemovalPolicy.DESTROY,
        autoDeleteObjects: true,
      }),
      sources: [
        deployment.Source.asset(folder({ 'a.csv': 'x\n1\n' })),
        deployment.Source.jsonData('c.json', { bucket: stack.stackId }),
      ],
    });
    new cdk.CfnOutput(stack, 'Key', { value: cdk.Fn.select(0, files.objectKeys) });
    new cdk.CfnOutput(stack, 'To', { value: files.deployedBucket.bucketArn });
  },
  'Lambdas in every form': (app) => {
    const stack = new cdk.Stack(app, 'Lambdas');
    const code = folder({ 'index.js': 'exports.handler = async (event) => event;' });
    const fn = new lambda.Function(stack, 'Node', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(code),
      layers: [new lambda.LayerVersion(stack, 'Layer', { code: lambda.Code.fromAsset(code) })],
      logRetention: 7,
    });
    fn.addAlias('live');
    fn.addEventSourceMapping('Map', { eventSourceArn: new kinesis.Stream(stack, 'Stream').streamArn });
    new lambda.DockerImageFunction(stack, 'Docker', {
      code: lambda.DockerImageCode.fromImageAsset(folder({ Dockerfile: 'FROM public.ecr.aws/lambda/python:3.12' })),
    });
  },
  'a state machine with every kind of state': (app) => {
    const stack = new cdk.Stack(app, 'Machine', { env: IRELAND });
    const job = new glue.CfnJob(stack, 'Job', {
      role: 'r',
      command: {
        name: 'glueetl',
        scriptLocation: new assets.Asset(stack, 'Script', { path: join(folder({ 'job.py': 'print()' }), 'job.py') })
          .s3ObjectUrl,
      },
    });
    const run = new tasks.GlueStartJobRun(stack, 'Run', {
      glueJobName: job.ref,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    });
    const call = new tasks.LambdaInvoke(stack, 'Call', { lambdaFunction: inline(stack) });
    const map = new sfn.DistributedMap(stack, 'Each', {
      itemReader: new sfn.S3JsonItemReader({ bucket: new s3.Bucket(stack, 'Items'), key: 'items.json' }),
    }).itemProcessor(call);
    const choice = new sfn.Choice(stack, 'Which')
      .when(sfn.Condition.isPresent('$.a'), map)
      .otherwise(new sfn.Succeed(stack, 'Ok'));
    const definition = run
      .addCatch(new sfn.Fail(stack, 'Bad'))
      .next(new sfn.Parallel(stack, 'Both').branch(new sfn.Pass(stack, 'P')))
      .next(choice);
    new sfn.StateMachine(stack, 'Nightly', {
      definitionBody: sfn.DefinitionBody.fromChainable(definition),
      tracingEnabled: true,
    });
    new sfn.StateMachine(stack, 'FromFile', {
      definitionBody: sfn.DefinitionBody.fromFile(
        join(folder({ 'm.asl.json': '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}' }), 'm.asl.json'),
      ),
      definitionSubstitutions: { Job: job.ref },
    });
  },
  'rules and schedules': (app) => {
    const stack = new cdk.Stack(app, 'Events');
    const machine = new sfn.StateMachine(stack, 'M', {
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Succeed(stack, 'S')),
    });
    new events.Rule(stack, 'Created', {
      eventPattern: { source: ['aws.s3'], detail: { bucket: { name: [{ prefix: 'raw' }] } } },
      targets: [
        new targets.SfnStateMachine(machine, {
          input: events.RuleTargetInput.fromObject({ key: events.EventField.fromPath('$.detail.object.key') }),
        }),
      ],
    });
    new events.Rule(stack, 'Daily', {
      schedule: events.Schedule.cron({ hour: '3' }),
      targets: [new targets.SfnStateMachine(machine)],
    });
    new scheduler.CfnSchedule(stack, 'S2', {
      flexibleTimeWindow: { mode: 'OFF' },
      scheduleExpression: 'rate(5 minutes)',
      target: { arn: machine.stateMachineArn, roleArn: machine.role.roleArn },
    });
  },
  'dbt on Fargate': (app) => {
    const stack = new cdk.Stack(app, 'Dbt', { env: IRELAND });
    const cluster = new ecs.Cluster(stack, 'Cluster', { vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 }) });
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('dbt', {
      image: ecs.ContainerImage.fromAsset(folder({ Dockerfile: 'FROM python:3.11' })),
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'dbt' }),
    });
    new tasks.EcsRunTask(stack, 'Run', {
      cluster,
      taskDefinition: task,
      launchTarget: new tasks.EcsFargateLaunchTarget(),
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    });
  },
  'a database with its secret': (app) => {
    const stack = new cdk.Stack(app, 'Rds', { env: IRELAND });
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const db = new rds.DatabaseInstance(stack, 'Db', {
      vpc,
      engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_16 }),
    });
    new cdk.CfnOutput(stack, 'Host', { value: db.dbInstanceEndpointAddress });
  },
  'an Aurora cluster': (app) => {
    const stack = new cdk.Stack(app, 'Aurora', { env: IRELAND });
    new rds.DatabaseCluster(stack, 'Db', {
      engine: rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_16_4 }),
      writer: rds.ClusterInstance.serverlessV2('writer'),
      vpc: new ec2.Vpc(stack, 'Vpc'),
    });
  },
  'an HTTP API in front of a Lambda': (app) => {
    const stack = new cdk.Stack(app, 'Api');
    new apigateway.LambdaRestApi(stack, 'Api', { handler: inline(stack) });
  },
  'a user pool': (app) => {
    const stack = new cdk.Stack(app, 'Cognito');
    const pool = new cognito.UserPool(stack, 'Pool', { selfSignUpEnabled: false });
    pool.addClient('Client');
    pool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'lake' } });
  },
  'a DMS task on L1s': (app) => {
    const stack = new cdk.Stack(app, 'Dms', { env: IRELAND });
    const secret = new secrets.Secret(stack, 'Secret');
    const source = new dms.CfnEndpoint(stack, 'Source', {
      endpointType: 'source',
      engineName: 'postgres',
      username: secret.secretValueFromJson('username').unsafeUnwrap(),
      password: secret.secretValueFromJson('password').unsafeUnwrap(),
    });
    const target = new dms.CfnEndpoint(stack, 'Target', {
      endpointType: 'target',
      engineName: 's3',
      s3Settings: { bucketName: 'b' },
    });
    const instance = new dms.CfnReplicationInstance(stack, 'Instance', { replicationInstanceClass: 'dms.t3.small' });
    new dms.CfnReplicationTask(stack, 'Task', {
      migrationType: 'full-load-and-cdc',
      replicationInstanceArn: instance.ref,
      sourceEndpointArn: source.ref,
      targetEndpointArn: target.ref,
      tableMappings: JSON.stringify({ rules: [] }),
    });
  },
  'Kafka and Kinesis': (app) => {
    const stack = new cdk.Stack(app, 'Streams', { env: IRELAND });
    const vpc = new ec2.Vpc(stack, 'Vpc');
    new msk.CfnCluster(stack, 'Kafka', {
      clusterName: 'k',
      kafkaVersion: '3.7.x',
      numberOfBrokerNodes: 2,
      brokerNodeGroupInfo: {
        clientSubnets: vpc.privateSubnets.map((subnet) => subnet.subnetId),
        instanceType: 'kafka.m5.large',
      },
    });
    new kinesis.Stream(stack, 'Stream', { encryption: kinesis.StreamEncryption.KMS });
  },
  'conditions, mappings and parameters': (app) => {
    const stack = new cdk.Stack(app, 'Options');
    const stage = new cdk.CfnParameter(stack, 'StageName', { default: 'dev', allowedValues: ['dev', 'prod'] });
    const zones = new cdk.CfnParameter(stack, 'Zones', { type: 'CommaDelimitedList', default: 'raw, converted' });
    const prod = new cdk.CfnCondition(stack, 'IsProd', {
      expression: cdk.Fn.conditionEquals(stage.valueAsString, 'prod'),
    });
    const sizes = new cdk.CfnMapping(stack, 'Sizes', { mapping: { dev: { keep: 1 }, prod: { keep: 365 } } });
    const bucket = new s3.CfnBucket(stack, 'Raw', {
      bucketName: cdk.Fn.join('-', ['lake', cdk.Fn.select(1, zones.valueAsList)]),
      tags: [{ key: 'keep', value: cdk.Token.asString(sizes.findInMap(stage.valueAsString, 'keep')) }],
      accelerateConfiguration: cdk.Fn.conditionIf(
        'IsProd',
        { accelerationStatus: 'Enabled' },
        cdk.Aws.NO_VALUE,
      ) as never,
    });
    const only = new s3.CfnBucket(stack, 'OnlyProd');
    only.cfnOptions.condition = prod;
    new cdk.CfnOutput(stack, 'Name', { value: cdk.Fn.conditionIf('IsProd', only.ref, bucket.ref).toString() });
  },
  'tokens and lazy values everywhere': (app) => {
    const stack = new cdk.Stack(app, 'Tokens');
    const bucket = new s3.Bucket(stack, 'Raw');
    new ssm.StringParameter(stack, 'Json', {
      stringValue: stack.toJsonString({
        arn: bucket.bucketArn,
        list: cdk.Fn.split(',', 'a,b'),
        cidr: cdk.Fn.cidr('10.0.0.0/16', 2),
      }),
    });
    new ssm.StringParameter(stack, 'Sub', {
      stringValue: cdk.Fn.sub('${AWS::Region}-${Bucket}-${!Literal}', { Bucket: bucket.bucketName }),
    });
    new ssm.StringParameter(stack, 'Azs', { stringValue: cdk.Fn.select(0, cdk.Fn.getAzs()) });
    new ssm.StringParameter(stack, 'Len', { stringValue: cdk.Fn.base64(cdk.Fn.importValue('elsewhere')) });
  },
  'an aspect on all': (app) => {
    const stack = new cdk.Stack(app, 'Aspects');
    new s3.Bucket(stack, 'Raw');
    cdk.Tags.of(app).add('team', 'lake');
    cdk.Aspects.of(app).add({
      visit: (node) => {
        if (node instanceof s3.CfnBucket) node.addPropertyOverride('VersioningConfiguration.Status', 'Enabled');
      },
    });
  },
  'image assets without building': (app) => {
    const stack = new cdk.Stack(app, 'Images');
    new ecrAssets.DockerImageAsset(stack, 'Image', { directory: folder({ Dockerfile: 'FROM scratch' }) });
    new ecrAssets.TarballImageAsset(stack, 'Tar', { tarballFile: join(folder({ 'i.tar': 'x' }), 'i.tar') });
  },
  China: (app) => {
    const stack = new cdk.Stack(app, 'China', { env: { account: '111111111111', region: 'cn-north-1' } });
    const bucket = new s3.Bucket(stack, 'Raw');
    new cdk.CfnOutput(stack, 'Arn', { value: bucket.bucketArn });
    new cdk.CfnOutput(stack, 'Domain', { value: `${bucket.bucketDomainName} ${stack.urlSuffix}` });
  },
  GovCloud: (app) => {
    const stack = new cdk.Stack(app, 'Gov', { env: { account: '111111111111', region: 'us-gov-west-1' } });
    new cdk.CfnOutput(stack, 'Arn', { value: inline(stack).functionArn });
  },
  'a governed catalog': (app) => {
    const stack = new cdk.Stack(app, 'Governed', { env: IRELAND });
    const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    new lakeformation.CfnDataLakeSettings(stack, 'Settings', {
      admins: [{ dataLakePrincipalIdentifier: analyst.roleArn }],
    });
    new lakeformation.CfnDataCellsFilter(stack, 'Filter', {
      tableCatalogId: stack.account,
      databaseName: 'raw',
      tableName: 't',
      name: 'eu',
      rowFilter: { filterExpression: "region = 'eu'" },
      columnWildcard: {},
    });
    new glue.CfnCrawler(stack, 'Crawler', {
      role: analyst.roleArn,
      databaseName: 'raw',
      targets: { s3Targets: [{ path: 's3://b/p/' }] },
    });
    new athena.CfnWorkGroup(stack, 'Analysts', { name: 'analysts' });
    new athena.CfnNamedQuery(stack, 'Query', { database: 'raw', queryString: 'select 1' });
  },
  'Redshift Serverless and DynamoDB': (app) => {
    const stack = new cdk.Stack(app, 'Warehouse');
    const namespace = new redshift.CfnNamespace(stack, 'Ns', { namespaceName: 'lake', manageAdminPassword: true });
    const workgroup = new redshift.CfnWorkgroup(stack, 'Wg', { workgroupName: 'lake', namespaceName: namespace.ref });
    new cdk.CfnOutput(stack, 'Host', { value: cdk.Token.asString(workgroup.getAtt('Workgroup.Endpoint.Address')) });
    new dynamodb.TableV2(stack, 'State', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
  },
  'notifications and alarms': (app) => {
    const stack = new cdk.Stack(app, 'Notify');
    const topic = new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }) });
    topic.addSubscription(new subscriptions.SqsSubscription(new sqs.Queue(stack, 'Queue')));
    topic.addSubscription(new subscriptions.EmailSubscription('a@example.com'));
    new cloudwatch.Alarm(stack, 'Alarm', {
      metric: new cloudwatch.Metric({ namespace: 'n', metricName: 'm' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
  },
  'the legacy synthesizer': (app) => {
    const stack = new cdk.Stack(app, 'Legacy', { synthesizer: new cdk.LegacyStackSynthesizer() });
    const script = new assets.Asset(stack, 'Script', { path: folder({ 'a.py': 'print()' }) });
    new cdk.CfnOutput(stack, 'Url', { value: script.s3ObjectUrl });
  },
  'a foreign type and an escape hatch': (app) => {
    const stack = new cdk.Stack(app, 'Foreign');
    const thing = new cdk.CfnResource(stack, 'Thing', {
      type: 'Acme::Data::Lake',
      properties: { Name: 'n', Deep: { a: [1, { b: true }] } },
    });
    new s3.CfnBucket(stack, 'Raw').addPropertyOverride('BucketName', { 'Fn::Join': ['-', ['x', thing.ref]] });
  },
  'policies that use Condition as a word': (app) => {
    const stack = new cdk.Stack(app, 'Words');
    new iam.ManagedPolicy(stack, 'Policy', {
      statements: [
        new iam.PolicyStatement({
          actions: ['s3:*'],
          resources: ['*'],
          conditions: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
        }),
      ],
    });
  },
  'an empty app': () => {},
  'a hundred zones': (app) => {
    const stack = new cdk.Stack(app, 'Many');
    for (let index = 0; index < 100; index++) new s3.Bucket(stack, `Zone${index}`);
  },
};
