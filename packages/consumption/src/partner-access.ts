import { NagFindings } from '@lakewright/core';
import { CfnOutput, Duration, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AthenaConnectionFacts, ConnectionFactsOptions } from './athena-connection-facts';
import { AthenaPrincipal } from './athena-principal';
import { AthenaProfile, type ReaderProfileOptions } from './athena-profile';
import type { AthenaWorkgroupBase } from './athena-workgroup-base';
import { refuse } from './private/refuse';

/** What a `PartnerAccess` is made of. */
export interface PartnerAccessProps extends ReaderProfileOptions {
  /** The partner's account: twelve digits. */
  readonly account: string;

  /**
   * What the partner's software says when it takes on the role, different for each of its customers; the partner chooses it.
   * No secret. 2 to 1,224 letters, digits and `+ = , . @ : / - _`.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
   */
  readonly externalId: string;

  /**
   * The names of the roles in the partner's account that may take on the role, with their paths.
   * @default all that the partner's account allows to
   */
  readonly partnerRoles?: string[];

  /** Where the partner asks. Best one of its own: with a scan limit, since queries are billed to this account. */
  readonly workgroup: AthenaWorkgroupBase;

  /**
   * How long a session lasts, from one hour to twelve.
   * @default Duration.hours(1)
   */
  readonly maxSessionDuration?: Duration;
}

/**
 * A role for a partner of another account, who queries the lake by Athena, and sees what is granted to it and its own results.
 *
 * Taken on with an external id, without which the partner's software could be talked into using it for somebody else. Data is
 * given like to any role: `dataset.grants.read(partner)`. Partners who run queries in their own account, at their own cost,
 * are given a share instead: `LakeShare` of @lakewright/governance.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export class PartnerAccess extends Construct implements iam.IGrantable {
  /** What the partner takes on. */
  public readonly role: iam.Role;

  /** Who is given access when this is: the role. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly externalId: string;
  private readonly principal: AthenaPrincipal;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidAccount`, `PartnerIsThisAccount`, `InvalidExternalId`, `InvalidSessionDuration`, `EnforcedForSeveral`,
   * `ManagedForSeveral`
   */
  public constructor(scope: Construct, id: string, props: PartnerAccessProps) {
    super(scope, id);
    check(this, props);
    const { workgroup, databases, denied } = props;
    this.externalId = props.externalId;
    this.role = new iam.Role(this, 'Role', {
      assumedBy: partner(this, props),
      externalIds: [props.externalId],
      maxSessionDuration: props.maxSessionDuration ?? Duration.hours(1),
      description: `Athena, for ${props.account}`,
    });
    NagFindings.acknowledgeOwnPolicy(this.role, 'results and tables have no fixed names');
    this.grantPrincipal = this.role;
    const profile = AthenaProfile.biTool({ databases, denied });
    this.principal = new AthenaPrincipal(this, 'Athena', { workgroup, profile, principal: this.role });
  }

  /**
   * What the partner's drivers and tools are told.
   *
   * @param options the database and the credentials that they begin with
   */
  public connectionFacts(options?: ConnectionFactsOptions): AthenaConnectionFacts {
    return this.principal.connectionFacts(options);
  }

  /**
   * Makes outputs of the stack of what the partner needs: the role, the external id, and how to connect.
   *
   * @param scope where they are created
   * @param id with which their names begin
   */
  public addOutputs(scope: Construct, id: string): void {
    new CfnOutput(scope, `${id}RoleArn`, { value: this.role.roleArn });
    new CfnOutput(scope, `${id}ExternalId`, { value: this.externalId });
    this.connectionFacts().addOutputs(scope, id);
  }
}

/** Roles are named by a condition: as principals they would have to be there when this one is deployed. */
function partner(scope: Construct, { account, partnerRoles }: PartnerAccessProps): iam.IPrincipal {
  const all = new iam.AccountPrincipal(account);
  if (!partnerRoles) return all;
  const arns = partnerRoles.map((resourceName) =>
    Stack.of(scope).formatArn({ service: 'iam', region: '', account, resource: 'role', resourceName }),
  );
  return all.withConditions({ ArnEquals: { 'aws:PrincipalArn': arns } });
}

function check(scope: Construct, { account, externalId, partnerRoles, maxSessionDuration }: PartnerAccessProps): void {
  if (!Token.isUnresolved(account)) {
    if (!/^\d{12}$/.test(account)) {
      refuse('InvalidAccount', `account "${account}"`, 'twelve digits', "give the partner's account id");
    }
    if (account === Stack.of(scope).account) {
      refuse(
        'PartnerIsThisAccount',
        `account "${account}" of "${scope.node.path}"`,
        "a partner has another account: an external id keeps nobody of one's own away",
        'use AthenaPrincipal',
      );
    }
  }
  if (!Token.isUnresolved(externalId) && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    refuse(
      'InvalidExternalId',
      `externalId "${externalId.slice(0, 40)}"`,
      '2 to 1224 letters, digits and + = , . @ : / - _',
      'ask the partner for the id that it has for you',
    );
  }
  if (partnerRoles?.length === 0) {
    refuse('InvalidAccount', 'no "partnerRoles"', 'at least one, or all of the account', 'leave the list out');
  }
  const seconds = maxSessionDuration?.toSeconds() ?? 3600;
  if (seconds < 3600 || seconds > 43_200) {
    refuse(
      'InvalidSessionDuration',
      `"${maxSessionDuration?.toHumanString()}"`,
      'one to twelve hours',
      'choose one in between',
    );
  }
}
