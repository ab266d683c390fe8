import type { LakeEnvironment } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** How the objects of a zone are encrypted at rest. */
export class ZoneEncryption {
  /**
   * SSE-KMS with one customer managed key for the whole lake: rotated each year, with S3 Bucket Keys. The default.
   *
   * `LakeStorage` creates the key once for all its zones; a `Zone` on its own creates its own.
   */
  public static lakeKey(): ZoneEncryption {
    return new ZoneEncryption(true);
  }

  /** SSE-S3: keys that S3 owns, without cost, without a key policy and without a trail of their use. */
  public static s3Managed(): ZoneEncryption {
    return new ZoneEncryption(false);
  }

  /**
   * SSE-KMS with a key of one's own, with S3 Bucket Keys.
   *
   * @param key a symmetric encryption key, created or imported
   */
  public static ofKey(key: kms.IKey): ZoneEncryption {
    return new ZoneEncryption(true, key);
  }

  private constructor(
    private readonly usesKms: boolean,
    private readonly key?: kms.IKey,
  ) {}

  /**
   * The key to encrypt with, created in `scope` when nobody handed one in; undefined with SSE-S3.
   *
   * @internal
   */
  public _bind(scope: Construct, environment: LakeEnvironment): kms.IKey | undefined {
    if (!this.usesKms) return undefined;
    if (this.key) return this.key;
    return new kms.Key(scope, 'Key', {
      description: `Encrypts the data of ${scope.node.path}`,
      enableKeyRotation: true,
      removalPolicy: environment.removalPolicy,
      ...(environment.destroysData ? { pendingWindow: Duration.days(7) } : {}),
    });
  }
}
