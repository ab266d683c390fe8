import { type DataLocation, NagFindings } from '@lakewright/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AthenaConnectionFacts, ConnectionFactsOptions } from './athena-connection-facts';
import { AthenaPrincipal } from './athena-principal';
import { AthenaProfile, type ReaderProfileOptions } from './athena-profile';
import type { AthenaWorkgroupBase } from './athena-workgroup-base';

/** What a `SageMakerAccess` is made of. */
export interface SageMakerAccessProps extends ReaderProfileOptions {
  /** Where notebooks ask. Best one of their own. */
  readonly workgroup: AthenaWorkgroupBase;

  /**
   * The execution role of a Studio domain, a user profile, a notebook or a job.
   * @default a role of its own, for SageMaker AI
   */
  readonly role?: iam.IRole;

  /**
   * Where notebooks and jobs keep what they make: features, models. Read, written and deleted in.
   * @default nowhere
   */
  readonly artifacts?: DataLocation;
}

/**
 * Notebooks and jobs of SageMaker AI that read the lake as far as it is granted: by Athena (aws-sdk-pandas, PyAthena), so that
 * Lake Formation hides the columns and rows that it hides from others, and never the files themselves.
 *
 * Data is given to it like to any role: `dataset.grants.read(access, { excluding: ['email'] })`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export class SageMakerAccess extends Construct implements iam.IGrantable {
  /** What notebooks and jobs work as: the execution role to give to the domain, user profile or job. */
  public readonly role: iam.IRole;

  /** Who is given access when this is: the role. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly principal: AthenaPrincipal;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `EnforcedForSeveral`, `ManagedForSeveral`
   */
  public constructor(scope: Construct, id: string, props: SageMakerAccessProps) {
    super(scope, id);
    const { workgroup, artifacts, databases, denied } = props;
    this.role = props.role ?? this.executionRole();
    this.grantPrincipal = this.role.grantPrincipal;
    const profile = AthenaProfile.analyst({ databases, denied });
    this.principal = new AthenaPrincipal(this, 'Athena', { workgroup, profile, principal: this.role });
    artifacts?.grants.readWrite(this.role);
    artifacts?.grants.delete(this.role);
  }

  /**
   * What clients in notebooks are told.
   *
   * @param options the database and the credentials that they begin with
   */
  public connectionFacts(options?: ConnectionFactsOptions): AthenaConnectionFacts {
    return this.principal.connectionFacts(options);
  }

  private executionRole(): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com'),
      description: 'Notebooks and jobs of SageMaker AI that read the lake',
    });
    NagFindings.acknowledgeOwnPolicy(role, 'results, tables and artifacts have no fixed names');
    return role;
  }
}
