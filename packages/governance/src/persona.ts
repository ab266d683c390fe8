import { NagFindings } from '@lakewright/core';
import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Federation } from './federation';
import { PersonaKind } from './persona-kind';
import { refuse } from './private/refuse';

/** What a `Persona` is made of. */
export interface PersonaProps {
  /** How people come to it. */
  readonly federation: Federation;

  /**
   * What it does in the lake.
   * @default PersonaKind.analyst()
   */
  readonly kind?: PersonaKind;

  /**
   * How long a session lasts, from one hour to twelve. A role that takes on the persona gets one hour at most.
   * @default Duration.hours(1)
   */
  readonly maxSessionDuration?: Duration;

  /**
   * The most that the role may ever do.
   * @default no boundary
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;

  /**
   * Shown in the console.
   * @default the kind
   */
  readonly description?: string;
}

/**
 * A kind of people who use the lake, as a role that they take on: what grants are given to.
 *
 * What it may query from is given by a workgroup (`workgroup.grants.query(persona)`), which also keeps its results from
 * others; what it may see by grants on data sets. On a laptop it is called by its construct id: `lakewright query --as Analyst`.
 */
export class Persona extends iam.Role {
  /** What it does in the lake. */
  public readonly kind: PersonaKind;

  /**
   * @param scope where it is created
   * @param id how the persona is called
   * @param props what it is made of
   * @throws `InvalidSessionDuration`
   */
  public constructor(scope: Construct, id: string, props: PersonaProps) {
    const kind = props.kind ?? PersonaKind.analyst();
    super(scope, id, {
      assumedBy: props.federation._principal(scope),
      description: props.description ?? `${kind.name} of the data lake`,
      maxSessionDuration: checked(props.maxSessionDuration ?? Duration.hours(1)),
      permissionsBoundary: props.permissionsBoundary,
    });
    this.kind = kind;
    kind._applyTo(this);
    NagFindings.acknowledgeOwnPolicy(
      this,
      'What the persona may do: actions without resources, objects below granted prefixes, entries of the catalog',
    );
  }

  /** The role that people take on: the persona itself. */
  public get role(): iam.IRole {
    return this;
  }

  /**
   * The inline policy for the permission set that `Federation.identityCenter` names: JSON, the right to take on this role.
   *
   * For an output, or `inlinePolicy` of an `sso.CfnPermissionSet` in the account that manages Identity Center.
   */
  public get permissionSetPolicy(): string {
    const statement = new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [this.roleArn] });
    return Stack.of(this).toJsonString({ Version: '2012-10-17', Statement: [statement.toStatementJson()] });
  }
}

function checked(duration: Duration): Duration {
  const seconds = duration.toSeconds();
  if (seconds < 3600 || seconds > 43_200) {
    refuse('InvalidSessionDuration', `"${duration.toHumanString()}"`, 'one to twelve hours', 'choose one in between');
  }
  return duration;
}
