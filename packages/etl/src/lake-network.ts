import { LakeEnvironment, NagFindings } from '@lakewright/core';
import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { checkNetwork, TASK_SERVICES } from './private/network-check';

/** Where tasks of the lake run: subnets from which the lake's services are reached. */
export interface ILakeNetwork {
  /** The VPC. */
  readonly vpc: ec2.IVpc;

  /** The subnets for tasks. */
  readonly subnets: ec2.SubnetSelection;
}

/** What a `LakeNetwork` is made of. */
export interface LakeNetworkProps {
  /**
   * The addresses.
   * @default IpAddresses.cidr('10.0.0.0/24'): 59 addresses for tasks and endpoints in each of two zones
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * In how many zones. Each endpoint is paid for each zone.
   * @default 2
   */
  readonly maxAzs?: number;

  /**
   * Endpoints besides those of Athena, Glue, Lake Formation, STS, ECR, CloudWatch Logs and Secrets Manager.
   * @default none
   */
  readonly moreEndpoints?: ec2.InterfaceVpcEndpointAwsService[];

  /**
   * How long the network's flow logs are kept.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/** A network that is there already. */
export interface LakeNetworkAttributes {
  /** The VPC. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets for tasks.
   * @default the private ones: isolated where the VPC has such, else those with a way out
   */
  readonly subnets?: ec2.SubnetSelection;
}

/**
 * A VPC that nothing leaves: isolated subnets, no NAT, no internet gateway, and endpoints of the services that tasks of the
 * lake use. S3 is reached through a gateway endpoint, which costs nothing; the other eight cost for each hour and zone.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
 */
export class LakeNetwork extends Construct implements ILakeNetwork {
  /**
   * A network that is there already, checked for what it lacks: tasks in isolated subnets fail without an endpoint that
   * they need, some only after minutes. What is lacking is a warning, `@lakewright/etl:missingEndpoints`; public subnets are
   * one, `@lakewright/etl:publicSubnets`.
   *
   * Endpoints of a VPC that was imported can't be seen: for isolated subnets of such a one it is said which are needed.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs the VPC and its subnets
   */
  public static fromVpc(scope: Construct, id: string, attrs: LakeNetworkAttributes): ILakeNetwork {
    const { vpc } = attrs;
    const subnetType =
      vpc.isolatedSubnets.length > 0 ? ec2.SubnetType.PRIVATE_ISOLATED : ec2.SubnetType.PRIVATE_WITH_EGRESS;
    return new ExistingNetwork(scope, id, vpc, attrs.subnets ?? { subnetType });
  }

  /** The VPC. */
  public readonly vpc: ec2.IVpc;

  /** The isolated subnets. */
  public readonly subnets: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };

  /** Of the interface endpoints: they are reached from within the VPC by HTTPS, and not otherwise. */
  public readonly endpointSecurityGroup: ec2.SecurityGroup;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   */
  public constructor(scope: Construct, id: string, props: LakeNetworkProps = {}) {
    super(scope, id);
    const environment = props.environment ?? LakeEnvironment.production();
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: props.ipAddresses ?? ec2.IpAddresses.cidr('10.0.0.0/24'),
      maxAzs: props.maxAzs ?? 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Tasks', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      restrictDefaultSecurityGroup: true,
    });
    this.vpc = vpc;
    const logGroup = new logs.LogGroup(this, 'FlowLogs', {
      retention: environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('FlowLog', { destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup) });
    NagFindings.acknowledge(logGroup, ['CloudWatchLogGroupEncrypted'], 'flow logs have addresses, and no data');
    NagFindings.acknowledge(
      vpc.node.findChild('FlowLog').node.findChild('IAMRole'),
      ['IAMNoInlinePolicy'],
      'the policy belongs to this role alone, and goes with it',
    );

    this.endpointSecurityGroup = new ec2.SecurityGroup(this, 'Endpoints', {
      vpc: this.vpc,
      description: 'HTTPS from within the VPC to the endpoints',
      allowAllOutbound: false,
    });
    this.endpointSecurityGroup.addIngressRule(ec2.Peer.ipv4(this.vpc.vpcCidrBlock), ec2.Port.tcp(443));
    NagFindings.acknowledge(
      this.endpointSecurityGroup,
      ['AwsSolutions-EC23', 'EC2RestrictedCommonPorts', 'EC2RestrictedSSH', 'CdkNagValidationFailure'],
      'the address range is that of the VPC itself',
    );
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    for (const service of [...TASK_SERVICES, ...(props.moreEndpoints ?? [])]) {
      this.vpc.addInterfaceEndpoint(service.shortName, {
        service,
        open: false,
        securityGroups: [this.endpointSecurityGroup],
        subnets: this.subnets,
      });
    }
  }
}

class ExistingNetwork extends Construct implements ILakeNetwork {
  public constructor(
    scope: Construct,
    id: string,
    public readonly vpc: ec2.IVpc,
    public readonly subnets: ec2.SubnetSelection,
  ) {
    super(scope, id);
    checkNetwork(this, vpc, subnets);
  }
}
