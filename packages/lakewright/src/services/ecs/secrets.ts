import type { ApiShape } from '../api-shape';
import { type Caller, type LakeContext, ServiceError } from '../service';

/**
 * The value of a container's secret: of Secrets Manager, `arn[:json-key[:stage[:version]]]`, or of the Parameter Store, by
 * name or ARN.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 */
export async function secretValue(lake: LakeContext, from: string, caller: Caller): Promise<string> {
  const [, arn, key, stage, version] =
    /^(arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+)(?::([^:]*))?(?::([^:]*))?(?::([^:]*))?$/.exec(from) ?? [];
  if (arn === undefined) {
    const Name = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(from)?.[1] ?? from;
    const { Parameter } = await lake.call('ssm', 'GetParameter', { Name, WithDecryption: true }, caller);
    return Parameter.Value;
  }
  const which = { VersionStage: stage || undefined, VersionId: version || undefined };
  const { SecretString }: ApiShape = await lake.call(
    'secretsmanager',
    'GetSecretValue',
    { SecretId: arn, ...which },
    caller,
  );
  if (!key) return SecretString;
  const value = JSON.parse(SecretString)[key];
  if (value === undefined)
    throw new ServiceError('ClientException', `retrieved secret from Secrets Manager did not contain json key ${key}`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
