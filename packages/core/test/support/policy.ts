import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { conditionsHold, matches, type RequestContext } from './policy-conditions';
import { ResolvedApp } from './resolve';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: unknown;
}

/** Who asks: a role or user, any principal by ARN, or a service by its domain name. */
export type Requester = iam.IRole | iam.IUser | string;

/** `allowed`; or `denied`: by a statement, or because nothing allows it. */
export type Decision = 'allowed' | 'denied';

/**
 * Evaluates the policies of synthesized stacks as AWS does: identity policies, bucket policies and key policies, in one
 * account (either half is enough, a key's policy has to agree) and across accounts (both halves are needed).
 *
 * A principal outside of the stacks has its identity policies elsewhere: these are taken to allow everything, so the
 * decision shows the half that the stacks have; likewise a resource outside of them is taken to agree. Session policies,
 * permissions boundaries and organization policies aren't covered.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export class PolicyEvaluator {
  /** @param stacks all stacks whose principals and resources take part */
  public static of(...stacks: Stack[]): PolicyEvaluator {
    return new PolicyEvaluator(ResolvedApp.of(...stacks));
  }

  private constructor(
    /** The stacks, resolved. */
    public readonly app: ResolvedApp,
  ) {}

  /** A token (bucket name, ARN, URI …) as text. */
  public text(value: string): string {
    return this.app.text(value);
  }

  /**
   * Decides one request.
   *
   * @param requester who asks
   * @param action `s3:GetObject`
   * @param resource the ARN, tokens allowed; `*` for actions without a resource
   * @param context further condition keys; TLS is on unless said otherwise
   */
  public decide(requester: Requester, action: string, resource: string, context: RequestContext = {}): Decision {
    const target = this.text(resource);
    const who = this.principal(requester);
    const request: RequestContext = {
      'aws:SecureTransport': 'true',
      's3:TlsVersion': '1.3',
      'aws:PrincipalArn': who.arn,
      'aws:PrincipalAccount': who.account,
      ...context,
    };
    const applies = (statement: Statement): boolean => this.applies(statement, action, target, request);

    const identity = who.statements.filter(applies);
    const onResource = this.resourceStatements(target).filter(applies);
    const named = onResource.filter(({ Principal }) => namesPrincipal(Principal, who));
    if ([...identity, ...named].some(({ Effect }) => Effect === 'Deny')) return 'denied';

    const identityAllows = who.elsewhere || identity.length > 0;
    const resourceAllows = named.length > 0;
    const delegated = onResource.some(({ Principal }) => namesAccount(Principal, who.account));
    if (who.service) return verdict(resourceAllows);
    const owner = this.ownerOf(target);
    // a resource outside of the stacks: its own policy is taken to agree
    if (owner === undefined) return verdict(!who.elsewhere && identityAllows);
    if (owner !== who.account) return verdict(identityAllows && (resourceAllows || delegated));
    if (target.split(':')[2] === 'kms') return verdict(resourceAllows || (delegated && identityAllows));
    return verdict((identityAllows && !who.elsewhere) || resourceAllows);
  }

  private applies(statement: Statement, action: string, resource: string, context: RequestContext): boolean {
    const { Action, NotAction, Resource, NotResource, Condition } = statement;
    const named = (patterns: unknown): boolean =>
      list(patterns).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()));
    const located = (patterns: unknown): boolean =>
      list(patterns).some((pattern) => matches(pattern, resource, context));
    if (Action !== undefined ? !named(Action) : named(NotAction)) return false;
    if (Resource !== undefined ? !located(Resource) : NotResource !== undefined && located(NotResource)) return false;
    return conditionsHold(Condition, context);
  }

  private principal(requester: Requester): Principal {
    if (typeof requester === 'string' && !requester.startsWith('arn:')) {
      return { arn: requester, statements: [], elsewhere: false, service: true };
    }
    const given =
      typeof requester === 'string' ? requester : 'roleArn' in requester ? requester.roleArn : requester.userArn;
    const arn = this.text(given);
    const account = arn.split(':')[4] ?? '';
    const name = arn.split('/').at(-1) ?? '';
    const own = this.app
      .resources()
      .filter(({ type }) => type === 'AWS::IAM::Role' || type === 'AWS::IAM::User')
      .filter(({ stack, properties, id }) => {
        const ownName = properties.RoleName ?? properties.UserName ?? id;
        return ownName === name && this.app.account(stack) === account;
      });
    const inline = own.flatMap(({ properties }) => (properties.Policies as { PolicyDocument: unknown }[]) ?? []);
    const attached = this.app
      .resources()
      .filter(({ type }) => type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy')
      .filter(({ properties }) => [...list(properties.Roles), ...list(properties.Users)].includes(name));
    const documents = [
      ...inline.map((policy) => policy.PolicyDocument),
      ...attached.map((p) => p.properties.PolicyDocument),
    ];
    const statements = own.length > 0 ? documents.flatMap(statementsOf) : [];
    return { arn, account, statements, elsewhere: own.length === 0, service: false };
  }

  private resourceStatements(resource: string): Statement[] {
    const [, , service, , , name = ''] = resource.split(/:(?![^:]*\/\/)/);
    if (service === 's3') {
      const bucket = name.split('/')[0];
      return this.app
        .resources('AWS::S3::BucketPolicy')
        .filter(({ properties }) => properties.Bucket === bucket)
        .flatMap(({ properties }) => statementsOf(properties.PolicyDocument));
    }
    if (service === 'kms') {
      // in a key policy "*" means the key itself
      return this.app
        .resources('AWS::KMS::Key')
        .filter(({ id }) => name === `key/${id}`)
        .flatMap(({ properties }) => statementsOf(properties.KeyPolicy));
    }
    return [];
  }

  /** The account of a resource that the stacks create; undefined for others. */
  private ownerOf(resource: string): string | undefined {
    const [, , service, , account, name = ''] = resource.split(':');
    if (service === 's3') {
      const bucket = this.app
        .resources('AWS::S3::Bucket')
        .find(({ id, properties }) => (properties.BucketName ?? id) === name.split('/')[0]);
      return bucket && this.app.account(bucket.stack);
    }
    if (service === 'kms') {
      return this.app.resources('AWS::KMS::Key').some(({ id }) => name === `key/${id}`) ? account : undefined;
    }
    return account || undefined;
  }
}

interface Principal {
  readonly arn: string;
  readonly account?: string;
  readonly statements: Statement[];
  /** Its identity policies aren't in the stacks. */
  readonly elsewhere: boolean;
  readonly service: boolean;
}

function namesPrincipal(written: unknown, who: Principal): boolean {
  if (written === '*') return true;
  const { AWS, Service } = (written ?? {}) as { AWS?: unknown; Service?: unknown };
  if (who.service) return list(Service).includes(who.arn) || list(AWS).includes('*');
  return list(AWS).some((name) => name === '*' || name === who.arn);
}

/** A statement for the account leaves the decision to the identity policies of that account. */
function namesAccount(written: unknown, account: string | undefined): boolean {
  const { AWS } = (written ?? {}) as { AWS?: unknown };
  return list(AWS).some((name) => name === account || name.endsWith(`:iam::${account}:root`));
}

function statementsOf(document: unknown): Statement[] {
  const statements = [(document as { Statement?: Statement | Statement[] })?.Statement ?? []].flat();
  for (const statement of statements) {
    if (statement.NotPrincipal !== undefined) throw new Error("the test evaluator doesn't know NotPrincipal");
  }
  return statements;
}

function list(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

function verdict(allowed: boolean): Decision {
  return allowed ? 'allowed' : 'denied';
}
