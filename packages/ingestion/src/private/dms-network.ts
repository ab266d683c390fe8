import { Token } from 'aws-cdk-lib';
import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { DmsAccountRoles } from '../dms-account-roles';
import type { DmsSourceNetwork } from '../dms-source-options';
import { refuse } from './refuse';

/** The subnets in which a replication may run. */
export function subnetGroup(
  scope: Construct,
  { vpc, subnets }: DmsSourceNetwork,
  roles: DmsAccountRoles | undefined,
): dms.CfnReplicationSubnetGroup {
  const { subnetIds, availabilityZones } = vpc.selectSubnets(
    subnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  );
  const zones = new Set(availabilityZones).size;
  if (zones < 2 && !availabilityZones.some((zone) => Token.isUnresolved(zone))) {
    refuse('TwoZonesNeeded', `subnets in ${zones} zone`, 'DMS wants two zones at least', 'give more subnets');
  }
  const group = new dms.CfnReplicationSubnetGroup(scope, 'Subnets', {
    replicationSubnetGroupDescription: `Of ${scope.node.path}`,
    subnetIds,
  });
  if (roles) group.node.addDependency(roles);
  return group;
}

/** The replication's security group, made or given, with rules in both directions. */
export function connect(
  scope: Construct,
  network: DmsSourceNetwork,
  port: number | undefined,
  given?: ec2.ISecurityGroup,
): ec2.ISecurityGroup {
  const group =
    given ??
    new ec2.SecurityGroup(scope, 'SecurityGroup', {
      vpc: network.vpc,
      description: `Of ${scope.node.path}`,
      allowAllOutbound: port === undefined,
    });
  if (port === undefined) return group;
  const databasePort = ec2.Port.tcp(port);
  for (const database of network.securityGroups ?? []) {
    group.connections.allowTo(database, databasePort, 'replication by AWS DMS');
  }
  if (!given) {
    if (!network.securityGroups?.length) group.connections.allowToAnyIpv4(databasePort, 'the database');
    group.connections.allowToAnyIpv4(ec2.Port.tcp(443), 'S3, Secrets Manager and CloudWatch Logs');
  }
  return group;
}

/** Roles that have to be there before DMS makes network interfaces and writes logs. */
export function accountRoles(scope: Construct, ensure: boolean | undefined): DmsAccountRoles | undefined {
  return ensure === false ? undefined : DmsAccountRoles.of(scope);
}
