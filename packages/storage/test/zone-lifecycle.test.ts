import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AccessLogs, Zone, ZoneEncryption, ZoneLifecycle } from '../src';

const days = Duration.days;

/** The lifecycle and tiering configuration of a zone's bucket. */
function rendered(lifecycle?: ZoneLifecycle): { rules: Record<string, unknown>[]; tiering?: unknown } {
  const stack = new Stack(new App(), 'Lake');
  new Zone(stack, 'Raw', {
    zoneName: 'raw',
    accessLogs: AccessLogs.none(),
    encryption: ZoneEncryption.s3Managed(),
    ...(lifecycle ? { lifecycle } : {}),
  });
  const [bucket] = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket'));
  return {
    rules: bucket?.Properties.LifecycleConfiguration?.Rules ?? [],
    tiering: bucket?.Properties.IntelligentTieringConfigurations,
  };
}

const standard = {
  Id: 'Zone',
  Status: 'Enabled',
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  NoncurrentVersionExpiration: { NoncurrentDays: 90 },
  ExpiredObjectDeleteMarker: true,
};

describe('presets', () => {
  test('by default objects stay, old versions and unfinished uploads go', () => {
    expect(rendered().rules).toEqual([standard]);
    expect(rendered(ZoneLifecycle.standard()).rules).toEqual([standard]);
  });

  test('tiered moves objects to Intelligent-Tiering at once', () => {
    const transitions = [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }];
    expect(rendered(ZoneLifecycle.tiered()).rules).toEqual([{ ...standard, Transitions: transitions }]);
  });

  test('none leaves no rule', () => {
    expect(rendered(ZoneLifecycle.none())).toEqual({ rules: [] });
  });
});

describe('what can be changed', () => {
  test('each part can be switched off', () => {
    const off = ZoneLifecycle.tiered()
      .expireAfter(days(400))
      .archiveTiers({ archiveAfter: days(90) })
      .withoutTransitions()
      .withoutExpiry()
      .keepNoncurrentVersions()
      .keepUploads();
    expect(rendered(off)).toEqual({ rules: [] });
  });

  test('the classes, whatever order they are named in', () => {
    const lifecycle = ZoneLifecycle.none()
      .deepArchiveAfter(days(400))
      .infrequentAccessAfter(days(30))
      .glacierAfter(days(180))
      .glacierInstantRetrievalAfter(days(90));
    expect(rendered(lifecycle).rules[0]?.Transitions).toEqual([
      { StorageClass: 'STANDARD_IA', TransitionInDays: 30 },
      { StorageClass: 'GLACIER_IR', TransitionInDays: 90 },
      { StorageClass: 'GLACIER', TransitionInDays: 180 },
      { StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 400 },
    ]);
  });

  test('naming a class again replaces its age', () => {
    const lifecycle = ZoneLifecycle.tiered().intelligentTieringAfter(days(10));
    expect(rendered(lifecycle).rules[0]?.Transitions).toEqual([
      { StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 10 },
    ]);
  });

  test('the archive tiers of Intelligent-Tiering', () => {
    const lifecycle = ZoneLifecycle.tiered().archiveTiers({ archiveAfter: days(90), deepArchiveAfter: days(180) });
    expect(rendered(lifecycle).tiering).toEqual([
      {
        Id: 'ArchiveTiers',
        Status: 'Enabled',
        Tierings: [
          { AccessTier: 'ARCHIVE_ACCESS', Days: 90 },
          { AccessTier: 'DEEP_ARCHIVE_ACCESS', Days: 180 },
        ],
      },
    ]);
  });

  test('expiry, and how many old versions stay', () => {
    const lifecycle = ZoneLifecycle.none().expireAfter(days(30)).expireNoncurrentVersionsAfter(days(5), 3);
    expect(rendered(lifecycle).rules).toEqual([
      {
        Id: 'Zone',
        Status: 'Enabled',
        ExpirationInDays: 30,
        NoncurrentVersionExpiration: { NoncurrentDays: 5, NewerNoncurrentVersions: 3 },
      },
    ]);
  });

  test('a prefix has rules of its own, and covers what is below it alone', () => {
    const lifecycle = ZoneLifecycle.none().forPrefix('/landing/', ZoneLifecycle.none().expireAfter(days(7)));
    expect(rendered(lifecycle).rules).toEqual([
      { Id: 'Prefix-landing', Status: 'Enabled', Prefix: 'landing/', ExpirationInDays: 7 },
    ]);
  });

  test('naming a prefix again replaces its rules', () => {
    const rules = ZoneLifecycle.none().expireAfter(days(7));
    const lifecycle = ZoneLifecycle.none()
      .forPrefix('a', rules)
      .forPrefix('a/', rules.expireAfter(days(8)));
    expect(rendered(lifecycle).rules).toMatchObject([{ Prefix: 'a/', ExpirationInDays: 8 }]);
  });

  test('a lifecycle never changes: a variation is another one', () => {
    const base = ZoneLifecycle.standard();
    base.expireAfter(days(1)).keepUploads();
    expect(rendered(base).rules).toEqual([standard]);
  });

  test('an age that is known at deployment only', () => {
    const age = Duration.days(Token.asNumber({ Ref: 'Days' }));
    expect(() => ZoneLifecycle.none().infrequentAccessAfter(age).expireAfter(age)._render()).not.toThrow();
  });
});

describe('what is refused', () => {
  test.each<[string, () => ZoneLifecycle]>([
    ['"0 days" for expireAfter', () => ZoneLifecycle.none().expireAfter(days(0))],
    ['"0 days" for abortUploadsAfter', () => ZoneLifecycle.none().abortUploadsAfter(days(0))],
    ['"101" noncurrent versions', () => ZoneLifecycle.none().expireNoncurrentVersionsAfter(days(1), 101)],
    ['archiveTiers without a tier', () => ZoneLifecycle.none().archiveTiers({})],
    ['"89 days" for archiveAfter', () => ZoneLifecycle.none().archiveTiers({ archiveAfter: days(89) })],
    ['"731 days" for deepArchiveAfter', () => ZoneLifecycle.none().archiveTiers({ deepArchiveAfter: days(731) })],
    ['STANDARD_IA after 29 days', () => ZoneLifecycle.none().infrequentAccessAfter(days(29))],
    [
      'STANDARD_IA after 30 days, GLACIER_IR after 59',
      () => ZoneLifecycle.none().infrequentAccessAfter(days(30)).glacierInstantRetrievalAfter(days(59)),
    ],
    [
      'GLACIER after 30 days, DEEP_ARCHIVE after 30',
      () => ZoneLifecycle.none().glacierAfter(days(30)).deepArchiveAfter(days(30)),
    ],
    ['GLACIER after 30 days, expiry after 30', () => ZoneLifecycle.none().glacierAfter(days(30)).expireAfter(days(30))],
    ['the prefix "/"', () => ZoneLifecycle.none().forPrefix('/', ZoneLifecycle.standard())],
    ['the prefix "a*"', () => ZoneLifecycle.none().forPrefix('a*', ZoneLifecycle.standard())],
    [
      'prefixes for the prefix "a"',
      () => ZoneLifecycle.none().forPrefix('a', ZoneLifecycle.none().forPrefix('b', ZoneLifecycle.standard())),
    ],
  ])('%s', (message, make) => {
    expect(() => rendered(make())).toThrow(/^InvalidLifecycle: /);
    expect(() => rendered(make())).toThrow(message);
  });
});

test('whatever is accepted descends: classes get colder as objects age, and expiry comes last', () => {
  const age = fc.integer({ min: 0, max: 500 });
  const steps = fc.record({ it: age, ir: age, gl: age, da: age, expiry: age }, { requiredKeys: [] });
  fc.assert(
    fc.property(steps, ({ it, ir, gl, da, expiry }) => {
      let lifecycle = ZoneLifecycle.none();
      if (it !== undefined) lifecycle = lifecycle.intelligentTieringAfter(days(it));
      if (ir !== undefined) lifecycle = lifecycle.glacierInstantRetrievalAfter(days(ir));
      if (gl !== undefined) lifecycle = lifecycle.glacierAfter(days(gl));
      if (da !== undefined) lifecycle = lifecycle.deepArchiveAfter(days(da));
      const ages = [it, ir, gl, da].filter((each) => each !== undefined);
      const descends = ages.every((each, i) => i === 0 || each > (ages[i - 1] as number));
      const expires = expiry === undefined || (expiry >= 1 && ages.every((each) => each < expiry));
      try {
        if (expiry !== undefined) lifecycle = lifecycle.expireAfter(days(expiry));
        lifecycle._render();
        return descends && expires;
      } catch (error) {
        return /^InvalidLifecycle: /.test((error as Error).message) && !(descends && expires);
      }
    }),
  );
});
