import { createHash, randomUUID } from 'node:crypto';
import { findPrincipal } from '../../server/principal';
import type { ApiShape } from '../api-shape';
import { type Caller, type LakeContext, type Operation, ServiceError, type ServiceFactory } from '../service';

const HOUR = 3_600;

/** Says who the caller is, and gives credentials of other personas: their access-key id is the role's name. */
export const sts: ServiceFactory = (lake) => ({
  name: 'sts',
  protocol: { kind: 'query', xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/' },
  resources: {},
  operations: operations(lake),
  tasks: {},
});

function operations(lake: LakeContext): Readonly<Record<string, Operation>> {
  const { account, partition } = lake;
  const arn = (resource: string) => `arn:${partition}:sts::${account}:${resource}`;

  const assumeRole: Operation = async ({ RoleArn, RoleSessionName, DurationSeconds }: ApiShape) => {
    const role =
      String(RoleArn ?? '')
        .split('/')
        .at(-1) ?? '';
    const principal = findPrincipal(lake.resources, role);
    if (principal === undefined || !isRole(lake, principal)) {
      throw new ServiceError(
        'AccessDenied',
        `"${RoleArn}" is no role of the lake → known roles: ${roleNames(lake).join(', ') || 'none'}`,
        403,
      );
    }
    return {
      Credentials: credentials(principal, DurationSeconds ?? HOUR),
      AssumedRoleUser: {
        AssumedRoleId: `${roleId(principal)}:${RoleSessionName}`,
        Arn: arn(`assumed-role/${principal}/${RoleSessionName}`),
      },
    };
  };

  return {
    GetCallerIdentity: async (_input, { principal }) =>
      isRole(lake, principal)
        ? {
            UserId: `${roleId(principal)}:lakewright`,
            Account: account,
            Arn: arn(`assumed-role/${principal}/lakewright`),
          }
        : { UserId: account, Account: account, Arn: `arn:${partition}:iam::${account}:user/${principal}` },
    AssumeRole: assumeRole,
    AssumeRoleWithWebIdentity: assumeRole,
    GetSessionToken: async ({ DurationSeconds }: ApiShape, caller: Caller) => ({
      Credentials: credentials(caller.accessKeyId ?? caller.principal, DurationSeconds ?? 12 * HOUR),
    }),
    GetAccessKeyInfo: async () => ({ Account: account }),
  };
}

/** Any secret key is taken: signatures aren't checked. */
function credentials(accessKeyId: string, seconds: unknown): Record<string, unknown> {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: 'local',
    SessionToken: randomUUID(),
    // By the machine's clock, as SDKs compare it with that.
    Expiration: new Date(Date.now() + Number(seconds) * 1000),
  };
}

function isRole(lake: LakeContext, name: string): boolean {
  return roleNames(lake).includes(name);
}

function roleNames(lake: LakeContext): string[] {
  return lake.resources.filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId);
}

/** In the form of IAM's unique ids, and always the same for a role. */
function roleId(name: string): string {
  return `AROA${createHash('sha256').update(name).digest('hex').slice(0, 17).toUpperCase()}`;
}
