import type { ILakeCatalog, ILakeDatabase } from '@lakewright/catalog';
import { LakeAccess, type LakeEnvironment } from '@lakewright/core';
import { Aspects } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LakeFormationMode } from './lake-formation-mode';
import { LakeLocation } from './lake-location';
import { checkOrder } from './private/administrators-order';
import { grantAdministration, grantCreation, grantReading } from './private/officers';
import { principalsOf } from './private/principals';
import { refuse } from './private/refuse';
import { grantDatabase, grantDataset, grantLocation } from './private/request-grants';
import { StagePermissions } from './private/stage-permissions';

/** What `LakeFormation` is told. */
export interface LakeFormationProps {
  /**
   * The catalog whose databases it governs.
   * @default `databases` says which
   */
  readonly catalog?: ILakeCatalog;

  /**
   * Further databases that it governs. Those with `PermissionModel.iam()` are left to IAM.
   * @default only those of `catalog`
   */
  readonly databases?: ILakeDatabase[];

  /**
   * Who may grant everything to everybody: roles and users. They also get the rights of IAM that this takes.
   * @default only CloudFormation's role and the provider
   */
  readonly administrators?: iam.IGrantable[];

  /**
   * Who may see all metadata and permissions, and change none. They also get the rights of IAM that this takes.
   * @default nobody
   */
  readonly readOnlyAdministrators?: iam.IGrantable[];

  /**
   * Who may make databases, which are theirs then. They also get the rights of IAM that this takes.
   * @default only administrators
   */
  readonly databaseCreators?: iam.IGrantable[];

  /**
   * The version of cross-account sharing, 1 to 5; new accounts should take 4 or later.
   * @default the account's version stays as it is
   * @see https://docs.aws.amazon.com/lake-formation/latest/dg/optimize-ram.html
   */
  readonly crossAccountVersion?: number;

  /**
   * By what permissions get to Lake Formation.
   * @default LakeFormationMode.provider()
   */
  readonly mode?: LakeFormationMode;

  /**
   * Whether the locations of the databases are registered.
   * @default true
   */
  readonly registerLocations?: boolean;

  /**
   * The role with which CloudFormation makes the resources of this app's stacks.
   * @default the one of `cdk bootstrap`, by the stack's synthesizer
   */
  readonly deploymentRole?: iam.IRole;

  /**
   * How long the provider's logs are kept.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Lake Formation for the databases of a lake: one for each stage or app.
 *
 * Renders Lake Formation's half of all grants, wherever and whenever they are made. What the account has besides stays:
 * administrators are added to those that are there, and only what it brought goes with it. CloudFormation's role becomes an
 * administrator before the first database is made, so that the first deployment works. From databases that Lake Formation
 * governs alone, IAM_ALLOWED_PRINCIPALS is taken away; with `PermissionModel.hybrid()` it stays for those who weren't opted in.
 *
 * Lake Formation's settings are the account's: this governs the stacks of its stage that are in one account and region.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/initial-lf-config.html
 */
export class LakeFormation extends Construct {
  /** The databases that it governs. */
  public readonly databases: ILakeDatabase[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it governs, and who is in charge
   * @throws `LakeFormationExists`, `InvalidCrossAccountVersion`, `PrincipalNotSupported`
   */
  public constructor(scope: Construct, id: string, props: LakeFormationProps = {}) {
    super(scope, id);
    const all = [...(props.catalog?.databases ?? []), ...(props.databases ?? [])];
    this.databases = [...new Set(all)].filter(({ permissions }) => permissions.usesLakeFormation);
    const { administrators = [], readOnlyAdministrators = [], databaseCreators = [] } = props;
    for (const grantee of [...administrators, ...readOnlyAdministrators, ...databaseCreators]) principalsOf(grantee);

    const stage = StagePermissions.of(this);
    if (stage.isReady) {
      refuse(
        'LakeFormationExists',
        `a second LakeFormation "${this.node.path}"`,
        'one for each stage or app',
        'give all databases and administrators to one of them',
      );
    }
    stage.start({
      home: this,
      mode: props.mode ?? LakeFormationMode.provider(),
      databases: this.databases,
      environment: props.environment,
      deploymentRole: props.deploymentRole,
    });
    for (const database of this.databases) this.govern(stage, database, props.registerLocations ?? true);
    stage.at(this).appoint({
      administrators,
      readOnlyAdministrators,
      databaseCreators,
      crossAccountVersion: version(props.crossAccountVersion),
    });
    administrators.forEach(grantAdministration);
    readOnlyAdministrators.forEach(grantReading);
    for (const grantee of databaseCreators) grantCreation(this, grantee);
    const officers = [...administrators, ...readOnlyAdministrators, ...databaseCreators];
    // before CDK finds the cycle, and can't say what to do about it
    Aspects.of(this).add({ visit: (node) => node === this && checkOrder(this, officers) });

    LakeAccess.of(this).attach({
      provide: (request) => grantDataset(stage, request),
      provideDatabase: (request) => grantDatabase(stage, request),
      provideLocation: (request) => grantLocation(stage, request),
      applyBefore: (grantee, construct) => stage.forGrantee(grantee).comesBefore(construct),
    });
  }

  private govern(stage: StagePermissions, database: ILakeDatabase, registers: boolean): void {
    const { location, permissions, linkTarget } = database;
    const stack = stage.at(database);
    stack.comesAfterBootstrap(database);
    if (linkTarget) return; // its owner governs what it points to
    if (!permissions.usesIam) stack.close(database);
    if (!location || !registers) return;
    // in the database's stack, so that grants there find it registered
    const scope = database as unknown as Construct;
    if (!stage.locations.has(LakeLocation._place(scope, location))) {
      new LakeLocation(scope, 'LakeLocation', { location, permissions });
    }
  }
}

function version(given: number | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (Number.isInteger(given) && given >= 1 && given <= 5) return String(given);
  return refuse('InvalidCrossAccountVersion', `"${given}"`, 'a whole number from 1 to 5', 'use 4');
}
