import { type DataLocation, NagFindings, PermissionModel } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lakeformation from 'aws-cdk-lib/aws-lakeformation';
import { Construct } from 'constructs';
import { refuse } from './private/refuse';
import { locationArn } from './private/resources';
import { StagePermissions } from './private/stage-permissions';
import { tokenText } from './private/token-text';

/** What a `LakeLocation` is made of. */
export interface LakeLocationProps {
  /** What Lake Formation takes over: a zone, or a prefix of one. */
  readonly location: DataLocation;

  /**
   * Who decides about access to what lies there. With `hybrid()` those who weren't opted in keep access by IAM.
   * @default PermissionModel.lakeFormation()
   */
  readonly permissions?: PermissionModel;

  /**
   * The role in whose name Lake Formation reads and writes the objects; gets what it needs.
   * @default a role with exactly these rights
   */
  readonly role?: iam.IRole;
}

/**
 * Registers a location with Lake Formation, with a data-access role of its own.
 *
 * Never the service-linked role: its policy grows with every location of the account until it is full, it can't be used
 * with keys and buckets of other accounts, and EMR can't use it.
 *
 * Results of queries must not lie in a registered location, and the data of a table's partitions must lie below the table's.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/registration-role.html
 */
export class LakeLocation extends Construct {
  /** What is registered. */
  public readonly location: DataLocation;
  /** The role in whose name Lake Formation reads and writes the objects. */
  public readonly role: iam.IRole;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what is registered
   * @throws `LocationWithIam` for `PermissionModel.iam()`
   * @throws `LocationRegisteredTwice`
   */
  public constructor(scope: Construct, id: string, props: LakeLocationProps) {
    super(scope, id);
    const { location, permissions = PermissionModel.lakeFormation() } = props;
    if (!permissions.usesLakeFormation) {
      refuse(
        'LocationWithIam',
        `location "${this.node.path}" with PermissionModel "iam"`,
        'Lake Formation decides about what it has registered',
        'use PermissionModel.lakeFormation() or hybrid(), or leave the location out',
      );
    }
    this.location = location;
    this.role = props.role ?? this.ownRole();
    location.grants.readWrite(this.role);
    location.grants.delete(this.role);

    const resource = new lakeformation.CfnResource(this, 'Resource', {
      resourceArn: locationArn(location),
      roleArn: this.role.roleArn,
      useServiceLinkedRole: false,
      hybridAccessEnabled: permissions.usesIam,
    });
    resource.node.addDependency(this.role);
    this.register(resource);
  }

  /** @internal Where a location is, as text. */
  public static _place(scope: Construct, location: DataLocation): string {
    return tokenText(scope, locationArn(location));
  }

  private register(resource: lakeformation.CfnResource): void {
    const stage = StagePermissions.of(this);
    const place = LakeLocation._place(this, this.location);
    const other = stage.locations.get(place);
    if (other) {
      refuse(
        'LocationRegisteredTwice',
        `${place}, by "${other.node.path}" and "${this.node.path}"`,
        'Lake Formation registers a location once',
        'keep one of them; LakeFormation registers its databases unless "registerLocations" is false',
      );
    }
    stage.locations.set(place, this);
    stage.whenReady(() => {
      stage.at(this).comesAfterBootstrap(resource);
      stage.at(this).comesAfter(resource);
    });
  }

  /** @see https://docs.aws.amazon.com/lake-formation/latest/dg/cross-service-confused-deputy-prevention.html */
  private ownRole(): iam.Role {
    const stack = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lakeformation.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnEquals: { 'aws:SourceArn': stack.formatArn({ service: 'lakeformation', resource: '*' }) },
        },
      }),
      description: 'Lake Formation reads and writes a registered location with it',
    });
    NagFindings.acknowledgeOwnPolicy(role, 'objects below a location have no fixed names');
    return role;
  }
}
