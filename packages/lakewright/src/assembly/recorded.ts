import type { Classification } from './resource';

/** What happens to a resource that no service has a handler for. */
export interface CommonHandling {
  readonly classification: Exclude<Classification, 'unsupported' | 'executed'>;
  readonly note: string;
}

const recorded = (note: string): CommonHandling => ({ classification: 'recorded', note });
const access = recorded('evaluated where a role or user of the template asks');
const telemetry = recorded('nothing is measured or alarmed locally');
const database = recorded('no database is started for it: a service of lakewright.config.json can stand in for one');
const quickSight = recorded('there is no QuickSight locally: query its tables by Athena');
const network = recorded('there is no network locally: everything runs on this machine');

/**
 * Types without an effect on data, shared by all lakes. A service's own handler for a type comes before this table. A
 * name that ends with `::` stands for the whole service.
 */
export const RECORDED: Readonly<Record<string, CommonHandling>> = {
  'AWS::IAM::': access,
  'AWS::KMS::': recorded('objects are plain files: nothing is encrypted locally'),
  'AWS::S3::BucketPolicy': access,
  'AWS::SQS::QueuePolicy': access,
  'AWS::SNS::TopicPolicy': access,
  'AWS::Lambda::Permission': access,
  'AWS::SecretsManager::ResourcePolicy': access,
  'AWS::SecretsManager::RotationSchedule': recorded('secrets are not rotated locally'),
  'AWS::SecretsManager::SecretTargetAttachment': recorded('the secret keeps the values of the template'),
  'AWS::Events::EventBusPolicy': recorded('access to event buses is decided by identities alone'),
  'AWS::Logs::': recorded('logs are files of the run'),
  'AWS::CloudWatch::': telemetry,
  'AWS::Chatbot::': recorded('nothing is sent to chats from a laptop'),
  'AWS::Budgets::': telemetry,
  'AWS::CE::': telemetry,
  'AWS::CloudTrail::': telemetry,
  'AWS::XRay::': telemetry,
  'AWS::Synthetics::': telemetry,
  'AWS::Config::': telemetry,
  'AWS::GuardDuty::': telemetry,
  'AWS::Macie::': telemetry,
  'AWS::SecurityHub::': telemetry,
  'AWS::Backup::': recorded('no backup is made locally'),
  'AWS::EC2::VPC': network,
  'AWS::EC2::VPCGatewayAttachment': network,
  'AWS::EC2::VPCEndpoint': network,
  'AWS::EC2::VPCDHCPOptionsAssociation': network,
  'AWS::EC2::Subnet': network,
  'AWS::EC2::SubnetRouteTableAssociation': network,
  'AWS::EC2::SubnetNetworkAclAssociation': network,
  'AWS::EC2::NetworkAcl': network,
  'AWS::EC2::NetworkAclEntry': network,
  'AWS::EC2::RouteTable': network,
  'AWS::EC2::Route': network,
  'AWS::EC2::InternetGateway': network,
  'AWS::EC2::NatGateway': network,
  'AWS::EC2::EIP': network,
  'AWS::EC2::FlowLog': network,
  'AWS::EC2::SecurityGroup': network,
  'AWS::EC2::SecurityGroupIngress': network,
  'AWS::EC2::SecurityGroupEgress': network,
  'AWS::ECR::': recorded('images are not built locally'),
  'AWS::CloudFront::': network,
  'AWS::ElasticLoadBalancing::': network,
  'AWS::ElasticLoadBalancingV2::': network,
  'AWS::ApplicationAutoScaling::': recorded('nothing scales locally'),
  'AWS::ECS::Service': recorded("services don't run locally; `lakewright superset` starts that of Superset"),
  'AWS::RDS::DBSubnetGroup': network,
  'AWS::RDS::DBParameterGroup': database,
  'AWS::RDS::DBInstance': database,
  'AWS::RDS::DBClusterParameterGroup': database,
  'AWS::RDS::DBCluster': database,
  'AWS::ElastiCache::': recorded('no cache is started for it'),
  'AWS::QuickSight::': quickSight,
  'Custom::LakewrightQuickSightIdentity': quickSight,
  'AWS::Redshift::ClusterSubnetGroup': network,
  'AWS::RedshiftServerless::': recorded('there is no Redshift locally'),
  'Custom::LakewrightSpectrumSchema': recorded('there is no Redshift locally: query the tables by Athena'),
  'AWS::DMS::ReplicationSubnetGroup': network,
  'AWS::CDK::Metadata': recorded('names the library versions of the app'),
  'AWS::CloudFormation::WaitConditionHandle': recorded('nothing waits for it locally'),
  'AWS::CloudFormation::Stack': {
    classification: 'simulated',
    note: 'the resources of its template are listed and run',
  },
  'AWS::SSM::Association': recorded('there are no managed instances locally'),
  'AWS::SSM::Document': recorded('there are no managed instances locally'),
  'AWS::ServiceCatalogAppRegistry::': recorded('the application registry is in AWS only'),
  'AWS::ResourceGroups::': recorded('resource groups are in AWS only'),
  'Custom::VpcRestrictDefaultSG': network,
  'Custom::S3AutoDeleteObjects': recorded('`lakewright reset` removes the objects'),
  'Custom::ECRAutoDeleteImages': recorded('there are no images locally'),
  'Custom::LakewrightSupersetInit': recorded('`lakewright superset` prepares and starts it'),
  'Custom::LogRetention': recorded('logs are files of the run'),
  'Custom::CrossRegionExportReader': {
    classification: 'simulated',
    note: 'the values of the other region are read from its template',
  },
  'Custom::CrossRegionExportWriter': {
    classification: 'simulated',
    note: 'the values are read by the other region straight from this template',
  },
};

/** The table's line for a type: its own, else that of its whole service. */
export function commonHandling(type: string): CommonHandling | undefined {
  if (Object.hasOwn(RECORDED, type)) return RECORDED[type];
  const service = `${type.split('::').slice(0, 2).join('::')}::`;
  return Object.hasOwn(RECORDED, service) ? RECORDED[service] : undefined;
}
