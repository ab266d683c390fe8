import { Aspects, Stack, Token, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

const { ATHENA, ECR, ECR_DOCKER, GLUE, LAKE_FORMATION, SECRETS_MANAGER, STS } = ec2.InterfaceVpcEndpointAwsService;

/** What a container of the lake talks to, besides S3: the image's registry, its log, its secrets, its work. */
export const TASK_SERVICES = [
  ATHENA,
  GLUE,
  LAKE_FORMATION,
  STS,
  ECR,
  ECR_DOCKER,
  ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  SECRETS_MANAGER,
];

/** Warns of what a VPC lacks: once all of it has been made. */
export function checkNetwork(scope: Construct, vpc: ec2.IVpc, subnets: ec2.SubnetSelection): void {
  const { subnets: chosen } = vpc.selectSubnets(subnets);
  const isolated = chosen.some(({ subnetId }) => vpc.isolatedSubnets.some((one) => one.subnetId === subnetId));
  if (chosen.some(({ subnetId }) => vpc.publicSubnets.some((one) => one.subnetId === subnetId))) {
    Validations.of(scope).addWarning(
      '@lakewright/etl:publicSubnets',
      'tasks get no public address: from public subnets they reach nothing but the endpoints of the VPC',
    );
  }
  if (!isolated) return;
  if (!(vpc instanceof ec2.Vpc)) {
    Validations.of(scope).addWarning(
      '@lakewright/etl:missingEndpoints',
      `the endpoints of an imported VPC can't be seen: tasks in its isolated subnets need those of s3, ${needed().join(', ')}`,
    );
    return;
  }
  let done = false;
  Aspects.of(scope).add({
    visit: () => {
      if (done) return;
      done = true;
      const made = endpointsOf(vpc);
      const missing = ['s3', ...needed()].filter((name) => !made.some((service) => service.endsWith(`.${name}`)));
      if (missing.length === 0) return;
      Validations.of(scope).addWarning(
        '@lakewright/etl:missingEndpoints',
        `tasks in isolated subnets don't reach ${missing.join(', ')}: give the VPC endpoints of them, or use LakeNetwork`,
      );
    },
  });
}

const needed = () => TASK_SERVICES.map(({ shortName }) => shortName);

/** The names of services: `com.amazonaws.<region>.athena`. */
function endpointsOf(vpc: ec2.Vpc): string[] {
  return vpc.node.root.node
    .findAll()
    .filter((one): one is ec2.CfnVPCEndpoint => one instanceof ec2.CfnVPCEndpoint)
    .filter((one) => same(one, vpc))
    .map(({ serviceName, stack }) => {
      const resolved = stack.resolve(serviceName);
      return typeof resolved === 'string' ? resolved : resolved['Fn::Join'][1].map(String).join('');
    });
}

function same({ vpcId }: ec2.CfnVPCEndpoint, vpc: ec2.Vpc): boolean {
  if (!Token.isUnresolved(vpcId)) return vpcId === vpc.vpcId;
  const stack = Stack.of(vpc);
  return JSON.stringify(stack.resolve(vpcId)) === JSON.stringify(stack.resolve(vpc.vpcId));
}
