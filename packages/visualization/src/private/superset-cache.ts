import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { Fn, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Place } from './superset-network';

const PORT = 6380; // scanners look at 6379

/**
 * Valkey: Superset's caches, and the queue of its workers. One shard: Celery's transport can't use a cluster of several.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
 */
export class SupersetCache extends Construct implements ec2.IConnectable {
  public readonly connections: ec2.Connections;
  /** `rediss://:token@host:port` */
  public readonly url: secretsmanager.Secret;
  public readonly replicationGroupId: string;

  public constructor(
    scope: Construct,
    id: string,
    place: Place,
    key: kms.IKey,
    environment: LakeEnvironment,
    nodeType = 'cache.t4g.micro',
  ) {
    super(scope, id);
    const replicas = !environment.destroysData;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: place.vpc,
      description: `Of ${this.node.path}`,
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({ securityGroups: [securityGroup], defaultPort: ec2.Port.tcp(PORT) });
    const token = new secretsmanager.Secret(this, 'Token', {
      description: 'Of Superset for its cache',
      encryptionKey: key,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const subnets = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: `Of ${this.node.path}`,
      subnetIds: place.vpc.selectSubnets(place.dataSubnets).subnetIds,
    });
    const group = new elasticache.CfnReplicationGroup(this, 'Resource', {
      replicationGroupDescription: `Of ${this.node.path}`,
      engine: 'valkey',
      engineVersion: '8.0',
      cacheNodeType: nodeType,
      numCacheClusters: replicas ? 2 : 1,
      automaticFailoverEnabled: replicas,
      multiAzEnabled: replicas,
      port: PORT,
      authToken: token.secretValue.unsafeUnwrap(),
      transitEncryptionEnabled: true,
      atRestEncryptionEnabled: true,
      kmsKeyId: key.keyArn,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [securityGroup.securityGroupId],
      autoMinorVersionUpgrade: true,
    });
    this.replicationGroupId = group.ref;
    const { attrPrimaryEndPointAddress: host, attrPrimaryEndPointPort: port } = group;
    const url = Fn.join('', ['rediss://:', token.secretValue.unsafeUnwrap(), '@', host, ':', port]);
    this.url = new secretsmanager.Secret(this, 'Url', {
      description: "Where Superset's cache is, with the token",
      encryptionKey: key,
      // a reference to the token, which CloudFormation resolves: its value stands in no template
      secretStringValue: SecretValue.unsafePlainText(url),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    NagFindings.acknowledge(
      group,
      ['ElastiCacheRedisClusterAutomaticBackup'],
      'what is cached is computed anew, and work that is queued is of minutes',
    );
    if (!replicas) NagFindings.acknowledge(group, ['AwsSolutions-AEC4'], 'a sandbox is cheap');
    for (const secret of [token, this.url]) {
      NagFindings.acknowledge(
        secret,
        ['AwsSolutions-SMG4', 'SecretsManagerRotationEnabled'],
        'the cache is reached from within the security group of the tasks only; to change the token is to replace it',
      );
    }
  }
}
