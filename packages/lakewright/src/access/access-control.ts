import { createHash } from 'node:crypto';
import type { LakeResource } from '../assembly/resource';
import { findPrincipal } from '../server/principal';
import { type Caller, LOCAL_ADMIN } from '../services/service';
import type {
  AccessControl,
  ActionRequest,
  DatabaseAccess,
  Decision,
  FederatedIdentity,
  LakePermissions,
  Principal,
  TableAccess,
  TableId,
  TrustRequest,
} from './contract';
import { RequestContext } from './iam/context';
import { type Authorization, evaluate, type Verdict } from './iam/evaluate';
import { type Identity, identitiesOf, tagsOf } from './iam/identities';
import { type Policy, parsePolicy } from './iam/policy';
import { TemplatePolicies } from './iam/resource-policies';
import { accessDenied, refusalOf, refusalText } from './refusal';
import { Sessions } from './sessions';
import { NOTHING_GOVERNED, UNGOVERNED_DATABASE, UNGOVERNED_TABLE } from './ungoverned';

/** What access is decided from. */
export interface AccessSources {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly resources: readonly LakeResource[];
  readonly clock: { now(): Date };
}

/** Requests that a decision is remembered for, where nothing but principal, action and resource count. */
const REMEMBERED = 10_000;

/** A caller that is somebody: not local-admin. */
interface Who {
  readonly identity: Identity;
  readonly callerArn: string;
  readonly sessionName?: string;
  readonly session?: readonly Policy[];
  readonly context: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** False where a session brought policies or tags of its own. */
  readonly usual: boolean;
}

/** Identities and policies of the template, evaluated as IAM does, and Lake Formation's permissions beside them. */
export class LakeAccess implements AccessControl {
  public readonly sessions = new Sessions();
  private readonly identities: ReadonlyMap<string, Identity>;
  private readonly onResources: TemplatePolicies;
  private readonly byArn: ReadonlyMap<string, LakeResource>;
  private readonly callers = new WeakMap<Caller, Who>();
  private readonly remembered = new Map<string, Decided>();

  public constructor(
    private readonly lake: AccessSources,
    public readonly permissions: LakePermissions = NOTHING_GOVERNED,
  ) {
    this.identities = identitiesOf(lake.resources);
    this.onResources = new TemplatePolicies(lake.resources, lake.account);
    this.byArn = new Map(lake.resources.map((resource) => [resource.arn, resource]));
  }

  public callerOf(accessKeyId: string | undefined, requestId: string): Caller {
    const held = accessKeyId === undefined ? undefined : this.sessions.find(accessKeyId);
    if (held !== undefined) return { principal: held.principal, session: held.session, accessKeyId, requestId };
    const principal = accessKeyId === undefined ? undefined : findPrincipal(this.lake.resources, accessKeyId);
    return { principal: principal ?? LOCAL_ADMIN.principal, accessKeyId, requestId };
  }

  public principalOf(caller: Caller): Principal | undefined {
    const who = this.who(caller);
    if (who === undefined) return undefined;
    const { kind, name, arn } = who.identity;
    return { kind, name, arn, ...(who.sessionName && { sessionName: who.sessionName }) };
  }

  public decide(caller: Caller, request: ActionRequest): Decision {
    const who = this.who(caller);
    if (who === undefined) return { allowed: true, reason: `${LOCAL_ADMIN.principal} may do everything` };
    const { action } = request;
    for (const resource of request.resources) {
      const { verdict } = this.decideOne(who, request, resource);
      if (verdict.allowed) continue;
      return { allowed: false, reason: reasonOf(who, action, resource, verdict) };
    }
    const statements = request.resources.map((resource) => this.decideOne(who, request, resource).verdict.statement);
    return { allowed: true, reason: `${action} is allowed by ${[...new Set(statements)].join(', ')}` };
  }

  public require(caller: Caller, ...requests: readonly ActionRequest[]): void {
    const who = this.who(caller);
    if (who === undefined) return;
    for (const request of requests) {
      for (const resource of request.resources) {
        const { verdict } = this.decideOne(who, request, resource);
        if (!verdict.allowed) throw accessDenied(who.callerArn, request.action, resource, withUnknown(who, verdict));
      }
    }
  }

  public table(caller: Caller, table: TableId): TableAccess {
    const principal = this.principalOf(caller);
    return principal === undefined ? UNGOVERNED_TABLE : this.permissions.table(principal, table);
  }

  public database(caller: Caller, database: string): DatabaseAccess {
    const principal = this.principalOf(caller);
    return principal === undefined ? UNGOVERNED_DATABASE : this.permissions.database(principal, database);
  }

  public requireTrust(role: string, by: Caller | FederatedIdentity, { action, context }: TrustRequest): void {
    const name = findPrincipal(this.lake.resources, role);
    const assumed = name === undefined ? undefined : this.identities.get(name);
    if (assumed?.trust === undefined) throw refusalOf('sts', `"${role}" is no role of the lake`);
    const { arn: resource, account } = assumed;
    const onResource = { policies: [assumed.trust], account, decisive: true };
    const surroundings = this.surroundings(resource);
    if ('provider' in by) {
      const subject = { kind: 'federated', arn: by.provider, callerArn: by.provider, account } as const;
      const merged = new RequestContext(surroundings, { 'aws:FederatedProvider': by.provider }, context);
      const verdict = evaluate({ subject, action, resource, context: merged, identity: [], onResource });
      if (!verdict.allowed) throw accessDenied(by.provider, action, resource, verdict);
      return;
    }
    const who = this.who(by);
    if (who === undefined) return;
    const merged = new RequestContext(surroundings, who.context, context);
    const verdict = evaluate({ ...this.asked(who), action, resource, context: merged, onResource });
    if (!verdict.allowed) throw accessDenied(who.callerArn, action, resource, withUnknown(who, verdict));
  }

  private asked({
    identity,
    callerArn,
    session,
  }: Who): Pick<Authorization, 'subject' | 'identity' | 'boundary' | 'session'> {
    return {
      subject: { kind: identity.kind, arn: identity.arn, callerArn, account: identity.account },
      identity: identity.policies,
      boundary: identity.boundary,
      session,
    };
  }

  private decideOne(who: Who, request: ActionRequest, resource: string): Decided {
    const { action, context } = request;
    const key = `${who.identity.name}\n${action}\n${resource}`;
    const known = who.usual ? this.remembered.get(key) : undefined;
    if (known !== undefined) return known;
    const authorization: Authorization = {
      ...this.asked(who),
      action,
      resource,
      context: new RequestContext(this.surroundings(resource), who.context, context ?? {}),
      onResource: this.onResources.on(resource),
    };
    const decided = { verdict: evaluate(authorization) };
    if (who.usual && !decided.verdict.conditional) {
      if (this.remembered.size >= REMEMBERED) this.remembered.clear();
      this.remembered.set(key, decided);
    }
    return decided;
  }

  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
  private surroundings(resource: string): Record<string, string> {
    const { account, region, clock } = this.lake;
    const now = clock.now();
    const tags = tagsOf(this.byArn.get(resource)?.properties.Tags);
    return {
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
      'aws:RequestedRegion': region,
      'aws:ResourceAccount': account,
      's3:ResourceAccount': account,
      // What stands for AWS's HTTPS endpoints here is a loopback port.
      'aws:SecureTransport': 'true',
      's3:TlsVersion': '1.3',
      'aws:SourceIp': '127.0.0.1',
      'aws:ViaAWSService': 'false',
      'aws:PrincipalIsAWSService': 'false',
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    };
  }

  private who(caller: Caller): Who | undefined {
    if (caller.principal === LOCAL_ADMIN.principal) return undefined;
    const known = this.callers.get(caller);
    if (known !== undefined) return known;
    const name = findPrincipal(this.lake.resources, caller.principal);
    const identity = name === undefined ? undefined : this.identities.get(name);
    if (identity === undefined) return undefined;
    const who = this.describe(identity, caller);
    this.callers.set(caller, who);
    return who;
  }

  private describe(identity: Identity, { session }: Caller): Who {
    const { kind, name, account, arn } = identity;
    const sessionName = session?.name ?? 'lakewright';
    const tags = { ...identity.tags, ...session?.tags };
    const usual = session === undefined;
    const common = {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    };
    if (kind === 'user') {
      const context = {
        ...common,
        'aws:PrincipalType': 'User',
        'aws:username': name,
        'aws:userid': uniqueId('AIDA', name),
      };
      return { identity, callerArn: arn, context, usual };
    }
    return {
      identity,
      sessionName,
      callerArn: `arn:${this.lake.partition}:sts::${account}:assumed-role/${name}/${sessionName}`,
      ...(session &&
        session.policies.length > 0 && {
          session: session.policies.map((text) => parsePolicy(`the session policy of ${sessionName}`, text)),
        }),
      context: {
        ...common,
        'aws:PrincipalType': 'AssumedRole',
        'aws:userid': `${uniqueId('AROA', name)}:${sessionName}`,
        'aws:TokenIssueTime': session?.issued.toISOString() ?? this.lake.clock.now().toISOString(),
        'aws:MultiFactorAuthPresent': String(session?.mfa ?? false),
      },
      usual,
    };
  }
}

interface Decided {
  readonly verdict: Verdict;
}

/** In the form of IAM's unique ids, and always the same for a name. */
export function uniqueId(prefix: string, name: string): string {
  return `${prefix}${createHash('sha256').update(name).digest('hex').slice(0, 17).toUpperCase()}`;
}

function reasonOf(who: Who, action: string, resource: string, verdict: Verdict): string {
  const text = refusalText(who.callerArn, action, resource, withUnknown(who, verdict));
  return verdict.statement === undefined ? text : `${text}: ${verdict.statement}`;
}

function withUnknown({ identity }: Who, verdict: Verdict): Verdict {
  const named = identity.unknownPolicies.map((arn) => `the text of ${arn} isn't known here, so it allows nothing`);
  return { ...verdict, doubts: [...verdict.doubts, ...named] };
}
