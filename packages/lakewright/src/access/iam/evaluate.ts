import { conditionsHold } from './conditions';
import { RequestContext } from './context';
import { type Match, matchPattern, type Pattern } from './pattern';
import type { Policy, PolicyKind, Selection, Statement } from './policy';
import { type Naming, namingOf, type Subject } from './subject';

/** One action on one resource, with everything that decides about it. */
export interface Authorization {
  readonly subject: Subject;
  /** `s3:GetObject` */
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  readonly identity: readonly Policy[];
  /** Undefined = no boundary. */
  readonly boundary?: readonly Policy[];
  /** Undefined = the session has no policies of its own. */
  readonly session?: readonly Policy[];
  readonly onResource?: ResourcePolicies;
}

/** The policies on a resource. */
export interface ResourcePolicies {
  readonly policies: readonly Policy[];
  /** The account that the resource belongs to. */
  readonly account: string;
  /**
   * Nothing is allowed that these don't allow, in the same account, too: KMS keys and trust policies. There the account as
   * principal lets identity policies decide.
   */
  readonly decisive?: boolean;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly explicit: boolean;
  /** The kind of policy that decided. */
  readonly by: PolicyKind;
  /** `statement "Read" of AnalystPolicy`, where one decided. */
  readonly statement?: string;
  /** Condition keys that aren't known and statements that can't be read, where the decision may hang on them: sentences. */
  readonly doubts: readonly string[];
  /** More than principal, action and resource was looked at. */
  readonly conditional: boolean;
}

interface Trace {
  readonly doubts: string[];
  conditional: boolean;
}

/**
 * AWS's evaluation logic for one action on one resource: an explicit deny anywhere wins; then somebody must allow, and
 * boundary and session policies must allow as well what isn't given to the caller directly. Service and resource control
 * policies of an organization aren't part of a template, and not looked at.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
export function evaluate(request: Authorization): Verdict {
  const { subject, boundary, session, onResource } = request;
  const trace: Trace = { doubts: [], conditional: false };
  const identity = effectOf(request.identity, 'identity-based policy', request, trace);
  const resource = resourceEffect(request, trace);
  const limits = [
    boundary && effectOf(boundary, 'permissions boundary', request, trace),
    session && effectOf(session, 'session policy', request, trace),
  ].filter((limit) => limit !== undefined);

  const denied = [resource, identity, ...limits].find(({ deny }) => deny !== undefined);
  if (denied?.deny !== undefined)
    return { allowed: false, explicit: true, by: denied.by, statement: denied.deny, ...trace };
  const refuse = (by: PolicyKind): Verdict => ({ allowed: false, explicit: false, by, ...trace });
  const allow = (by: PolicyKind, statement: string): Verdict => ({
    allowed: true,
    explicit: false,
    by,
    statement,
    ...trace,
  });
  const limited = limits.find((limit) => limit.allow === undefined);

  if (subject.kind === 'service' || subject.kind === 'federated') {
    return resource.allow ? allow(resource.by, resource.allow) : refuse(resource.by);
  }
  const foreign = onResource !== undefined && onResource.account !== subject.account;
  const { naming } = resource;
  if (foreign) {
    if (identity.allow === undefined) return refuse(identity.by);
    if (limited !== undefined) return refuse(limited.by);
    return resource.allow === undefined ? refuse(resource.by) : allow(resource.by, resource.allow);
  }
  if (resource.allow !== undefined && naming === 'direct') return allow(resource.by, resource.allow);
  if (resource.allow !== undefined && naming === 'role') {
    return limited === undefined ? allow(resource.by, resource.allow) : refuse(limited.by);
  }
  if (onResource?.decisive && naming !== 'account') return refuse(resource.by);
  if (identity.allow === undefined) return refuse(identity.by);
  return limited === undefined ? allow(identity.by, identity.allow) : refuse(limited.by);
}

interface PolicyEffect {
  readonly by: PolicyKind;
  readonly deny?: string;
  readonly allow?: string;
}

function effectOf(policies: readonly Policy[], by: PolicyKind, request: Authorization, trace: Trace): PolicyEffect {
  let allow: string | undefined;
  for (const policy of policies) {
    if (policy.problem !== undefined) return { by, deny: `${policy.name}, which can't be read (${policy.problem})` };
    for (const statement of policy.statements) {
      if (!applies(statement, request, trace)) continue;
      if (statement.effect === 'Deny') return { by, deny: statement.label };
      allow ??= statement.label;
    }
  }
  return { by, allow };
}

function resourceEffect(request: Authorization, trace: Trace): PolicyEffect & { readonly naming?: Naming } {
  const by = 'resource-based policy';
  const allows: Partial<Record<Naming, string>> = {};
  for (const policy of request.onResource?.policies ?? []) {
    if (policy.problem !== undefined) return { by, deny: `${policy.name}, which can't be read (${policy.problem})` };
    for (const statement of policy.statements) {
      const naming = statement.principals && namingOf(statement.principals, request.subject);
      if (naming === undefined || !applies(statement, request, trace)) continue;
      if (statement.effect === 'Deny') return { by, deny: statement.label };
      allows[naming] ??= statement.label;
    }
  }
  const naming = (['direct', 'role', 'account'] as const).find((one) => allows[one] !== undefined);
  return naming === undefined ? { by } : { by, naming, allow: allows[naming] };
}

/** A deny that hangs on what isn't known applies; an allow doesn't. */
function applies(statement: Statement, request: Authorization, trace: Trace): boolean {
  if (statement.problem !== undefined) {
    trace.doubts.push(`${statement.label} can't be read: ${statement.problem}`);
    return statement.effect === 'Deny';
  }
  if (!coversAction(statement, request.action)) return false;
  if (statement.conditional) trace.conditional = true;
  const match = both(
    selected(statement.resources, (pattern) => matchPattern(pattern, request.resource, request.context)),
    () => conditionsHold(statement.conditions, request.context),
  );
  if (typeof match === 'boolean') return match;
  for (const key of match.unknownKeys)
    trace.doubts.push(`the condition key "${key}" of ${statement.label} isn't known here`);
  return statement.effect === 'Deny';
}

/** Names of actions have no case. */
export function coversAction({ actions }: Statement, action: string): boolean {
  const lower = action.toLowerCase();
  return selected(actions, (pattern) => matchPattern(pattern, lower, NO_CONTEXT)) === true;
}

const NO_CONTEXT = new RequestContext();

function selected(selection: Selection<Pattern>, test: (pattern: Pattern) => Match): Match {
  const unknownKeys: string[] = [];
  for (const pattern of selection.patterns) {
    const match = test(pattern);
    if (match === true) return !selection.not;
    if (match !== false) unknownKeys.push(...match.unknownKeys);
  }
  return unknownKeys.length > 0 ? { unknownKeys } : selection.not;
}

function both(first: Match, second: () => Match): Match {
  if (first === false) return false;
  const then = second();
  if (first === true || then === false) return then;
  return { unknownKeys: [...first.unknownKeys, ...(then === true ? [] : then.unknownKeys)] };
}
