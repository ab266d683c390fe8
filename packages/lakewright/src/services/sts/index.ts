import { uniqueId } from '../../access/access-control';
import type { Session } from '../../access/sessions';
import { findPrincipal } from '../../server/principal';
import type { ApiShape } from '../api-shape';
import {
  type Caller,
  type LakeContext,
  LOCAL_ADMIN,
  type Operation,
  ServiceError,
  type ServiceFactory,
} from '../service';
import { federatedBy, type WebIdentity } from './federation';

const HOUR = 3_600;
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: 15 minutes, and 12 hours at most. */
const SECONDS = { min: 900, max: 12 * HOUR };
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** Says who the caller is, and opens sessions of roles that trust it. */
export const sts: ServiceFactory = (lake) => ({
  name: 'sts',
  protocol: { kind: 'query', xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/' },
  resources: {},
  operations: operations(lake),
  tasks: {},
});

function operations(lake: LakeContext): Readonly<Record<string, Operation>> {
  const { account, partition } = lake;
  const assumedArn = (role: string, session: string) =>
    `arn:${partition}:sts::${account}:assumed-role/${role}/${session}`;

  /** Opens the session after the trust policy has been asked. */
  const open = (role: string, input: ApiShape): Record<string, unknown> => {
    const session = sessionOf(input);
    const seconds = Math.min(Math.max(Number(input.DurationSeconds ?? HOUR), SECONDS.min), SECONDS.max);
    return {
      Credentials: credentials(lake.access.sessions.open(role, session, seconds), seconds),
      AssumedRoleUser: {
        AssumedRoleId: `${uniqueId('AROA', role)}:${session.name}`,
        Arn: assumedArn(role, session.name),
      },
      ...(session.policies.length > 0 && { PackedPolicySize: 1 }),
    };
  };

  const assumeFederated =
    (action: string, read: (input: ApiShape) => WebIdentity): Operation =>
    async (input) => {
      const role = roleOf(lake, input.RoleArn);
      const { provider, subject, context, answer } = read(input);
      lake.access.requireTrust(role, { provider }, { action, context });
      return { ...open(role, { RoleSessionName: subject, ...input }), ...answer };
    };

  return {
    GetCallerIdentity: async (_input, caller) => {
      const principal = lake.access.principalOf(caller);
      if (principal === undefined) {
        return {
          UserId: account,
          Account: account,
          Arn: `arn:${partition}:iam::${account}:user/${LOCAL_ADMIN.principal}`,
        };
      }
      const { kind, name, arn, sessionName } = principal;
      if (kind === 'user') return { UserId: uniqueId('AIDA', name), Account: account, Arn: arn };
      const session = sessionName ?? 'lakewright';
      return { UserId: `${uniqueId('AROA', name)}:${session}`, Account: account, Arn: assumedArn(name, session) };
    },
    AssumeRole: async (input, caller) => {
      const role = roleOf(lake, input.RoleArn);
      const { name, tags } = sessionOf(input);
      const context = {
        'sts:RoleSessionName': name,
        ...(input.ExternalId !== undefined && { 'sts:ExternalId': String(input.ExternalId) }),
        ...(input.SourceIdentity !== undefined && { 'sts:SourceIdentity': String(input.SourceIdentity) }),
        ...requestTags(tags),
      };
      lake.access.requireTrust(role, caller, { action: 'sts:AssumeRole', context });
      // Tags of a session take a right of their own.
      if (Object.keys(tags).length > 0) lake.access.requireTrust(role, caller, { action: 'sts:TagSession', context });
      return open(role, input);
    },
    AssumeRoleWithWebIdentity: assumeFederated('sts:AssumeRoleWithWebIdentity', (input) =>
      federatedBy.web(input, lake.resources),
    ),
    AssumeRoleWithSAML: assumeFederated('sts:AssumeRoleWithSAML', (input) => federatedBy.saml(input)),
    GetSessionToken: async ({ DurationSeconds }: ApiShape, caller: Caller) => ({
      Credentials: credentials(caller.accessKeyId ?? caller.principal, Number(DurationSeconds ?? 12 * HOUR)),
    }),
    GetAccessKeyInfo: async () => ({ Account: account }),
  };
}

function roleOf(lake: LakeContext, roleArn: unknown): string {
  const name = String(roleArn ?? '')
    .split('/')
    .at(-1) as string;
  const principal = findPrincipal(lake.resources, name);
  const roles = lake.resources.filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId);
  if (principal !== undefined && roles.includes(principal)) return principal;
  throw new ServiceError(
    'AccessDenied',
    `"${roleArn}" is no role of the lake → known roles: ${roles.join(', ') || 'none'}`,
    403,
  );
}

/** @throws ServiceError ValidationError, MalformedPolicyDocument */
function sessionOf(input: ApiShape): Session {
  const name = String(input.RoleSessionName ?? '');
  if (!SESSION_NAME.test(name)) {
    throw new ServiceError(
      'ValidationError',
      `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  const policies = input.Policy === undefined ? [] : [String(input.Policy)];
  for (const text of policies) checkJson(text);
  if (input.PolicyArns?.length > 0) {
    throw new ServiceError(
      'ValidationError',
      'PolicyArns → Lakewright takes a session policy as Policy → give its text',
    );
  }
  const tags = Object.fromEntries(
    (input.Tags ?? []).map(({ Key, Value }: ApiShape) => [String(Key), String(Value ?? '')]),
  );
  return { name, tags, policies, issued: new Date(), mfa: input.SerialNumber !== undefined };
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new ServiceError('MalformedPolicyDocument', 'The policy is not in the valid JSON format.');
  }
}

function requestTags(tags: Readonly<Record<string, string>>): Record<string, string | string[]> {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  return { 'aws:TagKeys': keys, ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key]])) };
}

/** Any secret key is taken: signatures aren't checked. */
function credentials(accessKeyId: string, seconds: number): Record<string, unknown> {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: 'local',
    SessionToken: `lakewright-${accessKeyId}`,
    // By the machine's clock, as SDKs compare it with that.
    Expiration: new Date(Date.now() + seconds * 1000),
  };
}
