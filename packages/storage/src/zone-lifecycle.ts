import { LakeError } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { type LifecycleState, renderRules, type TransitionStep } from './private/lifecycle-rules';

/** When the opt-in archive tiers of S3 Intelligent-Tiering take over. */
export interface ArchiveTiersOptions {
  /**
   * Without access for so long (90 to 730 days), objects move to the Archive Access tier.
   * @default objects don't move to the Archive Access tier
   */
  readonly archiveAfter?: Duration;
  /**
   * Without access for so long (180 to 730 days), objects move to the Deep Archive Access tier.
   * @default objects don't move to the Deep Archive Access tier
   */
  readonly deepArchiveAfter?: Duration;
}

/**
 * What becomes of objects as they age: cheaper storage classes, expiry, old versions, unfinished uploads.
 *
 * Immutable: each method returns a new lifecycle, so one can be shared and varied by zone.
 *
 * S3 leaves objects below 128 KB where they are, since moving them costs more than it saves.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
export class ZoneLifecycle {
  /**
   * Objects stay as they are for ever; versions that were overwritten or deleted expire after 90 days, and unfinished
   * multipart uploads are aborted after 7. The default.
   */
  public static standard(): ZoneLifecycle {
    return ZoneLifecycle.none().expireNoncurrentVersionsAfter(Duration.days(90)).abortUploadsAfter(Duration.days(7));
  }

  /**
   * As `standard`, and objects move to S3 Intelligent-Tiering at once: it follows the access pattern by itself, without
   * retrieval charges.
   */
  public static tiered(): ZoneLifecycle {
    return ZoneLifecycle.standard().intelligentTieringAfter(Duration.days(0));
  }

  /** No rule at all, the start for a lifecycle of one's own: objects, versions and unfinished uploads stay for ever. */
  public static none(): ZoneLifecycle {
    return new ZoneLifecycle({ transitions: [], prefixes: [] });
  }

  private constructor(private readonly state: LifecycleState) {}

  /**
   * Objects move to S3 Intelligent-Tiering.
   *
   * @param age zero days for at once
   */
  public intelligentTieringAfter(age: Duration): ZoneLifecycle {
    return this.transition(s3.StorageClass.INTELLIGENT_TIERING, age);
  }

  /**
   * Switches the archive tiers of S3 Intelligent-Tiering on. Athena, Glue and Redshift can't read objects there until they
   * have been restored.
   *
   * @param options at least one of the tiers
   * @throws `InvalidLifecycle` without a tier, or for ages out of S3's bounds
   */
  public archiveTiers(options: ArchiveTiersOptions): ZoneLifecycle {
    const { archiveAfter, deepArchiveAfter } = options;
    if (!archiveAfter && !deepArchiveAfter)
      throw invalid('archiveTiers without a tier', 'at least one tier', 'name one');
    checkTier('archiveAfter', archiveAfter, 90);
    checkTier('deepArchiveAfter', deepArchiveAfter, 180);
    return this.with({ archive: options });
  }

  /**
   * Objects move to S3 Standard-Infrequent Access: half the price, a charge for each read.
   *
   * @param age at least 30 days
   */
  public infrequentAccessAfter(age: Duration): ZoneLifecycle {
    return this.transition(s3.StorageClass.INFREQUENT_ACCESS, age);
  }

  /**
   * Objects move to S3 Glacier Instant Retrieval, the one Glacier class that queries can read.
   *
   * @param age billed for 90 days at least
   */
  public glacierInstantRetrievalAfter(age: Duration): ZoneLifecycle {
    return this.transition(s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, age);
  }

  /**
   * Objects move to S3 Glacier Flexible Retrieval. Queries skip them until they have been restored.
   *
   * @param age billed for 90 days at least
   */
  public glacierAfter(age: Duration): ZoneLifecycle {
    return this.transition(s3.StorageClass.GLACIER, age);
  }

  /**
   * Objects move to S3 Glacier Deep Archive. Queries skip them until they have been restored.
   *
   * @param age billed for 180 days at least
   */
  public deepArchiveAfter(age: Duration): ZoneLifecycle {
    return this.transition(s3.StorageClass.DEEP_ARCHIVE, age);
  }

  /** Objects stay in S3 Standard: switches off what the methods above have set. */
  public withoutTransitions(): ZoneLifecycle {
    return this.with({ transitions: [], archive: undefined });
  }

  /**
   * Objects are deleted: their last version becomes a noncurrent one.
   *
   * @param age at least one day
   */
  public expireAfter(age: Duration): ZoneLifecycle {
    checkPositive('expireAfter', age);
    return this.with({ expiration: age });
  }

  /** Objects are never deleted by age. */
  public withoutExpiry(): ZoneLifecycle {
    return this.with({ expiration: undefined });
  }

  /**
   * Versions that were overwritten or deleted are removed for good.
   *
   * @param age at least one day, from the moment they were replaced
   * @param keep so many of the newest noncurrent versions stay in any case, 1 to 100; none if left out
   */
  public expireNoncurrentVersionsAfter(age: Duration, keep?: number): ZoneLifecycle {
    checkPositive('expireNoncurrentVersionsAfter', age);
    if (keep !== undefined && !(keep >= 1 && keep <= 100)) {
      throw invalid(`"${keep}" noncurrent versions to keep`, '1 to 100', 'leave it out to keep none');
    }
    return this.with({ noncurrentExpiration: age, noncurrentKept: keep });
  }

  /** Versions that were overwritten or deleted stay for ever. */
  public keepNoncurrentVersions(): ZoneLifecycle {
    return this.with({ noncurrentExpiration: undefined, noncurrentKept: undefined });
  }

  /**
   * Multipart uploads that nobody completed are aborted, and what they cost ends.
   *
   * @param age at least one day, from the start of the upload
   */
  public abortUploadsAfter(age: Duration): ZoneLifecycle {
    checkPositive('abortUploadsAfter', age);
    return this.with({ abortUploads: age });
  }

  /** Multipart uploads that nobody completed stay, and cost, for ever. */
  public keepUploads(): ZoneLifecycle {
    return this.with({ abortUploads: undefined });
  }

  /**
   * Further rules for the objects below a prefix; where two rules say different things, S3 takes the earlier expiry and the
   * cheaper class.
   *
   * @param prefix like `landing`, without wildcards
   * @param lifecycle what holds there
   * @throws `InvalidLifecycle` for a wildcard, and for archive tiers or prefixes inside of `lifecycle`
   */
  public forPrefix(prefix: string, lifecycle: ZoneLifecycle): ZoneLifecycle {
    if (lifecycle.state.archive || lifecycle.state.prefixes.length > 0) {
      throw invalid(
        `archive tiers or prefixes for the prefix "${prefix}"`,
        'transitions, expiry, versions and uploads',
        'set archive tiers and prefixes on the zone',
      );
    }
    const trimmed = prefix.replace(/^\/|\/$/g, '');
    if (trimmed === '' || /[*?]|\/\//.test(trimmed)) {
      throw invalid(
        `the prefix "${prefix}"`,
        'a prefix without wildcards and empty segments',
        'write it like "landing"',
      );
    }
    const others = this.state.prefixes.filter((each) => each.prefix !== trimmed);
    return this.with({ prefixes: [...others, { prefix: trimmed, state: lifecycle.state }] });
  }

  /**
   * The upstream bucket's props.
   *
   * @internal
   */
  public _render(): Pick<s3.BucketProps, 'lifecycleRules' | 'intelligentTieringConfigurations'> {
    return renderRules(this.state);
  }

  private with(change: Partial<LifecycleState>): ZoneLifecycle {
    return new ZoneLifecycle({ ...this.state, ...change });
  }

  private transition(storageClass: s3.StorageClass, age: Duration): ZoneLifecycle {
    const others = this.state.transitions.filter((step) => step.storageClass !== storageClass);
    const transitions: TransitionStep[] = [...others, { storageClass, age }];
    return this.with({ transitions });
  }
}

function checkPositive(name: string, age: Duration): void {
  if (!age.isUnresolved() && age.toDays() < 1) {
    throw invalid(`"${age.toHumanString()}" for ${name}`, 'one day at least', 'give whole days');
  }
}

function checkTier(name: string, age: Duration | undefined, least: number): void {
  if (age && !age.isUnresolved() && (age.toDays() < least || age.toDays() > 730)) {
    throw invalid(`"${age.toHumanString()}" for ${name}`, `${least} to 730 days`, 'choose an age in these bounds');
  }
}

function invalid(wrote: string, allowed: string, change: string): Error {
  return new Error(LakeError.message('InvalidLifecycle', wrote, allowed, change));
}
