import { NagFindings } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { CloudFrontAddressOptions } from '../superset-address';
import { type FrontPlace, REQUEST_TIMEOUT } from './load-balancer';

/** CloudFront before a load balancer within the VPC; it keeps Superset's scripts and styles, and nothing else. */
export function distributionOf(
  scope: Construct,
  place: FrontPlace,
  loadBalancer: elbv2.ApplicationLoadBalancer,
  options: CloudFrontAddressOptions,
): cloudfront.Distribution {
  const origin = origins.VpcOrigin.withApplicationLoadBalancer(loadBalancer, {
    protocolPolicy: cloudfront.OriginProtocolPolicy.HTTP_ONLY,
    httpPort: 80,
    readTimeout: REQUEST_TIMEOUT,
    keepaliveTimeout: Duration.seconds(60),
  });
  const common = { origin, viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS, compress: true };
  const distribution = new cloudfront.Distribution(scope, 'Distribution', {
    comment: scope.node.path,
    defaultBehavior: {
      ...common,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
    },
    additionalBehaviors: {
      '/static/*': { ...common, cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED },
    },
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    enableLogging: true,
    logBucket: place.accessLogs,
    logFilePrefix: 'cloudfront/',
    ...(options.webAclArn ? { webAclId: options.webAclArn } : {}),
    ...(options.domainName && options.certificate
      ? {
          domainNames: [options.domainName],
          certificate: options.certificate,
          minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        }
      : {}),
  });
  NagFindings.acknowledge(distribution, ['AwsSolutions-CFR1'], 'countries are a matter of the web ACL that is given');
  if (!options.webAclArn)
    NagFindings.acknowledge(distribution, ['AwsSolutions-CFR2'], 'a web ACL is given by webAclArn');
  if (!options.certificate) {
    NagFindings.acknowledge(distribution, ['AwsSolutions-CFR4'], "CloudFront's own name takes whatever TLS it takes");
  }
  NagFindings.acknowledge(
    loadBalancer,
    ['ALBHttpToHttpsRedirection', 'ELBv2ACMCertificateRequired'],
    "TLS ends at CloudFront: from there it is AWS's own way into the VPC",
  );
  return distribution;
}
