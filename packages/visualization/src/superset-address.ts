import { NagFindings } from '@lakewright/core';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as targets from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import { distributionOf } from './private/distribution';
import { type FrontPlace, loadBalancerOf } from './private/load-balancer';
import { refuse } from './private/refuse';

/** An address by a certificate of one's own, at the load balancer. */
export interface CertificateAddressOptions {
  /** How browsers call it: `superset.example.com`. */
  readonly domainName: string;

  /** For that name, of the stack's region. */
  readonly certificate: acm.ICertificate;

  /**
   * Where the name is made.
   * @default the name is made elsewhere: as an alias of the load balancer
   */
  readonly hostedZone?: route53.IHostedZone;

  /**
   * Whether it is reached from the internet.
   * @default false: from the VPC, and what is connected with it
   */
  readonly internetFacing?: boolean;

  /**
   * From where it is reached.
   * @default the addresses of the VPC; all, where it is internet facing
   */
  readonly allowFrom?: ec2.IPeer[];
}

/** An address by CloudFront, with its certificate. */
export interface CloudFrontAddressOptions {
  /**
   * A web ACL of WAF (scope CLOUDFRONT), by its ARN: rules on who comes in.
   * @default everybody reaches the page to log in
   */
  readonly webAclArn?: string;

  /**
   * How browsers call it.
   * @default a name of CloudFront's: `d111111abcdef8.cloudfront.net`
   */
  readonly domainName?: string;

  /**
   * For that name, of us-east-1.
   * @default CloudFront's own, for its own name
   */
  readonly certificate?: acm.ICertificate;
}

/** Where browsers find Superset, and how TLS comes to it. */
export class SupersetAddress {
  /**
   * A name and certificate of one's own, at the load balancer.
   *
   * @param options the name, the certificate
   */
  public static certificate(options: CertificateAddressOptions): SupersetAddress {
    const { domainName, certificate, hostedZone, internetFacing = false } = options;
    return new SupersetAddress((scope, place) => {
      const loadBalancer = loadBalancerOf(scope, place, internetFacing);
      const peers = options.allowFrom ?? [internetFacing ? ec2.Peer.anyIpv4() : ec2.Peer.ipv4(place.vpc.vpcCidrBlock)];
      for (const peer of peers) {
        for (const port of [80, 443]) loadBalancer.connections.allowFrom(peer, ec2.Port.tcp(port));
      }
      const redirect = loadBalancer.addRedirect({ open: false });
      NagFindings.acknowledge(
        redirect,
        ['ELBv2ACMCertificateRequired'],
        'it sends browsers to HTTPS, and does nothing else',
      );
      const listener = loadBalancer.addListener('Https', {
        port: 443,
        certificates: [certificate],
        sslPolicy: elbv2.SslPolicy.RECOMMENDED_TLS,
        open: false,
      });
      if (hostedZone) {
        new route53.ARecord(scope, 'Alias', {
          zone: hostedZone,
          recordName: `${domainName}.`,
          target: route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(loadBalancer)),
        });
      }
      return { url: `https://${domainName}`, loadBalancer, listener };
    });
  }

  /**
   * By CloudFront, which reaches a load balancer that isn't on the internet: no domain and no certificate are needed.
   *
   * @param options who comes in, and by which name
   * @throws `NameWithoutCertificate`
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
   */
  public static cloudFront(options: CloudFrontAddressOptions = {}): SupersetAddress {
    const { domainName, certificate } = options;
    if ((domainName === undefined) !== (certificate === undefined)) {
      refuse(
        'NameWithoutCertificate',
        domainName === undefined
          ? 'a certificate without domainName'
          : `domainName "${domainName}" without a certificate`,
        'both or none',
        'give a certificate of us-east-1 for the name',
      );
    }
    return new SupersetAddress((scope, place) => {
      const loadBalancer = loadBalancerOf(scope, place, false);
      loadBalancer.connections.allowFrom(ec2.Peer.ipv4(place.vpc.vpcCidrBlock), ec2.Port.tcp(80));
      const listener = loadBalancer.addListener('Http', { port: 80, open: false });
      const distribution = distributionOf(scope, place, loadBalancer, options);
      return { url: `https://${domainName ?? distribution.distributionDomainName}`, loadBalancer, listener };
    });
  }

  private constructor(private readonly bind: (scope: Construct, place: FrontPlace) => Front) {}

  /** @internal Makes the load balancer, and what is before it. */
  public _bind(scope: Construct, place: FrontPlace): Front {
    return this.bind(scope, place);
  }
}

interface Front {
  readonly url: string;
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly listener: elbv2.ApplicationListener;
}
