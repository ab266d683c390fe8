import { LakeAccess } from '../../access/access-control';
import type { AccessControl } from '../../access/contract';
import type { LakeResource } from '../../assembly/resource';
import { LakewrightError } from '../../host/host';
import { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalLake } from '../../local-lake';
import { findPrincipal, principalNames } from '../../server/principal';
import { type Caller, LOCAL_ADMIN, ServiceError } from '../../services/service';

/**
 * Who asks in the name of a persona; `local-admin` without one.
 *
 * @throws LakewrightError LW_NO_SUCH_PERSONA: nobody of the template is called so, or several are
 */
export function personaCaller(lake: LocalLake, name: string | undefined): Caller {
  if (name === undefined) return LOCAL_ADMIN;
  return { principal: requirePersona(lake.resources, name), requestId: 'local' };
}

/** The physical name. @throws LakewrightError LW_NO_SUCH_PERSONA */
export function requirePersona(resources: readonly LakeResource[], name: string): string {
  try {
    const principal = findPrincipal(resources, name);
    if (principal !== undefined) return principal;
  } catch (error) {
    throw error instanceof ServiceError ? new LakewrightError('LW_NO_SUCH_PERSONA', error.message, 2) : error;
  }
  const known = principalNames(resources);
  throw new LakewrightError(
    'LW_NO_SUCH_PERSONA',
    `"${name}" → no role or user of the lake is called so → one of: ${known.join(', ') || 'the template has none'}`,
    2,
    { known },
  );
}

/**
 * The workgroup of a persona that names none: the one of the template that it may use. Undefined for `local-admin`, and
 * where IAM allows it none.
 *
 * @throws LakewrightError LW_WHICH_WORKGROUP: there are several
 */
export function workgroupOf(
  access: AccessControl,
  resources: readonly LakeResource[],
  caller: Caller,
): string | undefined {
  if (access.principalOf(caller) === undefined) return undefined;
  const usable = resources.filter(
    ({ type, arn }) =>
      type === 'AWS::Athena::WorkGroup' &&
      access.decide(caller, { action: 'athena:StartQueryExecution', resources: [arn] }).allowed,
  );
  const names = usable.map(({ physicalId }) => physicalId);
  if (names.length < 2) return names[0];
  throw new LakewrightError(
    'LW_WHICH_WORKGROUP',
    `${caller.principal} → may use several workgroups: ${names.join(', ')} → name one → --workgroup ${names[0]}`,
    2,
  );
}

/**
 * The same by the template alone, for a lake that another process has opened.
 *
 * @throws LakewrightError LW_NO_SUCH_PERSONA, LW_WHICH_WORKGROUP
 */
export function declaredWorkgroupOf(resources: readonly LakeResource[], persona: string): string | undefined {
  const [{ account, region, partition } = { account: DEFAULT_ACCOUNT, region: DEFAULT_REGION, partition: 'aws' }] =
    resources;
  const access = new LakeAccess({ account, region, partition, resources, clock: { now: () => new Date() } });
  const principal = requirePersona(resources, persona);
  return workgroupOf(access, resources, { principal, requestId: 'local' });
}
