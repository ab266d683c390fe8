/**
 * What CloudFormation's `Ref` and `Fn::GetAtt` give, per resource type, as data.
 *
 * Patterns take `{name}` (the physical name), `{arn}`, `{account}`, `{region}`, `{partition}`, `{urlSuffix}`, `{stack}`,
 * `{logicalId}`, `{hash}`, `{hex}`, `{uuid}`, `{short}` (stable for stack and logical id), `{azone}` and `{Property.Path}`
 * of the resource.
 * Source: AWS CloudFormation Template Reference ("Return values" of each type) and the Service Authorization Reference
 * ("Resource types defined by …").
 */
export interface Identity {
  /** Path of the property that holds an explicit name. */
  readonly name?: string;
  /** The name where the template has none; default `{stack}-{logicalId}-{hash}`. */
  readonly generated?: string;
  /** Names are lower case and at most this long; default 64. */
  readonly lower?: boolean;
  readonly max?: number;
  /** What `Ref` gives: the name (default), the ARN, or a pattern. */
  readonly ref?: 'arn' | string;
  /** ARN pattern without `arn:{partition}:`. */
  readonly arn?: string;
  /** A custom resource whose handler gives its properties back as attributes, as AWS's own types often do. */
  readonly echo?: boolean;
  /** Attributes that follow from the above; all others are made up, and noted. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const regional = (service: string, resource: string): string => `${service}:{region}:{account}:${resource}`;
const byName = (service: string, resource: string, name = 'Name'): Identity => ({
  name,
  arn: regional(service, `${resource}{name}`),
});
const byArn = (service: string, resource: string, name?: string): Identity => ({
  name,
  ref: 'arn',
  arn: regional(service, `${resource}{name}`),
});
const ec2 = (resource: string, prefix: string, attributes: Readonly<Record<string, string>> = {}): Identity => ({
  generated: `${prefix}-{hex}`,
  arn: regional('ec2', `${resource}/{name}`),
  attributes,
});

export const IDENTITIES: Readonly<Record<string, Identity>> = {
  'AWS::S3::Bucket': {
    name: 'BucketName',
    lower: true,
    max: 63,
    arn: 's3:::{name}',
    attributes: {
      DomainName: '{name}.s3.{urlSuffix}',
      RegionalDomainName: '{name}.s3.{region}.{urlSuffix}',
      DualStackDomainName: '{name}.s3.dualstack.{region}.{urlSuffix}',
      WebsiteURL: 'http://{name}.s3-website-{region}.{urlSuffix}',
    },
  },
  'AWS::S3::BucketPolicy': { ref: '{Bucket}' },
  'AWS::S3::AccessPoint': { ...byName('s3', 'accesspoint/'), lower: true, max: 50 },

  'AWS::Glue::Database': { name: 'DatabaseInput.Name', lower: true, arn: regional('glue', 'database/{name}') },
  'AWS::Glue::Table': {
    name: 'TableInput.Name',
    lower: true,
    arn: regional('glue', 'table/{DatabaseName}/{name}'),
  },
  'AWS::Glue::Job': byName('glue', 'job/'),
  'AWS::Glue::Crawler': byName('glue', 'crawler/'),
  'AWS::Glue::Classifier': { name: 'CsvClassifier.Name' },
  'AWS::Glue::Connection': { name: 'ConnectionInput.Name', arn: regional('glue', 'connection/{name}') },
  'AWS::Glue::Trigger': byName('glue', 'trigger/'),
  'AWS::Glue::Workflow': byName('glue', 'workflow/'),
  'AWS::Glue::SecurityConfiguration': { name: 'Name' },
  'AWS::Glue::DataQualityRuleset': byName('glue', 'dataQualityRuleset/'),
  'AWS::Glue::Registry': byArn('glue', 'registry/', 'Name'),

  'AWS::Athena::WorkGroup': byName('athena', 'workgroup/'),
  'AWS::Athena::DataCatalog': byName('athena', 'datacatalog/'),
  'AWS::Athena::NamedQuery': { generated: '{uuid}', attributes: { NamedQueryId: '{name}' } },
  'AWS::Athena::PreparedStatement': { name: 'StatementName' },

  'AWS::StepFunctions::StateMachine': {
    ...byArn('states', 'stateMachine:', 'StateMachineName'),
    max: 80,
    attributes: { Name: '{name}', StateMachineRevisionId: '{uuid}' },
  },
  'AWS::StepFunctions::Activity': { ...byArn('states', 'activity:', 'Name'), max: 80, attributes: { Name: '{name}' } },
  'AWS::StepFunctions::StateMachineVersion': { ref: '{StateMachineArn}:1', arn: '' },
  'AWS::Lambda::Function': byName('lambda', 'function:', 'FunctionName'),
  'AWS::Lambda::Version': {
    ref: 'arn',
    arn: regional('lambda', 'function:{FunctionName}:1'),
    attributes: { Version: '1', FunctionArn: '{arn}' },
  },
  'AWS::Lambda::Alias': {
    ref: 'arn',
    arn: regional('lambda', 'function:{FunctionName}:{Name}'),
    attributes: { AliasArn: '{arn}' },
  },
  'AWS::Lambda::LayerVersion': {
    ref: 'arn',
    name: 'LayerName',
    arn: regional('lambda', 'layer:{name}:1'),
    attributes: { LayerVersionArn: '{arn}' },
  },
  'AWS::Lambda::EventSourceMapping': { generated: '{uuid}', arn: regional('lambda', 'event-source-mapping:{name}') },

  'AWS::IAM::Role': { name: 'RoleName', arn: 'iam::{account}:role/{name}', attributes: { RoleId: 'AROA{hash}' } },
  'AWS::IAM::User': { name: 'UserName', arn: 'iam::{account}:user/{name}' },
  'AWS::IAM::Group': { name: 'GroupName', arn: 'iam::{account}:group/{name}' },
  'AWS::IAM::ManagedPolicy': {
    name: 'ManagedPolicyName',
    ref: 'arn',
    arn: 'iam::{account}:policy/{name}',
    attributes: { PolicyArn: '{arn}' },
  },
  'AWS::IAM::InstanceProfile': { name: 'InstanceProfileName', arn: 'iam::{account}:instance-profile/{name}' },
  'AWS::IAM::AccessKey': { generated: 'AKIA{hash}' },
  'AWS::IAM::OIDCProvider': { ref: 'arn', arn: 'iam::{account}:oidc-provider/{name}' },
  'AWS::KMS::Key': {
    generated: '{uuid}',
    arn: regional('kms', 'key/{name}'),
    attributes: { KeyId: '{name}' },
  },
  'AWS::KMS::Alias': { name: 'AliasName', arn: regional('kms', '{name}') },
  'AWS::SecretsManager::Secret': {
    ...byArn('secretsmanager', 'secret:', 'Name'),
    arn: regional('secretsmanager', 'secret:{name}-{short}'),
    attributes: { Id: '{arn}' },
  },
  'AWS::SecretsManager::SecretTargetAttachment': { ref: '{SecretId}' },
  'AWS::SSM::Parameter': {
    name: 'Name',
    arn: regional('ssm', 'parameter{name}'),
    attributes: { Value: '{Value}', Type: '{Type}' },
  },

  'AWS::Events::Rule': byName('events', 'rule/'),
  'AWS::Events::EventBus': { ...byName('events', 'event-bus/'), attributes: { Name: '{name}' } },
  'AWS::Events::Connection': byName('events', 'connection/'),
  'AWS::Scheduler::Schedule': { name: 'Name', arn: regional('scheduler', 'schedule/default/{name}') },
  'AWS::Scheduler::ScheduleGroup': byName('scheduler', 'schedule-group/'),
  'AWS::Pipes::Pipe': byName('pipes', 'pipe/'),
  'AWS::SNS::Topic': { ...byArn('sns', '', 'TopicName'), attributes: { TopicArn: '{arn}', TopicName: '{name}' } },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    ref: 'https://sqs.{region}.{urlSuffix}/{account}/{name}',
    arn: regional('sqs', '{name}'),
    attributes: { QueueName: '{name}', QueueUrl: 'https://sqs.{region}.{urlSuffix}/{account}/{name}' },
  },
  'AWS::Kinesis::Stream': byName('kinesis', 'stream/'),
  'AWS::KinesisFirehose::DeliveryStream': byName('firehose', 'deliverystream/', 'DeliveryStreamName'),
  'AWS::DynamoDB::Table': byName('dynamodb', 'table/', 'TableName'),
  'AWS::MSK::Cluster': {
    ...byArn('kafka', 'cluster/', 'ClusterName'),
    arn: regional('kafka', 'cluster/{name}/{uuid}'),
  },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', max: 512, arn: regional('logs', 'log-group:{name}:*') },
  'AWS::CloudWatch::Alarm': byName('cloudwatch', 'alarm:', 'AlarmName'),
  'AWS::CloudWatch::Dashboard': { name: 'DashboardName' },
  'AWS::CloudTrail::Trail': byName('cloudtrail', 'trail/', 'TrailName'),

  'AWS::DMS::Endpoint': { ...byArn('dms', 'endpoint:', 'EndpointIdentifier'), lower: true },
  'AWS::DMS::ReplicationInstance': { ...byArn('dms', 'rep:', 'ReplicationInstanceIdentifier'), lower: true },
  'AWS::DMS::ReplicationTask': { ...byArn('dms', 'task:', 'ReplicationTaskIdentifier'), lower: true },
  'AWS::DMS::ReplicationConfig': { ...byArn('dms', 'replication-config:', 'ReplicationConfigIdentifier'), lower: true },
  'AWS::DMS::ReplicationSubnetGroup': { name: 'ReplicationSubnetGroupIdentifier', lower: true },
  'AWS::AppFlow::Flow': { name: 'FlowName', arn: regional('appflow', 'flow/{name}'), attributes: { FlowArn: '{arn}' } },
  'AWS::AppFlow::ConnectorProfile': {
    name: 'ConnectorProfileName',
    arn: regional('appflow', 'connectorprofile/{name}'),
    attributes: { ConnectorProfileArn: '{arn}' },
  },
  'AWS::LakeFormation::Tag': { name: 'TagKey' },
  'AWS::Redshift::Cluster': { ...byName('redshift', 'cluster:', 'ClusterIdentifier'), lower: true },
  'AWS::RedshiftServerless::Namespace': { name: 'NamespaceName', lower: true },
  'AWS::RedshiftServerless::Workgroup': { name: 'WorkgroupName', lower: true },
  'AWS::RDS::DBInstance': {
    name: 'DBInstanceIdentifier',
    lower: true,
    max: 63,
    arn: regional('rds', 'db:{name}'),
    attributes: { DBInstanceArn: '{arn}' },
  },
  'AWS::RDS::DBCluster': {
    name: 'DBClusterIdentifier',
    lower: true,
    max: 63,
    arn: regional('rds', 'cluster:{name}'),
    attributes: { DBClusterArn: '{arn}' },
  },
  'AWS::RDS::DBSubnetGroup': { name: 'DBSubnetGroupName', lower: true },
  'AWS::RDS::DBParameterGroup': { name: 'DBParameterGroupName', lower: true },
  'AWS::ElastiCache::SubnetGroup': { name: 'CacheSubnetGroupName', lower: true },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    name: 'Name',
    max: 32,
    ref: 'arn',
    arn: regional('elasticloadbalancing', 'loadbalancer/app/{name}/{hex}'),
    attributes: {
      DNSName: '{name}-{short}.{region}.elb.{urlSuffix}',
      LoadBalancerFullName: 'app/{name}/{hex}',
      LoadBalancerName: '{name}',
    },
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    name: 'Name',
    max: 32,
    ref: 'arn',
    arn: regional('elasticloadbalancing', 'targetgroup/{name}/{hex}'),
    attributes: { TargetGroupFullName: 'targetgroup/{name}/{hex}', TargetGroupName: '{name}' },
  },
  'AWS::CloudFront::Distribution': {
    generated: 'E{short}',
    arn: 'cloudfront::{account}:distribution/{name}',
    attributes: { Id: '{name}', DomainName: 'd{short}.cloudfront.net' },
  },
  'AWS::ECS::Cluster': byName('ecs', 'cluster/', 'ClusterName'),
  'AWS::ECS::TaskDefinition': { name: 'Family', ref: 'arn', arn: regional('ecs', 'task-definition/{name}:1') },
  'AWS::ECS::Service': {
    name: 'ServiceName',
    ref: 'arn',
    arn: regional('ecs', 'service/{name}'),
    attributes: { Name: '{name}' },
  },
  'AWS::ECR::Repository': {
    name: 'RepositoryName',
    lower: true,
    arn: regional('ecr', 'repository/{name}'),
    attributes: { RepositoryUri: '{account}.dkr.ecr.{region}.{urlSuffix}/{name}' },
  },
  'AWS::Batch::JobQueue': byArn('batch', 'job-queue/', 'JobQueueName'),
  'AWS::Batch::JobDefinition': { ...byArn('batch', 'job-definition/', 'JobDefinitionName') },
  'AWS::SageMaker::NotebookInstance': {
    ...byArn('sagemaker', 'notebook-instance/', 'NotebookInstanceName'),
    lower: true,
  },
  'AWS::Backup::BackupVault': byName('backup', 'backup-vault:', 'BackupVaultName'),
  'AWS::Backup::BackupPlan': {
    generated: '{uuid}',
    arn: regional('backup', 'backup-plan:{name}'),
    attributes: { BackupPlanId: '{name}' },
  },

  'AWS::EC2::VPC': ec2('vpc', 'vpc', { VpcId: '{name}', CidrBlock: '{CidrBlock}' }),
  'AWS::EC2::Subnet': ec2('subnet', 'subnet', {
    SubnetId: '{name}',
    VpcId: '{VpcId}',
    AvailabilityZone: '{AvailabilityZone}',
  }),
  'AWS::EC2::SecurityGroup': ec2('security-group', 'sg', { GroupId: '{name}', Id: '{name}', VpcId: '{VpcId}' }),
  'AWS::EC2::RouteTable': ec2('route-table', 'rtb', { RouteTableId: '{name}' }),
  'AWS::EC2::InternetGateway': ec2('internet-gateway', 'igw', { InternetGatewayId: '{name}' }),
  'AWS::EC2::NatGateway': ec2('natgateway', 'nat', { NatGatewayId: '{name}' }),
  'AWS::EC2::VPCEndpoint': ec2('vpc-endpoint', 'vpce', { Id: '{name}' }),
  'AWS::EC2::EIP': ec2('elastic-ip', 'eipalloc', { AllocationId: '{name}' }),
  'AWS::EC2::Instance': ec2('instance', 'i', { InstanceId: '{name}' }),

  'AWS::ApiGateway::RestApi': {
    generated: '{short}',
    arn: 'apigateway:{region}::/restapis/{name}',
    attributes: { RestApiId: '{name}' },
  },
  'AWS::ApiGateway::Resource': { generated: '{short}', attributes: { ResourceId: '{name}' } },
  'AWS::ApiGateway::Deployment': { generated: '{short}', attributes: { DeploymentId: '{name}' } },
  'AWS::ApiGateway::Stage': { name: 'StageName' },
  'AWS::ApiGatewayV2::Api': { generated: '{short}', attributes: { ApiId: '{name}' } },
  'AWS::Cognito::UserPool': {
    generated: '{region}_{short}',
    arn: regional('cognito-idp', 'userpool/{name}'),
    attributes: { UserPoolId: '{name}', ProviderName: 'cognito-idp.{region}.{urlSuffix}/{name}' },
  },
  'AWS::Cognito::UserPoolClient': { generated: '{short}', attributes: { ClientId: '{name}' } },
  'AWS::Cognito::IdentityPool': { generated: '{region}:{uuid}', attributes: { Name: '{name}' } },
  'Custom::CDKBucketDeployment': {
    echo: true,
    attributes: { DestinationBucketArn: 'arn:{partition}:s3:::{DestinationBucketName}' },
  },
  'AWS::CloudFormation::Stack': {
    ref: 'arn',
    max: 128,
    arn: regional('cloudformation', 'stack/{name}/{uuid}'),
    attributes: { StackId: '{arn}' },
  },
  'AWS::CloudFormation::WaitConditionHandle': {
    generated: 'https://cloudformation-waitcondition-{region}.s3.{urlSuffix}/{short}',
  },
};
