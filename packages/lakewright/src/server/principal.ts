import type { LakeResource } from '../assembly/resource';
import { LOCAL_ADMIN, ServiceError } from '../services/service';

/**
 * The persona that a name stands for: a role's name, or the construct id of a role.
 *
 * @returns the role's name; undefined if no role is called so
 * @throws ServiceError InvalidClientTokenId if several roles have the construct id
 */
export function findPrincipal(resources: readonly LakeResource[], name: string): string | undefined {
  if (name === LOCAL_ADMIN.principal) return name;
  const roles = resources.filter(({ type }) => type === 'AWS::IAM::Role');
  const named = roles.find(({ physicalId }) => physicalId === name);
  if (named !== undefined) return named.physicalId;
  const candidates = roles.filter(({ path }) => constructId(path) === name);
  if (candidates.length > 1) {
    const paths = candidates.map(({ path }) => path).join(', ');
    throw new ServiceError(
      'InvalidClientTokenId',
      `"${name}" is the construct id of several roles: ${paths} → name one role → use its role name`,
      403,
    );
  }
  return candidates[0]?.physicalId;
}

/** `Lake/Analyst/Resource` → `Analyst`: the L2's id, where there is one. */
function constructId(path: string): string | undefined {
  return path
    .replace(/\/Resource$/, '')
    .split('/')
    .at(-1);
}
