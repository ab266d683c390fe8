import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../../services/api-shape';
import { managedPolicy } from './managed-policies';
import { type Policy, parsePolicy } from './policy';

/** A role or user of the template, with what it may. */
export interface Identity {
  readonly kind: 'role' | 'user';
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly policies: readonly Policy[];
  /** Undefined = no boundary. */
  readonly boundary?: readonly Policy[];
  /** Who may assume the role. */
  readonly trust?: Policy;
  readonly tags: Readonly<Record<string, string>>;
  /** Managed policies that are attached and whose text isn't known: they allow nothing. */
  readonly unknownPolicies: readonly string[];
}

/** Roles and users of a template, by name, with the policies that are attached to them by whatever means. */
export function identitiesOf(resources: readonly LakeResource[]): ReadonlyMap<string, Identity> {
  const policies = new AttachedPolicies(resources);
  const identities = new Map<string, Identity>();
  for (const resource of resources) {
    const { type, physicalId, arn, account, properties } = resource;
    const kind = type === 'AWS::IAM::Role' ? 'role' : type === 'AWS::IAM::User' ? 'user' : undefined;
    if (kind === undefined) continue;
    const own = policies.of(resource, kind);
    const boundary = properties.PermissionsBoundary && policies.managed(String(properties.PermissionsBoundary));
    identities.set(physicalId, {
      kind,
      name: physicalId,
      arn,
      account,
      policies: own.policies,
      ...(boundary && { boundary: boundary.policies }),
      ...(kind === 'role' && {
        trust: parsePolicy(`the trust policy of ${physicalId}`, properties.AssumeRolePolicyDocument, arn),
      }),
      tags: tagsOf(properties.Tags),
      unknownPolicies: [...own.unknown, ...(boundary?.unknown ?? [])],
    });
  }
  return identities;
}

interface Found {
  readonly policies: readonly Policy[];
  readonly unknown: readonly string[];
}

/** Where a policy of its own resource says whom it belongs to. */
const HOLDERS = {
  role: { lists: 'Roles', single: 'RoleName', types: ['AWS::IAM::RolePolicy'] },
  user: { lists: 'Users', single: 'UserName', types: ['AWS::IAM::UserPolicy'] },
  group: { lists: 'Groups', single: 'GroupName', types: ['AWS::IAM::GroupPolicy'] },
} as const;

class AttachedPolicies {
  private readonly parsed = new Map<LakeResource, Policy>();

  public constructor(private readonly resources: readonly LakeResource[]) {}

  public of(holder: LakeResource, kind: keyof typeof HOLDERS): Found {
    const { properties, physicalId } = holder;
    const { lists, single, types } = HOLDERS[kind];
    const inline = list(properties.Policies).map(({ PolicyName, PolicyDocument }: ApiShape) =>
      parsePolicy(`${PolicyName} of ${physicalId}`, PolicyDocument),
    );
    const attached = this.resources
      .filter(({ type, properties: other }) =>
        type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy'
          ? list(other[lists]).includes(physicalId)
          : (types as readonly string[]).includes(type) && other[single] === physicalId,
      )
      .map((resource) => this.parse(resource));
    const managed = list(properties.ManagedPolicyArns).map((arn) => this.managed(String(arn)));
    const groups = kind === 'user' ? this.groupsOf(holder).map((group) => this.of(group, 'group')) : [];
    const others = [...managed, ...groups];
    return {
      policies: [...inline, ...attached, ...others.flatMap(({ policies }) => policies)],
      unknown: others.flatMap(({ unknown }) => unknown),
    };
  }

  /** A managed policy: the template's, or one of AWS's own whose text is known. */
  public managed(arn: string): Found {
    const declared = this.resources.find(({ type, arn: own }) => type === 'AWS::IAM::ManagedPolicy' && own === arn);
    if (declared !== undefined) return { policies: [this.parse(declared)], unknown: [] };
    const known = managedPolicy(arn);
    return known === undefined ? { policies: [], unknown: [arn] } : { policies: [known], unknown: [] };
  }

  private groupsOf({ properties, physicalId }: LakeResource): readonly LakeResource[] {
    const added = this.resources
      .filter(
        ({ type, properties: other }) =>
          type === 'AWS::IAM::UserToGroupAddition' && list(other.Users).includes(physicalId),
      )
      .map(({ properties: other }) => other.GroupName);
    const names = new Set([...list(properties.Groups), ...added]);
    return this.resources.filter(({ type, physicalId: name }) => type === 'AWS::IAM::Group' && names.has(name));
  }

  private parse(resource: LakeResource): Policy {
    const known = this.parsed.get(resource);
    if (known !== undefined) return known;
    const { PolicyName, ManagedPolicyName, PolicyDocument } = resource.properties;
    const policy = parsePolicy(String(PolicyName ?? ManagedPolicyName ?? resource.logicalId), PolicyDocument);
    this.parsed.set(resource, policy);
    return policy;
  }
}

/** Tags of a template, as a list or as a map. */
export function tagsOf(tags: ApiShape): Readonly<Record<string, string>> {
  if (tags === undefined || tags === null) return {};
  if (!Array.isArray(tags)) return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]));
  return Object.fromEntries(tags.map(({ Key, Value }: ApiShape) => [String(Key), String(Value ?? '')]));
}

function list(value: ApiShape): ApiShape[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
