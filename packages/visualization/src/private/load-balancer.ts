import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Place } from './superset-network';

export interface FrontPlace extends Place {
  readonly environment: LakeEnvironment;
  /** Of the requests; nothing else goes there. */
  readonly accessLogs: s3.IBucket;
}

/** How long a request may take: Superset gives up a query before. */
export const REQUEST_TIMEOUT = Duration.seconds(120);

export function loadBalancerOf(
  scope: Construct,
  place: FrontPlace,
  internetFacing: boolean,
): elbv2.ApplicationLoadBalancer {
  const { vpc, environment, accessLogs } = place;
  const securityGroup = new ec2.SecurityGroup(scope, 'LoadBalancerSecurityGroup', {
    vpc,
    description: `Of the load balancer of ${scope.node.path}`,
    allowAllOutbound: false,
  });
  const loadBalancer = new elbv2.ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc,
    vpcSubnets: internetFacing ? { subnetType: ec2.SubnetType.PUBLIC } : place.taskSubnets,
    internetFacing,
    securityGroup,
    idleTimeout: REQUEST_TIMEOUT,
    dropInvalidHeaderFields: true,
    deletionProtection: !environment.destroysData,
  });
  loadBalancer.setAttribute('access_logs.s3.enabled', 'true');
  loadBalancer.setAttribute('access_logs.s3.bucket', accessLogs.bucketName);
  loadBalancer.setAttribute('access_logs.s3.prefix', LOG_PREFIX);
  loadBalancer.node.addDependency(letLog(scope, accessLogs));
  NagFindings.acknowledge(
    loadBalancer,
    ['ALBWAFEnabled'],
    'who comes in is decided by its security group, by CloudFront with a web ACL, and by the log-in',
  );
  NagFindings.acknowledge(
    securityGroup,
    ['AwsSolutions-EC23', 'EC2RestrictedCommonPorts', 'EC2RestrictedSSH', 'CdkNagValidationFailure'],
    'the addresses are those of the VPC itself, or those that were given: from there browsers come',
  );
  if (environment.destroysData) {
    NagFindings.acknowledge(loadBalancer, ['ELBDeletionProtectionEnabled'], 'a sandbox goes with its stack');
  }
  return loadBalancer;
}

const LOG_PREFIX = 'load-balancer';

/**
 * Lets load balancers of the account write their logs. By the service's name, which is the same in all regions: the upstream
 * method wants to know the region, for an account of AWS in it.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
function letLog(scope: Construct, bucket: s3.IBucket): Construct {
  const stack = Stack.of(scope);
  const { policyDependable } = bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`${LOG_PREFIX}/AWSLogs/${stack.account}/*`)],
      conditions: {
        ArnLike: {
          'aws:SourceArn': stack.formatArn({
            service: 'elasticloadbalancing',
            resource: 'loadbalancer',
            resourceName: '*',
          }),
        },
      },
    }),
  );
  return (policyDependable ?? bucket) as Construct;
}

/** For logs only: ELB writes to no bucket with a key of KMS. */
export function logBucketOf(scope: Construct, environment: LakeEnvironment): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'AccessLogs', {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED, // CloudFront writes its logs by ACL
    enforceSSL: true,
    lifecycleRules: [{ expiration: Duration.days(environment.logRetention) }],
    removalPolicy: environment.removalPolicy,
    autoDeleteObjects: environment.destroysData,
  });
  NagFindings.acknowledge(bucket, ['AwsSolutions-S1', 'S3BucketLoggingEnabled'], 'it has logs');
  NagFindings.acknowledge(
    bucket,
    ['S3BucketReplicationEnabled', 'S3BucketVersioningEnabled'],
    'what it has is written once, and expires',
  );
  NagFindings.acknowledge(bucket, ['S3DefaultEncryptionKMS'], 'ELB writes to no bucket with a key of KMS');
  return bucket;
}
