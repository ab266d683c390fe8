import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, test } from 'vitest';
import { LakeEnvironment, LakeError, PermissionModel } from '../src';

describe('an environment', () => {
  test('production keeps data and a year of logs', () => {
    expect(LakeEnvironment.production()).toMatchObject({
      name: 'production',
      removalPolicy: RemovalPolicy.RETAIN,
      logRetention: RetentionDays.ONE_YEAR,
      destroysData: false,
    });
  });

  test('a sandbox leaves nothing behind', () => {
    expect(LakeEnvironment.sandbox()).toMatchObject({
      name: 'sandbox',
      removalPolicy: RemovalPolicy.DESTROY,
      logRetention: RetentionDays.ONE_WEEK,
      destroysData: true,
    });
  });

  test("one's own is production but for what it says", () => {
    expect(LakeEnvironment.custom('staging')).toMatchObject({ name: 'staging', destroysData: false });
    const staging = LakeEnvironment.custom('staging', { removalPolicy: RemovalPolicy.DESTROY });
    expect(staging).toMatchObject({ destroysData: true, logRetention: RetentionDays.ONE_YEAR });
  });

  test.each([RemovalPolicy.SNAPSHOT, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE])(
    '%s destroys no data',
    (removalPolicy) => {
      expect(LakeEnvironment.custom('x', { removalPolicy }).destroysData).toBe(false);
    },
  );
});

test.each([
  [PermissionModel.iam(), 'iam', true, false],
  [PermissionModel.hybrid(), 'hybrid', true, true],
  [PermissionModel.lakeFormation(), 'lakeFormation', false, true],
])('a permission model says which halves a grant has', (model, name, usesIam, usesLakeFormation) => {
  expect(model).toMatchObject({ name, usesIam, usesLakeFormation });
});

test('an error starts with its code, then says what was written, what is allowed and what to change', () => {
  expect(LakeError.message('Code', 'x "1"', 'y', 'do z')).toBe('Code: x "1" → y → do z');
});
