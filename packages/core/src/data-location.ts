import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { LakeError } from './lake-error';

/**
 * A place for data: a bucket and a prefix.
 *
 * What every package takes as `source` or `target`; `zone.location('orders')` makes one, `DataLocation.of(bucket,
 * 'orders')` makes one from any bucket.
 */
export class DataLocation {
  /**
   * A prefix of a bucket.
   *
   * @param bucket any bucket, created or imported
   * @param prefix `orders`, `orders/` and `/orders` mean the same; the whole bucket if left out
   * @throws `InvalidPrefix` for `.` or `..` segments, empty segments, and the wildcards `*` and `?`
   */
  public static of(bucket: s3.IBucket, prefix?: string): DataLocation {
    return new DataLocation(bucket, normalize(prefix ?? ''));
  }

  /** Gives others access to exactly this location. */
  public readonly grants: LocationGrants;

  private constructor(
    /** The bucket. */
    public readonly bucket: s3.IBucket,
    /** The prefix, without slashes at its ends; empty for the whole bucket. */
    public readonly prefix: string,
  ) {
    this.grants = new LocationGrants(this);
  }

  /** `s3://bucket/prefix/`: with the slash at the end that Glue and Athena want. */
  public get uri(): string {
    return this.bucket.s3UrlForObject(this.prefix === '' ? '' : `${this.prefix}/`);
  }

  /** The ARN of the objects below, `arn:aws:s3:::bucket/prefix/*`. */
  public get objectsArn(): string {
    return this.bucket.arnForObjects(this.prefix === '' ? '*' : `${this.prefix}/*`);
  }

  /**
   * A location below this one.
   *
   * @param prefix relative to this location's prefix
   */
  public location(prefix: string): DataLocation {
    const below = normalize(prefix);
    return new DataLocation(this.bucket, [this.prefix, below].filter((part) => part !== '').join('/'));
  }
}

/**
 * Gives access to exactly one location: `prefix` and `prefix/*`, never `prefix-of-another`.
 *
 * Each grant has the half on the bucket (list, restricted to the prefix), on the objects and on the bucket's KMS key, and
 * goes into the bucket's policy as well when the grantee lives in another account.
 */
export class LocationGrants {
  /** @internal */
  public constructor(private readonly location: DataLocation) {}

  /**
   * List and read.
   *
   * @param grantee who may read
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    return this.list(grantee)
      .combine(this.onObjects(grantee, ['s3:GetObject', 's3:GetObjectVersion']))
      .combine(this.onKey(grantee, ['kms:Decrypt', 'kms:DescribeKey']));
  }

  /**
   * Put objects, with multipart uploads; neither read nor delete.
   *
   * @param grantee who may write
   */
  public write(grantee: iam.IGrantable): iam.Grant {
    return this.onBucket(grantee, ['s3:GetBucketLocation', 's3:ListBucketMultipartUploads'])
      .combine(
        this.onObjects(grantee, [
          's3:PutObject',
          's3:PutObjectTagging',
          's3:AbortMultipartUpload',
          's3:ListMultipartUploadParts',
        ]),
      )
      .combine(this.onKey(grantee, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']));
  }

  /**
   * `read` and `write`; no delete.
   *
   * @param grantee who may read and write
   */
  public readWrite(grantee: iam.IGrantable): iam.Grant {
    return this.read(grantee).combine(this.write(grantee));
  }

  /**
   * Delete objects: in a versioned bucket this writes delete markers, versions stay.
   *
   * @param grantee who may delete
   */
  public delete(grantee: iam.IGrantable): iam.Grant {
    return this.list(grantee).combine(this.onObjects(grantee, ['s3:DeleteObject']));
  }

  private list(grantee: iam.IGrantable): iam.Grant {
    const { prefix, bucket } = this.location;
    const location = this.onBucket(grantee, ['s3:GetBucketLocation']);
    const actions = ['s3:ListBucket'];
    if (prefix === '') return location.combine(this.onBucket(grantee, actions));

    const conditions = { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] } };
    const resourceArns = [bucket.bucketArn];
    const list = iam.Grant.addToPrincipal({ grantee, actions, resourceArns, conditions });
    // Grant.addToPrincipalOrResource leaves conditions out of the bucket's policy: another account would list all of it
    if (location.resourceStatements.length > 0) {
      const principals = [grantee.grantPrincipal];
      bucket.addToResourcePolicy(new iam.PolicyStatement({ principals, actions, resources: resourceArns, conditions }));
    }
    return location.combine(list);
  }

  private onBucket(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const { bucket } = this.location;
    return iam.Grant.addToPrincipalOrResource({
      grantee,
      actions,
      resourceArns: [bucket.bucketArn],
      resource: bucket,
    });
  }

  private onObjects(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const { bucket, objectsArn } = this.location;
    return iam.Grant.addToPrincipalOrResource({ grantee, actions, resourceArns: [objectsArn], resource: bucket });
  }

  private onKey(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const key = this.location.bucket.encryptionKey;
    if (!key) return iam.Grant.drop(grantee, 'the bucket has no customer managed key');
    const principal = grantee.grantPrincipal;
    const [home, away] = [Stack.of(key), Construct.isConstruct(principal) ? Stack.of(principal) : undefined];
    if (!away || (away.account === home.account && away.region === home.region)) return key.grant(grantee, ...actions);

    // The key's id isn't known in another account or region. key.grant would give all keys there are, the grantee's own
    // included; this gives those that live where this one does, and of them its policy opens this one.
    const keys = home.formatArn({ service: 'kms', resource: 'key', resourceName: '*' });
    const onPrincipal = iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [keys] });
    if (away.account !== home.account) {
      key.addToResourcePolicy(new iam.PolicyStatement({ principals: [principal], actions, resources: ['*'] }));
    }
    return onPrincipal;
  }
}

function normalize(prefix: string): string {
  if (Token.isUnresolved(prefix)) return prefix.replace(/\/$/, '');
  const trimmed = prefix.replace(/^\//, '').replace(/\/$/, '');
  const segments = trimmed.split('/');
  const bad = trimmed !== '' && segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (bad || /[*?]/.test(trimmed)) {
    throw new Error(
      LakeError.message(
        'InvalidPrefix',
        `prefix "${prefix}"`,
        'segments separated by single slashes, without ".", "..", "*" and "?"',
        'write it like "sales/orders"',
      ),
    );
  }
  return trimmed;
}
