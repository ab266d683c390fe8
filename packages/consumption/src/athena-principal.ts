import { NagFindings } from '@lakewright/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AthenaConnectionFacts, ConnectionFactsOptions } from './athena-connection-facts';
import { AthenaProfile } from './athena-profile';
import type { AthenaWorkgroupBase } from './athena-workgroup-base';
import { refuse } from './private/refuse';

/** What an `AthenaPrincipal` is made of. */
export interface AthenaPrincipalProps {
  /** Where it asks. Best one of its own: see `AthenaWorkgroup`. */
  readonly workgroup: AthenaWorkgroupBase;

  /**
   * What it does there.
   * @default AthenaProfile.analyst()
   */
  readonly profile?: AthenaProfile;

  /**
   * A role, user or group that is there already: the rights are added to it.
   * @default a role of its own, for `assumedBy`
   */
  readonly principal?: iam.IGrantable;

  /**
   * Who takes on the role that is made.
   * @default none is made: the rights go to `principal`
   */
  readonly assumedBy?: iam.IPrincipal;
}

/**
 * One who uses Athena, with what its profile needs and no more: the workgroup, its own results, catalog metadata.
 *
 * Data is given to it like to any role: `dataset.grants.read(principal)`.
 */
export class AthenaPrincipal extends Construct implements iam.IGrantable {
  /** Where it asks. */
  public readonly workgroup: AthenaWorkgroupBase;

  /** What it does there. */
  public readonly profile: AthenaProfile;

  /** Who is given access when this is. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** The role that was made; undefined when the rights went to a principal that was there. */
  public readonly role?: iam.Role;

  private readonly grantee: iam.IGrantable;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `PrincipalOrAssumedBy`, `PrincipalUnknown`, `DbtSaysWhereTablesLie`, `DatabaseWithoutLocation`,
   * `EnforcedForSeveral`, `ManagedForSeveral`
   */
  public constructor(scope: Construct, id: string, props: AthenaPrincipalProps) {
    super(scope, id);
    const { workgroup, principal, assumedBy } = props;
    this.workgroup = workgroup;
    this.profile = props.profile ?? AthenaProfile.analyst();
    if ((principal === undefined) === (assumedBy === undefined)) {
      refuse(
        'PrincipalOrAssumedBy',
        `${principal ? 'both' : 'neither'} "principal" and "assumedBy" of "${this.node.path}"`,
        'the rights go to a principal that is there, or to a role that somebody takes on',
        'give one of the two',
      );
    }
    if (assumedBy) {
      this.role = new iam.Role(this, 'Role', { assumedBy, description: `Athena: ${this.profile.name}` });
      NagFindings.acknowledgeOwnPolicy(this.role, 'results, tables and their files have no fixed names');
    }
    this.grantee = principal ?? (this.role as iam.Role);
    this.grantPrincipal = this.grantee.grantPrincipal;
    this.profile._applyTo({ scope: this, grantee: this.grantee, workgroup });
  }

  /**
   * What its drivers and tools are told.
   *
   * @param options the database and the credentials that they begin with
   */
  public connectionFacts(options?: ConnectionFactsOptions): AthenaConnectionFacts {
    return this.workgroup.connectionFacts(this.grantee, options);
  }
}
