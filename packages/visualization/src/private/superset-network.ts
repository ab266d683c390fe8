import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Where the parts of Superset are. */
export interface Place {
  readonly vpc: ec2.IVpc;
  /** Tasks, and a load balancer that isn't reached from the internet. */
  readonly taskSubnets: ec2.SubnetSelection;
  /** The database and the cache. */
  readonly dataSubnets: ec2.SubnetSelection;
}

/** A VPC of Superset's own: public subnets for NAT and load balancer, private ones for tasks, isolated ones for data. */
export class SupersetNetwork extends Construct implements Place {
  public readonly vpc: ec2.Vpc;
  public readonly taskSubnets = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
  public readonly dataSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };

  public constructor(scope: Construct, id: string, environment: LakeEnvironment, key: kms.IKey) {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/22'),
      maxAzs: 2,
      natGateways: environment.destroysData ? 1 : 2,
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
        { name: 'Tasks', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 25 },
        { name: 'Data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
      restrictDefaultSecurityGroup: true,
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    const logGroup = new logs.LogGroup(this, 'FlowLogs', {
      retention: environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
      encryptionKey: key,
    });
    this.vpc.addFlowLog('FlowLog', { destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup) });
    NagFindings.acknowledge(
      this.vpc.node.findChild('FlowLog').node.findChild('IAMRole'),
      ['IAMNoInlinePolicy'],
      'the policy belongs to this role alone, and goes with it',
    );
    for (const subnet of this.vpc.publicSubnets) {
      NagFindings.acknowledge(
        subnet,
        ['VPCNoUnrestrictedRouteToIGW'],
        'its way to the internet is what the subnet is for: NAT, and a load balancer if it is to be reached from there',
      );
    }
  }
}

/** The subnets of a VPC that is there already. */
export function placeIn(vpc: ec2.IVpc, taskSubnets?: ec2.SubnetSelection, dataSubnets?: ec2.SubnetSelection): Place {
  const tasks = taskSubnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
  const isolated = vpc.isolatedSubnets.length > 0 ? { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } : tasks;
  return { vpc, taskSubnets: tasks, dataSubnets: dataSubnets ?? isolated };
}
