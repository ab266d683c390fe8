import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError, type ServiceFactory } from '../service';

/** Keys are known by name; nothing is encrypted with them, since the files of a laptop's lake stay readable. */
export const kms: ServiceFactory = (lake) => ({
  name: 'kms',
  protocol: { kind: 'json', version: '1.1', target: 'TrentService' },
  resources: {
    'AWS::KMS::Key': { classification: 'recorded', note: 'objects are kept unencrypted' },
    'AWS::KMS::Alias': { classification: 'recorded', note: 'objects are kept unencrypted' },
  },
  operations: operations(lake),
  tasks: {},
});

function operations(lake: LakeContext): Readonly<Record<string, Operation>> {
  const keys = () => lake.resources.filter(({ type }) => type === 'AWS::KMS::Key');
  const aliases = () => lake.resources.filter(({ type }) => type === 'AWS::KMS::Alias');

  return {
    ListKeys: async () => ({
      Keys: keys().map(({ physicalId, arn }) => ({ KeyId: physicalId, KeyArn: arn })),
      Truncated: false,
    }),
    ListAliases: async () => ({
      Aliases: aliases().map(({ physicalId, properties }) => ({
        AliasName: physicalId,
        TargetKeyId: String(properties.TargetKeyId).split('/').at(-1),
      })),
      Truncated: false,
    }),
    DescribeKey: async ({ KeyId }: ApiShape) => {
      const alias = aliases().find(({ physicalId, arn }) => physicalId === KeyId || arn === KeyId);
      const wanted = alias === undefined ? KeyId : alias.properties.TargetKeyId;
      const key = keys().find(({ physicalId, arn }) => physicalId === wanted || arn === wanted);
      if (key === undefined) throw new ServiceError('NotFoundException', `Key '${KeyId}' does not exist`);
      const {
        Description = '',
        EnableKeyRotation: _,
        KeySpec = 'SYMMETRIC_DEFAULT',
        KeyUsage = 'ENCRYPT_DECRYPT',
      } = key.properties;
      return {
        KeyMetadata: {
          AWSAccountId: lake.account,
          KeyId: key.physicalId,
          Arn: key.arn,
          Enabled: true,
          KeyState: 'Enabled',
          KeyManager: 'CUSTOMER',
          Origin: 'AWS_KMS',
          Description,
          KeySpec,
          KeyUsage,
        },
      };
    },
    GetKeyRotationStatus: async ({ KeyId }: ApiShape) => {
      const key = keys().find(({ physicalId, arn }) => physicalId === KeyId || arn === KeyId);
      if (key === undefined) throw new ServiceError('NotFoundException', `Key '${KeyId}' does not exist`);
      return { KeyRotationEnabled: String(key.properties.EnableKeyRotation) === 'true' };
    },
  };
}
