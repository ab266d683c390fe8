import { describe, expect, it } from 'vitest';
import { resource, temporaryLake } from '../../server/temporary-lake';

describe('a KMS key of the template', () => {
  const key = resource('AWS::KMS::Key', 'key-id', { arn: 'arn:key', properties: { EnableKeyRotation: true } });
  const alias = resource('AWS::KMS::Alias', 'alias/lake', { properties: { TargetKeyId: 'arn:key' } });

  it('is described by id, ARN and alias', async () => {
    const lake = await temporaryLake({ resources: [key, alias] });
    for (const KeyId of ['key-id', 'arn:key', 'alias/lake']) {
      expect(await lake.call('kms', 'DescribeKey', { KeyId })).toMatchObject({
        KeyMetadata: { KeyId: 'key-id', Enabled: true },
      });
    }
    expect(await lake.call('kms', 'GetKeyRotationStatus', { KeyId: 'key-id' })).toEqual({ KeyRotationEnabled: true });
    await expect(lake.call('kms', 'DescribeKey', { KeyId: 'none' })).rejects.toMatchObject({
      code: 'NotFoundException',
    });
  });

  it('encrypts nothing, and says so', async () => {
    const lake = await temporaryLake({ resources: [key] });
    expect(lake.service('kms').resources['AWS::KMS::Key']).toMatchObject({
      classification: 'recorded',
      note: expect.stringContaining('unencrypted'),
    });
    expect(Object.keys(lake.service('kms').operations)).not.toContain('Encrypt');
  });
});
