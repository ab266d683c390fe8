import { createHash } from 'node:crypto';
import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { databaseUrl } from '../database-urls';
import { type LakeContext, type Operation, type ResourceHandler, ServiceError, type ServiceFactory } from '../service';
import { generatePassword, generateSecretString } from './generate';
import { type Secret, Secrets } from './secrets';

/** Secrets of the template and of programs. Values are never part of a message. */
export const secretsmanager: ServiceFactory = (lake) => {
  const secrets = new Secrets(lake);
  return {
    name: 'secretsmanager',
    protocol: { kind: 'json', version: '1.1', target: 'secretsmanager' },
    resources: {
      'AWS::SecretsManager::Secret': secretResource(secrets),
      'AWS::SecretsManager::SecretTargetAttachment': {
        classification: 'recorded',
        note: "the database's address is not added to the secret",
      },
      'AWS::SecretsManager::ResourcePolicy': {
        classification: 'recorded',
        note: 'resource policies are not evaluated',
      },
      'AWS::SecretsManager::RotationSchedule': { classification: 'recorded', note: 'nothing is rotated' },
    },
    operations: operations(lake, secrets),
    tasks: {},
  };
};

function secretResource(secrets: Secrets): ResourceHandler {
  return {
    classification: 'executed',
    apply: async (resource) => {
      const { Description, Tags, SecretString, GenerateSecretString } = resource.properties;
      const name = secretName(resource);
      const found = secrets.find(name) ?? secrets.create(name, resource.physicalId, { Description, Tags });
      const secret = secrets.move(found, resource.physicalId);
      if (SecretString !== undefined) {
        if (secret.current?.SecretString !== String(SecretString))
          secrets.putValue(secret, { SecretString: String(SecretString) });
      } else if (secret.current === undefined) {
        // Once only: what was connected with it on the last run still fits.
        secrets.putValue(secret, { SecretString: generateSecretString(GenerateSecretString ?? {}) });
      }
    },
  };
}

/** `Ref` of a secret is its ARN, `…:secret:<name>-<random characters>`. */
function secretName({ properties, physicalId }: LakeResource): string {
  if (properties.Name !== undefined) return String(properties.Name);
  const id = physicalId.split(':secret:').at(-1) ?? physicalId;
  return physicalId.startsWith('arn:') ? id.replace(/-[A-Za-z0-9]+$/, '') : id;
}

function operations(lake: LakeContext, secrets: Secrets): Readonly<Record<string, Operation>> {
  const newArn = (name: string) => {
    const suffix = createHash('sha256').update(name).digest('base64url').replace(/[-_]/g, 'x').slice(0, 6);
    return `arn:${lake.partition}:secretsmanager:${lake.region}:${lake.account}:secret:${name}-${suffix}`;
  };

  return {
    CreateSecret: async (input: ApiShape) => {
      const { Name, Description, Tags, SecretString, SecretBinary, ClientRequestToken } = input;
      if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(Name ?? '')) {
        throw new ServiceError(
          'ValidationException',
          'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
        );
      }
      if (secrets.find(Name) !== undefined) {
        throw new ServiceError(
          'ResourceExistsException',
          `The operation failed because the secret ${Name} already exists.`,
        );
      }
      const secret = secrets.create(Name, newArn(Name), { Description, Tags });
      if (SecretString === undefined && SecretBinary === undefined) return { ARN: secret.ARN, Name };
      const { current } = secrets.putValue(secret, { SecretString, SecretBinary }, ClientRequestToken);
      return { ARN: secret.ARN, Name, VersionId: current?.VersionId };
    },
    GetSecretValue: async ({ SecretId, VersionId, VersionStage = 'AWSCURRENT' }: ApiShape) => {
      const mapped =
        VersionId === undefined && VersionStage === 'AWSCURRENT' && (await mappedSecret(lake, secrets, SecretId));
      if (mapped) return mapped;
      const secret = secrets.get(SecretId);
      const versions = [
        { stage: 'AWSCURRENT', value: secret.current },
        { stage: 'AWSPREVIOUS', value: secret.previous },
      ];
      const found = versions.find(({ stage, value }) =>
        VersionId ? value?.VersionId === VersionId : stage === VersionStage,
      );
      if (found?.value === undefined) {
        throw new ServiceError(
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for ${VersionId ? `VersionId: ${VersionId}` : `staging label: ${VersionStage}`}`,
        );
      }
      return { ARN: secret.ARN, Name: secret.Name, ...found.value, VersionStages: [found.stage] };
    },
    PutSecretValue: async ({ SecretId, SecretString, SecretBinary, ClientRequestToken }: ApiShape) => {
      const secret = secrets.putValue(secrets.get(SecretId), { SecretString, SecretBinary }, ClientRequestToken);
      return {
        ARN: secret.ARN,
        Name: secret.Name,
        VersionId: secret.current?.VersionId,
        VersionStages: ['AWSCURRENT'],
      };
    },
    UpdateSecret: async ({ SecretId, Description, SecretString, SecretBinary, ClientRequestToken }: ApiShape) => {
      let secret = secrets.get(SecretId);
      if (Description !== undefined) secret = secrets.describe(secret, { Description });
      if (SecretString === undefined && SecretBinary === undefined) return { ARN: secret.ARN, Name: secret.Name };
      secret = secrets.putValue(secret, { SecretString, SecretBinary }, ClientRequestToken);
      return { ARN: secret.ARN, Name: secret.Name, VersionId: secret.current?.VersionId };
    },
    DescribeSecret: async ({ SecretId }: ApiShape) => ({
      ...describe(secrets.get(SecretId)),
      VersionIdsToStages: stages(secrets.get(SecretId)),
    }),
    ListSecrets: async ({ Filters = [], MaxResults = 100, NextToken }: ApiShape) => {
      const start = Number(NextToken ?? 0);
      const found = secrets
        .all()
        .filter((secret) => (Filters as ApiShape[]).every((filter) => matches(secret, filter)));
      const next = start + MaxResults;
      return {
        SecretList: found
          .slice(start, next)
          .map((secret) => ({ ...describe(secret), SecretVersionsToStages: stages(secret) })),
        NextToken: next < found.length ? String(next) : undefined,
      };
    },
    DeleteSecret: async ({ SecretId }: ApiShape) => {
      const secret = secrets.get(SecretId);
      secrets.remove(secret);
      return { ARN: secret.ARN, Name: secret.Name, DeletionDate: lake.clock.now() };
    },
    GetRandomPassword: async (input: ApiShape) => ({ RandomPassword: generatePassword(input) }),
  };
}

/** Who logs in with a secret in whose place the configuration names a database logs in to that one. */
async function mappedSecret(lake: LakeContext, secrets: Secrets, id: string): Promise<ApiShape> {
  const secret = secrets.find(id);
  const url = await databaseUrl(lake, secret?.ARN ?? id, secret ? [secret.Name] : []);
  if (url === undefined) return undefined;
  const login = {
    engine: url.protocol.replace(/:$/, ''),
    host: url.hostname,
    port: Number(url.port),
    dbname: decodeURIComponent(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
  return {
    ...{ ARN: secret?.ARN ?? id, Name: secret?.Name ?? id, VersionId: secret?.current?.VersionId ?? 'lakewright' },
    SecretString: JSON.stringify(login),
    VersionStages: ['AWSCURRENT'],
  };
}

function describe({ Name, ARN, Description, Tags, CreatedDate, LastChangedDate }: Secret): Record<string, unknown> {
  return { Name, ARN, Description, Tags: Tags ?? [], CreatedDate, LastChangedDate };
}

function stages({ current, previous }: Secret): Record<string, string[]> {
  return {
    ...(previous && { [previous.VersionId]: ['AWSPREVIOUS'] }),
    ...(current && { [current.VersionId]: ['AWSCURRENT'] }),
  };
}

function matches(secret: Secret, { Key, Values }: ApiShape): boolean {
  const texts: string[] = Values;
  if (Key === 'name') return texts.some((text) => secret.Name.startsWith(text));
  if (Key === 'description') return texts.some((text) => (secret.Description ?? '').startsWith(text));
  if (Key === 'tag-key') return texts.some((text) => (secret.Tags ?? []).some(({ Key: key }) => key.startsWith(text)));
  throw new ServiceError('InvalidParameterException', `the filter "${Key}" isn't done by Lakewright`);
}
