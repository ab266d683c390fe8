import { LakeError } from '@lakewright/core';
import type { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';

export interface TransitionStep {
  readonly storageClass: s3.StorageClass;
  readonly age: Duration;
}

/** What a `ZoneLifecycle` has gathered. */
export interface LifecycleState {
  readonly transitions: TransitionStep[];
  readonly archive?: { readonly archiveAfter?: Duration; readonly deepArchiveAfter?: Duration };
  readonly expiration?: Duration;
  readonly noncurrentExpiration?: Duration;
  readonly noncurrentKept?: number;
  readonly abortUploads?: Duration;
  readonly prefixes: { readonly prefix: string; readonly state: LifecycleState }[];
}

/** One lifecycle rule for the zone, one for each prefix, and the Intelligent-Tiering configuration. */
export function renderRules(
  state: LifecycleState,
): Pick<s3.BucketProps, 'lifecycleRules' | 'intelligentTieringConfigurations'> {
  const rules = [
    ...rule('Zone', state),
    ...state.prefixes.flatMap(({ prefix, state: below }) => rule(`Prefix-${prefix}`, below, `${prefix}/`)),
  ];
  const { archive } = state;
  return {
    ...(rules.length > 0 ? { lifecycleRules: rules } : {}),
    ...(archive
      ? {
          intelligentTieringConfigurations: [
            {
              name: 'ArchiveTiers',
              archiveAccessTierTime: archive.archiveAfter,
              deepArchiveAccessTierTime: archive.deepArchiveAfter,
            },
          ],
        }
      : {}),
  };
}

/** The order in which S3 lets objects descend. */
const WATERFALL = [
  s3.StorageClass.INFREQUENT_ACCESS,
  s3.StorageClass.INTELLIGENT_TIERING,
  s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
  s3.StorageClass.GLACIER,
  s3.StorageClass.DEEP_ARCHIVE,
].map(String);

function rule(id: string, state: LifecycleState, prefix?: string): s3.LifecycleRule[] {
  const { expiration, noncurrentExpiration, noncurrentKept, abortUploads } = state;
  const transitions = inOrder(state);
  if (transitions.length === 0 && !expiration && !noncurrentExpiration && !abortUploads) return [];
  return [
    {
      id,
      ...(prefix ? { prefix } : {}),
      ...(transitions.length > 0
        ? { transitions: transitions.map(({ storageClass, age }) => ({ storageClass, transitionAfter: age })) }
        : {}),
      ...(expiration ? { expiration } : {}),
      ...(noncurrentExpiration
        ? { noncurrentVersionExpiration: noncurrentExpiration, noncurrentVersionsToRetain: noncurrentKept }
        : {}),
      // a delete marker without versions behind it is only in the way; with an expiry S3 removes it by itself
      ...(noncurrentExpiration && !expiration ? { expiredObjectDeleteMarker: true } : {}),
      ...(abortUploads ? { abortIncompleteMultipartUploadAfter: abortUploads } : {}),
    },
  ];
}

/** The steps by class, warmest first; refuses an order that S3 refuses at deployment. */
function inOrder(state: LifecycleState): TransitionStep[] {
  const steps = [...state.transitions].sort((a, b) => rank(a) - rank(b));
  steps.forEach((step, index) => {
    if (step.age.isUnresolved()) return;
    const days = step.age.toDays();
    if (String(step.storageClass) === String(s3.StorageClass.INFREQUENT_ACCESS) && days < 30) {
      throw refuse(`${step.storageClass} after ${days} days`, '30 days at least in S3 Standard before', 'wait 30 days');
    }
    const next = steps[index + 1];
    const nextDays = next && !next.age.isUnresolved() ? next.age.toDays() : Number.POSITIVE_INFINITY;
    const stay = String(step.storageClass) === String(s3.StorageClass.INFREQUENT_ACCESS) ? 30 : 1;
    if (nextDays < days + stay) {
      throw refuse(
        `${step.storageClass} after ${days} days, ${next?.storageClass} after ${nextDays}`,
        `each colder class ${stay === 1 ? 'later' : `${stay} days later`} than the warmer one`,
        'put the ages in that order',
      );
    }
    const { expiration } = state;
    if (expiration && !expiration.isUnresolved() && expiration.toDays() <= days) {
      throw refuse(
        `${step.storageClass} after ${days} days, expiry after ${expiration.toDays()}`,
        'expiry later than every transition',
        'expire later, or drop the transition',
      );
    }
  });
  return steps;
}

function rank(step: TransitionStep): number {
  return WATERFALL.indexOf(String(step.storageClass));
}

function refuse(wrote: string, allowed: string, change: string): Error {
  return new Error(LakeError.message('InvalidLifecycle', wrote, allowed, change));
}
