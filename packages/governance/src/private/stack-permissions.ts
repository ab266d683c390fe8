import type { ILakeDatabase } from '@lakewright/catalog';
import { Annotations, CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, Dependable, type IConstruct, type IDependable } from 'constructs';
import { CloudFormationPermissions, dataLakeSettings } from './cloudformation-permissions';
import { executionRoleArn } from './execution-role';
import { type LakeFilter, type LakeTagAssociation, PermissionSet } from './permission-set';
import { isElsewhere, principalsOf } from './principals';
import { ProviderFunction } from './provider-function';
import { refuse } from './refuse';
import { WHOLE_CATALOG } from './resources';
import type { StageSettings } from './stage-permissions';

/** Who `LakeFormation` was told to put in charge. */
export interface Officers {
  readonly administrators: iam.IGrantable[];
  readonly readOnlyAdministrators: iam.IGrantable[];
  readonly databaseCreators: iam.IGrantable[];
  readonly crossAccountVersion?: string;
}

/**
 * What a stack has of Lake Formation, in the order of its deployment:
 *
 * 1. `Bootstrap`: CloudFormation's role and the provider's become administrators, before anything else is made;
 * 2. databases, tags, registered locations;
 * 3. `Settings`: other administrators, IAM_ALLOWED_PRINCIPALS taken from the databases;
 * 4. tables that CloudFormation makes;
 * 5. `Permissions`: all grants;
 * 6. what was made to wait for grants.
 */
export class StackPermissions extends Construct {
  public static of(scope: IConstruct, settings: StageSettings): StackPermissions {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID);
    return existing instanceof StackPermissions ? existing : new StackPermissions(stack, ID, settings);
  }

  public readonly permissions: PermissionSet;

  private readonly provider?: ProviderFunction;
  /** After it, CloudFormation may make databases, tags and locations. */
  private readonly bootstrap?: IConstruct;
  private readonly owner: string;
  private readonly closed: ILakeDatabase[] = [];
  private readonly prerequisites: IConstruct[] = [];
  private readonly needs: (() => IConstruct[])[] = [];
  private readonly waiting: IConstruct[] = [];
  private officers?: Officers;
  private rendered?: IConstruct;
  private settled?: IConstruct;

  private constructor(
    private readonly stack: Stack,
    id: string,
    private readonly settings: StageSettings,
  ) {
    super(stack, id);
    this.owner = stack.stackName;
    this.permissions = new PermissionSet(this);
    this.node.addValidation({ validate: () => this.permissions.validate() });
    const { mode, environment } = settings;
    if (mode._byProvider) {
      this.provider = new ProviderFunction(
        this,
        'Provider',
        [this.owner, this.settingsOwner, this.bootstrapOwner],
        environment,
      );
      this.bootstrap = this.settingsResource('Bootstrap', this.bootstrapOwner, {
        Administrators: [...this.deployers(), this.provider.role.roleArn],
      });
    } else if (mode._dataLakeSettings && stack === Stack.of(settings.home)) {
      this.bootstrap = dataLakeSettings(this, this.deployers(), () => this.officers);
    }
  }

  /** Makes a construct wait until CloudFormation may make things of Lake Formation. */
  public comesAfterBootstrap(construct: IConstruct): void {
    if (this.bootstrap) construct.node.addDependency(this.bootstrap);
  }

  /** Makes grants wait for a construct of this stack. */
  public comesAfter(construct: IConstruct): void {
    if (!this.prerequisites.includes(construct)) this.prerequisites.push(construct);
  }

  /** Makes grants wait for constructs of any stack, which are asked for when the app is synthesized. */
  public follow(needed: () => IConstruct[]): void {
    this.needs.push(needed);
  }

  /** Makes a construct wait for all grants of this stack. */
  public comesBefore(construct: IConstruct): void {
    this.waiting.push(construct);
    construct.node.addDependency(this.render());
  }

  /** Takes a database of this stack from IAM_ALLOWED_PRINCIPALS. */
  public close(database: ILakeDatabase): void {
    if (!this.provider) return;
    this.closed.push(database);
    this.provider.watchTables(); // later tables are closed, too
    this.settle();
  }

  public appoint(officers: Officers): void {
    this.officers = officers;
    if (this.provider) {
      this.settle();
      return;
    }
    const { administrators, readOnlyAdministrators, databaseCreators, crossAccountVersion } = officers;
    const sets = administrators.length + readOnlyAdministrators.length > 0 || crossAccountVersion !== undefined;
    if (sets && !this.bootstrap) {
      refuse(
        'SettingsNeedConsent',
        'administrators or a cross-account version with LakeFormationMode.cloudFormation()',
        'CloudFormation takes the settings of the whole account as its own',
        'say LakeFormationMode.cloudFormation({ dataLakeSettings: true }), or set them by hand',
      );
    }
    for (const grantee of databaseCreators) {
      this.grant(grantee, (principal) =>
        this.permissions.grant({ principal, resource: WHOLE_CATALOG, permissions: ['CREATE_DATABASE'] }),
      );
    }
  }

  /** One grant to everybody whom a grantee stands for. */
  public grant(grantee: iam.IGrantable, give: (principal: string) => void): void {
    this.render();
    for (const principal of principalsOf(grantee)) {
      give(principal);
      if (this.provider && isElsewhere(principal, this.stack.account)) this.provider.allowSharing();
    }
  }

  /** A filter that has a name of its own. */
  public define(filter: LakeFilter): void {
    this.render();
    this.permissions.filter(filter);
  }

  public associate(association: LakeTagAssociation): void {
    this.render();
    this.permissions.tag(association);
  }

  /** Where opt-ins can't be made. */
  public checkHybrid(what: string): void {
    if (this.settings.mode._byProvider) return;
    refuse(
      'HybridNeedsProvider',
      `PermissionModel "hybrid" on ${what} with LakeFormationMode.cloudFormation()`,
      'CloudFormation has no resource for opt-ins',
      'use PermissionModel.lakeFormation(), or LakeFormationMode.provider()',
    );
  }

  private get bootstrapOwner(): string {
    return `${this.owner}-bootstrap`;
  }

  private get settingsOwner(): string {
    return `${this.owner}-settings`;
  }

  /** Whose rights CloudFormation uses. */
  private deployers(): string[] {
    const { deploymentRole } = this.settings;
    const arn = deploymentRole?.roleArn ?? executionRoleArn(this.stack);
    if (arn) return [arn];
    Annotations.of(this).addWarningV2(
      '@lakewright/governance:deploymentRoleUnknown',
      'the synthesizer of this stack does not say with which role CloudFormation deploys, so that this role does not become ' +
        'a Lake Formation administrator, and creating databases may fail with "Required Create Database on Catalog": give ' +
        '"deploymentRole" to LakeFormation, or make that role an administrator before the first deployment',
    );
    return [];
  }

  private settingsResource(id: string, Owner: string, properties: Record<string, unknown>): CustomResource {
    const { provider } = this;
    if (!provider) throw new Error('settings are made by the provider');
    const resource = new CustomResource(this, id, {
      resourceType: 'Custom::LakewrightLakeFormationSettings',
      serviceToken: provider.functionArn,
      serviceTimeout: TIMEOUT,
      properties: {
        Owner,
        Administrators: [],
        ReadOnlyAdministrators: [],
        DatabaseCreators: [],
        Databases: [],
        ...properties,
      },
    });
    resource.node.addDependency(provider.role);
    return resource;
  }

  /** Not before the databases, which the administrators' own policies may be about. */
  private settle(): IConstruct {
    if (this.settled) return this.settled;
    const arns = (of: (officers: Officers) => iam.IGrantable[]) =>
      Lazy.any({ produce: () => (this.officers ? of(this.officers) : []).flatMap(principalsOf) });
    const resource = this.settingsResource('Settings', this.settingsOwner, {
      Administrators: arns(({ administrators }) => administrators),
      ReadOnlyAdministrators: arns(({ readOnlyAdministrators }) => readOnlyAdministrators),
      DatabaseCreators: arns(({ databaseCreators }) => databaseCreators),
      CrossAccountVersion: Lazy.any({ produce: () => this.officers?.crossAccountVersion }),
      Databases: Lazy.any({ produce: () => this.closed.map(({ databaseName }) => databaseName).sort() }),
    });
    this.comesAfterBootstrap(resource);
    resource.node.addDependency(later(() => this.closed.filter((database) => Stack.of(database) === this.stack)));
    this.settled = resource;
    return resource;
  }

  /** All grants of the stack, in one resource (or, without the provider, in a chain of them). */
  private render(): IConstruct {
    if (this.rendered) return this.rendered;
    const resource = this.provider
      ? this.oneResource(this.provider)
      : new CloudFormationPermissions(this, 'Permissions', this.permissions);
    this.comesAfterBootstrap(resource);
    resource.node.addDependency(later(() => this.before()));
    this.rendered = resource;
    return resource;
  }

  private oneResource(provider: ProviderFunction): CustomResource {
    provider.watchTables();
    const part = (name: string) => Lazy.any({ produce: () => this.permissions.render()[name] });
    return new CustomResource(this, 'Permissions', {
      resourceType: 'Custom::LakewrightLakeFormationPermissions',
      serviceToken: provider.functionArn,
      serviceTimeout: TIMEOUT,
      properties: {
        Owner: this.owner,
        Grants: part('Grants'),
        Filters: part('Filters'),
        TagAssociations: part('TagAssociations'),
        OptIns: part('OptIns'),
      },
    });
  }

  /** What grants are about: the catalog's entries that CloudFormation makes, and what was said. */
  private before(): IConstruct[] {
    const entries = this.stack.node
      .findAll()
      .filter((node) => node instanceof glue.CfnDatabase || node instanceof glue.CfnTable)
      .filter((node) => Stack.of(node) === this.stack && !this.waiting.some((one) => node.node.scopes.includes(one)));
    const needed = new Set(this.needs.flatMap((need) => need()));
    return [...entries, ...this.prerequisites, ...needed, ...(this.settled ? [this.settled] : [])];
  }
}

/** Dependencies that are known when the app is synthesized. */
function later(produce: () => IConstruct[]): IDependable {
  const dependable = {};
  Dependable.implement(dependable, {
    get dependencyRoots() {
      return produce();
    },
  });
  return dependable;
}

const ID = 'LakewrightLakeFormation';
const TIMEOUT = Duration.minutes(20);
