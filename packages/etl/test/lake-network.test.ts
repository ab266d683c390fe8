import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { describe, expect, test } from 'vitest';
import { LakeNetwork, type LakeNetworkProps } from '../src';
import { nagFindings } from './support';

const SERVICES = ['athena', 'ecr.api', 'ecr.dkr', 'glue', 'lakeformation', 'logs', 's3', 'secretsmanager', 'sts'];

function network(props?: LakeNetworkProps) {
  const app = new App();
  const stack = new Stack(app, 'Lake');
  const made = new LakeNetwork(stack, 'Network', props);
  return { app, stack, network: made };
}

function services(template: Template): string[] {
  const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
  return endpoints
    .map(({ Properties: { ServiceName } }) => ServiceName['Fn::Join'][1].at(-1).replace(/^\./, ''))
    .sort();
}

describe('defaults', () => {
  test('isolated subnets in two zones, and no way out', () => {
    const template = Template.fromStack(network().stack);
    template.resourceCountIs('AWS::EC2::Subnet', 2);
    for (const type of ['NatGateway', 'InternetGateway', 'EIP', 'Route'])
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    template.resourceCountIs('AWS::EC2::FlowLog', 1);
  });

  test('an endpoint of each service that tasks use, open to the VPC by HTTPS only', () => {
    const { stack, network: made } = network();
    const template = Template.fromStack(stack);
    expect(services(template)).toEqual(SERVICES);
    const [group, ...others] = Object.values(template.findResources('AWS::EC2::SecurityGroup'));
    expect(others).toEqual([]);
    const vpcCidr = stack.resolve(made.vpc.vpcCidrBlock);
    expect(group?.Properties.SecurityGroupIngress).toMatchObject([{ CidrIp: vpcCidr, FromPort: 443, ToPort: 443 }]);
    const interfaces = template.findResources('AWS::EC2::VPCEndpoint', {
      Properties: { VpcEndpointType: 'Interface' },
    });
    for (const { Properties } of Object.values(interfaces)) {
      expect(Properties).toMatchObject({ PrivateDnsEnabled: true, SecurityGroupIds: [expect.anything()] });
    }
  });

  test('what holds its addresses has ids that stay', () => {
    const template = Template.fromStack(network().stack);
    expect(Object.keys(template.findResources('AWS::EC2::VPC'))).toEqual(['NetworkVpc7FB7348F']);
  });
});

test('zones, addresses and further endpoints are chosen', () => {
  const { stack } = network({
    maxAzs: 1,
    ipAddresses: ec2.IpAddresses.cidr('10.7.0.0/16'),
    moreEndpoints: [ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS],
  });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::Subnet', 1);
  template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.7.0.0/16' });
  expect(services(template)).toEqual([...SERVICES, 'states'].sort());
});

describe('a VPC of the user', () => {
  const warnings = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => String(entry.data))
      .filter((text) => text.includes('@lakewright/etl:'));

  function isolated(endpoints: (vpc: ec2.Vpc) => void) {
    const stack = new Stack(new App(), 'Lake');
    const subnetConfiguration = [{ name: 'Inside', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }];
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, subnetConfiguration });
    const made = LakeNetwork.fromVpc(stack, 'Network', { vpc });
    endpoints(vpc);
    return { stack, made };
  }

  test('with isolated subnets: the endpoints that it lacks are named', () => {
    const { stack, made } = isolated((vpc) => {
      vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
      vpc.addInterfaceEndpoint('Athena', { service: ec2.InterfaceVpcEndpointAwsService.ATHENA });
    });
    expect(made.subnets).toEqual({ subnetType: ec2.SubnetType.PRIVATE_ISOLATED });
    expect(warnings(stack)).toEqual([
      expect.stringMatching(
        /don't reach glue, lakeformation, sts, ecr.api, ecr.dkr, logs, secretsmanager: .*\[ack: Annotation::@lakewright\/etl:missingEndpoints\]/s,
      ),
    ]);
  });

  test('endpoints of another VPC are not its own', () => {
    const { stack } = isolated((vpc) => {
      new LakeNetwork(vpc, 'Other');
    });
    expect(warnings(stack)).toEqual([expect.stringMatching(/don't reach s3, athena, glue/)]);
  });

  test('with a way out lacks nothing; public subnets are warned of', () => {
    const stack = new Stack(new App(), 'Lake');
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const { subnets } = LakeNetwork.fromVpc(stack, 'Network', { vpc });
    expect(subnets).toEqual({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS });
    expect(warnings(stack)).toEqual([]);
    LakeNetwork.fromVpc(stack, 'Public', { vpc, subnets: { subnetType: ec2.SubnetType.PUBLIC } });
    expect(warnings(stack)).toEqual([expect.stringMatching(/@lakewright\/etl:publicSubnets/)]);
  });

  test('that was imported: it is said what its isolated subnets need', () => {
    const stack = new Stack(new App(), 'Lake');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-west-1a'],
      isolatedSubnetIds: ['subnet-1'],
    });
    LakeNetwork.fromVpc(stack, 'Network', { vpc });
    expect(warnings(stack)).toEqual([expect.stringMatching(/can't be seen: .* s3, athena, glue/)]);
  });
});

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing that is not acknowledged with its reason', { timeout: 120_000 }, () => {
  const { app } = network();
  expect(nagFindings(app)).toEqual([]);
});
