import type { LakeResource } from '../assembly/resource';
import { LOCAL_ADMIN, ServiceError } from '../services/service';

const TYPES = new Set(['AWS::IAM::Role', 'AWS::IAM::User']);

/**
 * The persona that a name stands for: the name or construct id of a role or user, or a user's access key.
 *
 * @returns the physical name; undefined if nobody is called so
 * @throws ServiceError InvalidClientTokenId if several have the construct id
 */
export function findPrincipal(resources: readonly LakeResource[], name: string): string | undefined {
  if (name === LOCAL_ADMIN.principal) return name;
  const principals = resources.filter(({ type }) => TYPES.has(type));
  const named = principals.find(({ physicalId }) => physicalId === name);
  if (named !== undefined) return named.physicalId;
  const key = resources.find(({ type, physicalId }) => type === 'AWS::IAM::AccessKey' && physicalId === name);
  if (key !== undefined) return findPrincipal(resources, String(key.properties.UserName));
  const candidates = principals.filter(({ path }) => constructIds(path).includes(name));
  if (candidates.length > 1) {
    const paths = candidates.map(({ path }) => path).join(', ');
    throw new ServiceError(
      'InvalidClientTokenId',
      `"${name}" is the construct id of several roles or users: ${paths} → name one of them → use its role or user name`,
      403,
    );
  }
  return candidates[0]?.physicalId;
}

/** What each persona of a lake may be called: for messages that list them. */
export function principalNames(resources: readonly LakeResource[]): readonly string[] {
  return resources
    .filter(({ type }) => TYPES.has(type))
    .map(({ path, physicalId }) => constructIds(path)[0] ?? physicalId)
    .sort();
}

/** `Lake/Analyst/Resource` → `Analyst`; `Lake/Analyst/Role/Resource` → `Role`, `Analyst`: what has one role is named by it. */
function constructIds(path: string): readonly string[] {
  const ids = path.replace(/\/Resource$/, '').split('/');
  const last = ids.at(-1) as string;
  return (last === 'Role' || last === 'User') && ids.length > 2 ? [ids.at(-2) as string, last] : [last];
}
