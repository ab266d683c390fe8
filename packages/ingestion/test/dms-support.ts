import { DataLocation } from '@lakewright/core';
import {
  App,
  aws_ec2 as ec2,
  aws_kms as kms,
  Stack,
  aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { DmsReplication, type DmsReplicationProps, DmsSource, LoadMode, TableMappings } from '../src';

const ENV = { account: '111111111111', region: 'eu-west-1' };

/** A stack with a database that replications can be made of, and a bucket for them. */
export function databaseStack(stack = new Stack(new App(), 'Lake', { env: ENV })) {
  // one that exists: a network of our own would be most of the template
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-12345678',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-1234567a', 'subnet-1234567b'],
  });
  const databaseGroup = new ec2.SecurityGroup(stack, 'Database', { vpc, allowAllOutbound: false });
  const secret = new secretsmanager.Secret(stack, 'Secret');
  const key = new kms.Key(stack, 'Key');
  const bucket = new s3.Bucket(stack, 'Raw', { encryptionKey: key, enforceSSL: true });
  const source = DmsSource.postgres({ secret, vpc, database: 'operations', securityGroups: [databaseGroup] });
  const options = {
    source,
    target: DataLocation.of(bucket, 'operations'),
    tables: TableMappings.include('public.flights'),
    mode: LoadMode.fullLoadAndCdc(),
  };
  return { stack, vpc, databaseGroup, secret, key, bucket, source, options };
}

export function replicate(props: Partial<DmsReplicationProps> = {}) {
  const made = databaseStack();
  const replication = new DmsReplication(made.stack, 'Operations', { ...made.options, ...props });
  return { ...made, replication };
}
