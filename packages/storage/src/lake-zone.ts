import type * as s3 from 'aws-cdk-lib/aws-s3';
import { checkedName } from './private/zone-name';
import type { ZoneOptions } from './zone';

/** A zone of a `LakeStorage`: created by it, or a bucket of one's own. */
export class LakeZone {
  /**
   * A zone that the storage creates.
   *
   * @param zoneName lower-case letters, digits, `-` and `_`
   * @param options what differs from the storage's
   */
  public static create(zoneName: string, options: ZoneOptions = {}): LakeZone {
    return new LakeZone(checkedName(zoneName), options);
  }

  /**
   * A bucket of one's own as a zone: nothing about it is changed.
   *
   * @param zoneName lower-case letters, digits, `-` and `_`
   * @param bucket created or imported
   */
  public static ofBucket(zoneName: string, bucket: s3.IBucket): LakeZone {
    return new LakeZone(checkedName(zoneName), {}, bucket);
  }

  private constructor(
    /** The zone's name in the lake. */
    public readonly zoneName: string,
    /** @internal */
    public readonly _options: ZoneOptions,
    /** @internal */
    public readonly _bucket?: s3.IBucket,
  ) {}
}
