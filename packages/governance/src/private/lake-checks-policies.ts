import type { CheckedApp, CheckedResource } from './lake-checks-app';

interface Statement {
  readonly Effect: string;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** A role or user of the app, and what its identity policies say. */
export interface CheckedPrincipal {
  readonly resource: CheckedResource;
  /** Whether people, and not a service, take it on. */
  readonly forPeople: boolean;
  /** Whether some statement allows an action on objects of a location, and none denies it on all of them. */
  may(action: string, location: string): boolean;
  /** Whether some statement allows an action on anything. */
  allows(action: string): boolean;
}

/** All roles and users that the app makes. */
export function principalsOf(app: CheckedApp): CheckedPrincipal[] {
  const attached = [...app.of('AWS::IAM::Policy'), ...app.of('AWS::IAM::ManagedPolicy')];
  return [...app.of('AWS::IAM::Role'), ...app.of('AWS::IAM::User')].map((resource) => {
    const { Policies, ManagedPolicyArns, AssumeRolePolicyDocument } = resource.properties;
    const inline = list<{ PolicyDocument: unknown }>(Policies).map(({ PolicyDocument }) => PolicyDocument);
    const others = attached
      .filter(
        ({ name, properties: { Roles, Users } }) =>
          [...list(Roles), ...list(Users)].includes(resource.name) || list(ManagedPolicyArns).includes(name),
      )
      .map(({ properties }) => properties.PolicyDocument);
    const statements = [...inline, ...others].flatMap(statementsOf);
    return {
      resource,
      forPeople: resource.type === 'AWS::IAM::User' || statementsOf(AssumeRolePolicyDocument).some(trustsPeople),
      may: (action, location) => may(statements, action, location),
      allows: (action) => about(statements, 'Allow', action).length > 0,
    };
  });
}

function may(statements: readonly Statement[], action: string, location: string): boolean {
  const denied = about(statements, 'Deny', action).some(
    ({ Resource, Condition }) =>
      Condition === undefined && list<string>(Resource).some((pattern) => matches(pattern, `${location}/x`)),
  );
  const allowed = about(statements, 'Allow', action);
  return !denied && allowed.some(({ Resource }) => list<string>(Resource).some((one) => reaches(one, location)));
}

function about(statements: readonly Statement[], effect: string, action: string): Statement[] {
  return statements.filter(
    ({ Effect, Action }) => Effect === effect && list<string>(Action).some((one) => matches(one, action)),
  );
}

/** Whether a pattern of ARNs has objects of a location: it is wider, or has a part of it. */
function reaches(pattern: string, location: string): boolean {
  const [start = ''] = plain(pattern).split(/[*?]/);
  return matches(pattern, `${location}/x`) || start.startsWith(plain(`${location}/`));
}

function matches(pattern: string, text: string): boolean {
  const source = plain(pattern)
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '[\\s\\S]*')
    .replaceAll('?', '[\\s\\S]');
  return new RegExp(`^${source}$`, 'i').test(plain(text));
}

/** `arn:*:` stands for one partition, on both sides. */
function plain(arn: string): string {
  return arn.replace(/^arn:\*:/, 'arn:');
}

function trustsPeople({ Principal }: Statement): boolean {
  const { AWS, Federated } = (Principal ?? {}) as { AWS?: unknown; Federated?: unknown };
  return AWS !== undefined || Federated !== undefined || Principal === '*';
}

function statementsOf(document: unknown): Statement[] {
  return list<Statement>((document as { Statement?: unknown } | undefined)?.Statement);
}

function list<T = unknown>(value: unknown): T[] {
  return value === undefined ? [] : ([value].flat() as T[]);
}
