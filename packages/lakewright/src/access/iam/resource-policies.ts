import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../../services/api-shape';
import type { ResourcePolicies } from './evaluate';
import { type Policy, parsePolicy } from './policy';

/** The policies that a template puts on resources: buckets, keys, queues, topics, functions, secrets. */
export class TemplatePolicies {
  private readonly byArn = new Map<string, Policy[]>();
  private readonly decisive = new Set<string>();
  private readonly bucketAccounts = new Map<string, string>();

  public constructor(
    resources: readonly LakeResource[],
    private readonly account: string,
  ) {
    for (const resource of resources) {
      const { properties } = resource;
      switch (resource.type) {
        case 'AWS::S3::Bucket':
          this.bucketAccounts.set(resource.arn, resource.account);
          break;
        case 'AWS::S3::BucketPolicy':
          this.add(
            `arn:${resource.partition}:s3:::${properties.Bucket}`,
            `the bucket policy of ${properties.Bucket}`,
            properties.PolicyDocument,
          );
          break;
        case 'AWS::KMS::Key':
          this.decisive.add(resource.arn);
          this.add(
            resource.arn,
            `the key policy of ${resource.path}`,
            properties.KeyPolicy ?? defaultKeyPolicy(resource),
          );
          break;
        case 'AWS::SQS::QueuePolicy':
          for (const queue of properties.Queues ?? []) {
            const { arn, physicalId } = find(resources, 'AWS::SQS::Queue', queue) ?? { arn: queue, physicalId: queue };
            this.add(arn, `the policy of the queue ${String(physicalId).split('/').at(-1)}`, properties.PolicyDocument);
          }
          break;
        case 'AWS::SNS::TopicPolicy':
          for (const topic of properties.Topics ?? []) {
            this.add(topic, `the policy of the topic ${String(topic).split(':').at(-1)}`, properties.PolicyDocument);
          }
          break;
        case 'AWS::SecretsManager::ResourcePolicy': {
          const secret =
            find(resources, 'AWS::SecretsManager::Secret', properties.SecretId)?.arn ?? properties.SecretId;
          this.add(String(secret), `the policy of the secret ${secret}`, properties.ResourcePolicy);
          break;
        }
        case 'AWS::Lambda::Permission': {
          const named = find(resources, 'AWS::Lambda::Function', properties.FunctionName);
          const arn = named?.arn ?? String(properties.FunctionName);
          this.add(arn, `the permission ${resource.path}`, permissionDocument(properties, arn));
          break;
        }
      }
    }
  }

  /** Those on the resource that an ARN means: an object's are its bucket's. */
  public on(arn: string): ResourcePolicies {
    const holder = holderOf(arn);
    const account = this.bucketAccounts.get(holder) ?? /^arn(?::[^:]*){3}:(\d{12}):/.exec(holder)?.[1] ?? this.account;
    return { policies: this.byArn.get(holder) ?? [], account, decisive: this.decisive.has(holder) };
  }

  private add(arn: string, name: string, document: ApiShape): void {
    const policies = this.byArn.get(arn) ?? [];
    policies.push(parsePolicy(name, document, arn));
    this.byArn.set(arn, policies);
  }
}

function holderOf(arn: string): string {
  if (/^arn:[^:]*:s3:::/.test(arn)) return arn.split('/')[0];
  // A version or alias has its function's permissions.
  const called = /^(arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]+):/.exec(arn);
  return called === null ? arn : called[1];
}

function find(resources: readonly LakeResource[], type: string, named: unknown): LakeResource | undefined {
  return resources.find((one) => one.type === type && (one.physicalId === named || one.arn === named));
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
function defaultKeyPolicy({ partition, account }: LakeResource): ApiShape {
  const AWS = `arn:${partition}:iam::${account}:root`;
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'kms:*', Resource: '*' }],
  };
}

/** What Lambda makes of AddPermission. @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
function permissionDocument(
  { Action, Principal, SourceArn, SourceAccount, PrincipalOrgID }: ApiShape,
  arn: string,
): ApiShape {
  const principal = String(Principal);
  const conditions = {
    ...(SourceArn && { ArnLike: { 'AWS:SourceArn': SourceArn } }),
    ...((SourceAccount || PrincipalOrgID) && {
      StringEquals: {
        ...(SourceAccount && { 'AWS:SourceAccount': SourceAccount }),
        ...(PrincipalOrgID && { 'aws:PrincipalOrgID': PrincipalOrgID }),
      },
    }),
  };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: principal === '*' ? '*' : principal.includes('.') ? { Service: principal } : { AWS: principal },
        Action,
        Resource: arn,
        ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
      },
    ],
  };
}
