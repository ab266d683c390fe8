import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { refuse } from './refuse';

/**
 * How Lake Formation calls a grantee: ARNs, account ids.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakePrincipal.html
 */
export function principalsOf(grantee: iam.IGrantable): string[] {
  const principal = grantee.grantPrincipal;
  // of an account, `policyFragment` names the root user, whom Lake Formation doesn't know
  if (principal instanceof iam.AccountPrincipal) return [String(principal.accountId)];
  if (principal instanceof iam.Group) refused(`the IAM group "${principal.node.path}"`);
  const { principalJson, conditions } = principal.policyFragment;
  const others = Object.keys(principalJson).filter((kind) => kind !== 'AWS');
  const arns = principalJson.AWS ?? [];
  if (Object.keys(conditions).length > 0) refused('a principal with conditions');
  if (others.length > 0 || arns.length === 0 || arns.includes('*')) refused(JSON.stringify(principalJson));
  return arns;
}

/** A principal that lives in a stack, so that its stack can be told. */
export function constructOf(grantee: iam.IGrantable): IConstruct | undefined {
  const principal = grantee.grantPrincipal;
  return Construct.isConstruct(principal) ? principal : undefined;
}

/** Whether a grant leaves the account, as far as that is known before deployment. */
export function isElsewhere(principal: string, account: string): boolean {
  if (Token.isUnresolved(principal) || Token.isUnresolved(account)) return false;
  const id = /^\d{12}$/.test(principal) ? principal : /^arn:[^:]*:iam::(\d{12}):/.exec(principal)?.[1];
  return id !== undefined && id !== account;
}

function refused(given: string): never {
  return refuse(
    'PrincipalNotSupported',
    given,
    'Lake Formation knows roles, users, accounts and ARNs of SAML and Identity Center users and groups',
    'grant to a role, to iam.AccountPrincipal, or to iam.ArnPrincipal with such an ARN',
  );
}
