import { RequestContext } from '../../../src/access/iam/context';
import { type Authorization, evaluate, type Verdict } from '../../../src/access/iam/evaluate';
import { parsePolicy } from '../../../src/access/iam/policy';
import type { Subject } from '../../../src/access/iam/subject';
import type { ApiShape } from '../../../src/services/api-shape';

export const ACCOUNT = '111122223333';
export const OTHER = '444455556666';

export type Statements = readonly ApiShape[];

/** A request, and what AWS documents to come of it. */
export interface Case {
  /** Page of AWS's documentation, below `https://docs.aws.amazon.com/`. */
  readonly source: string;
  readonly name: string;
  readonly allowed: boolean;
  /** A part of the reason, where the case is about it. */
  readonly because?: Partial<Verdict>;
  readonly who?: Partial<Subject>;
  readonly identity?: Statements;
  readonly boundary?: Statements;
  readonly session?: Statements;
  readonly onResource?: Statements;
  /** Whose the resource is. */
  readonly owner?: string;
  readonly decisive?: boolean;
  readonly version?: string;
  readonly action?: string;
  readonly on?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export const ROLE: Subject = {
  kind: 'role',
  arn: `arn:aws:iam::${ACCOUNT}:role/analyst`,
  callerArn: `arn:aws:sts::${ACCOUNT}:assumed-role/analyst/session`,
  account: ACCOUNT,
};
export const USER: Subject = {
  kind: 'user',
  arn: `arn:aws:iam::${ACCOUNT}:user/anna`,
  callerArn: `arn:aws:iam::${ACCOUNT}:user/anna`,
  account: ACCOUNT,
};

export const OBJECT = 'arn:aws:s3:::lake/raw/a.csv';
export const allow = (Action: ApiShape = 's3:GetObject', Resource: ApiShape = '*', more: ApiShape = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
export const deny = (Action: ApiShape = 's3:GetObject', Resource: ApiShape = '*', more: ApiShape = {}) => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});
/** For whom a statement on a resource is. */
export const to = (AWS: ApiShape, more: ApiShape = {}) => ({ Principal: AWS === '*' ? '*' : { AWS }, ...more });
export const when = (operator: string, key: string, value: ApiShape) => ({
  Condition: { [operator]: { [key]: value } },
});

export function decide(one: Case): Verdict {
  const { who, identity = [], boundary, session, onResource, owner = ACCOUNT, decisive } = one;
  const policy = (name: string, statements: Statements, on?: string) =>
    parsePolicy(name, { Version: one.version ?? '2012-10-17', Statement: statements }, on);
  const resource = one.on ?? OBJECT;
  const request: Authorization = {
    subject: { ...ROLE, ...who },
    action: one.action ?? 's3:GetObject',
    resource,
    context: new RequestContext(one.context ?? {}),
    identity: [policy('identity', identity)],
    ...(boundary && { boundary: [policy('boundary', boundary)] }),
    ...(session && { session: [policy('session', session)] }),
    ...(onResource && {
      onResource: { policies: [policy('on the resource', onResource, resource)], account: owner, decisive },
    }),
  };
  return evaluate(request);
}
