import type { Principal } from '../contract';
import { type Facts, type Grant, IAM_ALLOWED_PRINCIPALS } from './facts';

/** The group of all roles and users of an account, `111122223333:IAMPrincipals`, or Lake Formation's own group. */
export function isGrantee(facts: Pick<Facts, 'account'>, grantee: string, principal: Principal): boolean {
  return (
    grantee === principal.arn || grantee === `${facts.account}:IAMPrincipals` || grantee === IAM_ALLOWED_PRINCIPALS
  );
}

/** Where Lake Formation decides, the group's ALL, which means that IAM does, gives nothing. */
export function counts(
  facts: Pick<Facts, 'account'>,
  { Principal, Permissions }: Grant,
  principal: Principal,
): boolean {
  return (
    isGrantee(facts, Principal, principal) && !(Principal === IAM_ALLOWED_PRINCIPALS && Permissions.includes('ALL'))
  );
}

export const isAdministrator = (facts: Facts, { arn }: Principal) => facts.administrators.includes(arn);

export const isReadOnlyAdministrator = (facts: Facts, { arn }: Principal) => facts.readOnlyAdministrators.includes(arn);

/** `role Analyst`, `all roles and users of the account` */
export function granteeText(grantee: string, principal: Principal): string {
  if (grantee === principal.arn) return `${principal.kind} ${principal.name}`;
  return grantee === IAM_ALLOWED_PRINCIPALS ? grantee : 'all roles and users of the account';
}

export const permissionText = (permissions: readonly string[]) =>
  permissions.includes('ALL') ? 'ALL' : permissions.join(', ');
