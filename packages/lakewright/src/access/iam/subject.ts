import type { PrincipalPattern, Selection } from './policy';

/** Who makes a request, as policies name it. */
export interface Subject {
  readonly kind: 'role' | 'user' | 'service' | 'federated';
  /** Of a role or user; of a service `lambda.amazonaws.com`; of a federated one its provider. */
  readonly arn: string;
  /** `arn:aws:sts::…:assumed-role/Analyst/session` of a role; else the same as `arn`. */
  readonly callerArn: string;
  readonly account: string;
}

/**
 * How a resource's policy names who asks: by itself (`direct`: user, session, everybody), by its role, or by its account.
 *
 * It matters since only what is given directly isn't limited by a permissions boundary or session policy, and what is given
 * to the account has yet to be given on by it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export type Naming = 'direct' | 'role' | 'account';

/** How a `Principal` names a subject; undefined = it doesn't. `NotPrincipal` names all others directly. */
export function namingOf(principals: Selection<PrincipalPattern>, subject: Subject): Naming | undefined {
  const found = principals.patterns.map((pattern) => naming(pattern, subject));
  if (principals.not) {
    // The account alone doesn't except those in it: AWS checks the account and then the identity.
    return found.some((one) => one === 'direct' || one === 'role') ? undefined : 'direct';
  }
  return (['direct', 'role', 'account'] as const).find((one) => found.includes(one));
}

function naming({ type, value }: PrincipalPattern, subject: Subject): Naming | undefined {
  const { kind, arn, callerArn, account } = subject;
  if (type === '*') return 'direct';
  if (type === 'Service') return kind === 'service' && (value === arn || value === '*') ? 'direct' : undefined;
  if (type === 'Federated') {
    const named = value === arn || value === '*' || value.endsWith(`:oidc-provider/${arn}`);
    return kind === 'federated' && named ? 'direct' : undefined;
  }
  if (type !== 'AWS') return undefined;
  if (value === '*') return 'direct';
  if (kind !== 'role' && kind !== 'user') return undefined;
  if (value === callerArn) return 'direct';
  if (value === arn) return kind === 'role' ? 'role' : 'direct';
  const root = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(value);
  return root?.[1] === account ? 'account' : undefined;
}
