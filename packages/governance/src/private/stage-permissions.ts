import type { ILakeDatabase } from '@lakewright/catalog';
import { type LakeEnvironment, LakeError } from '@lakewright/core';
import { Stack, Stage } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { LakeFormationMode } from '../lake-formation-mode';
import { constructOf } from './principals';
import { StackPermissions } from './stack-permissions';
import { tokenText } from './token-text';

/** What `LakeFormation` decides for its stage. */
export interface StageSettings {
  /** Where grants go whose grantee lives in no stack. */
  readonly home: IConstruct;
  readonly mode: LakeFormationMode;
  readonly databases: ILakeDatabase[];
  readonly environment?: LakeEnvironment;
  readonly deploymentRole?: iam.IRole;
}

/** All that is granted in a stage or app; what is said before `LakeFormation` is made waits for it. */
export class StagePermissions {
  public static of(scope: IConstruct): StagePermissions {
    const home: IConstruct & { [SLOT]?: StagePermissions } =
      (Stage.isStage(scope) ? scope : Stage.of(scope)) ?? scope.node.root;
    home[SLOT] ??= new StagePermissions(home);
    return home[SLOT];
  }

  /** What is registered: where it lies → by which construct. */
  public readonly locations = new Map<string, IConstruct>();

  private readonly waiting: { readonly what?: string; readonly call: () => void }[] = [];
  private current?: StageSettings;

  private constructor(home: IConstruct) {
    home.node.addValidation({ validate: () => this.validate() });
  }

  public get isReady(): boolean {
    return this.current !== undefined;
  }

  /** Set once `LakeFormation` is there. */
  public get settings(): StageSettings {
    if (!this.current) throw new Error('asked before LakeFormation was made');
    return this.current;
  }

  public start(settings: StageSettings): void {
    this.current = settings;
    for (const { call } of this.waiting.splice(0)) call();
  }

  /**
   * Does something when `LakeFormation` is there, now or later.
   *
   * @param call what to do
   * @param what for the error if it never comes; left out where nothing is missing then
   */
  public whenReady(call: () => void, what?: string): void {
    if (this.current) call();
    else this.waiting.push({ what, call });
  }

  /** The governed database of a name, and where it is registered. */
  public databaseNamed(name: string): IConstruct[] {
    const database = this.settings.databases.find(({ databaseName }) => literal(databaseName) === literal(name));
    return database ? [database] : [];
  }

  /** By what a place is registered: itself, or a place above it. */
  public registering(place: string): IConstruct[] {
    return [...this.locations]
      .filter(([one]) => place === one || place.startsWith(`${one}/`))
      .map(([, construct]) => construct);
  }

  /** The stack of a construct. */
  public at(scope: IConstruct): StackPermissions {
    return StackPermissions.of(scope, this.settings);
  }

  /** The stack in which a grantee's rights are rendered: its own, which comes after what it gets rights on. */
  public forGrantee(grantee: iam.IGrantable): StackPermissions {
    return this.at(constructOf(grantee) ?? this.settings.home);
  }

  private validate(): string[] {
    return this.waiting
      .flatMap(({ what }) => what ?? [])
      .slice(0, 1)
      .map((what) =>
        LakeError.message(
          'NoLakeFormation',
          what,
          'needs the Lake Formation set-up of its stage or app',
          'add LakeFormation, and give the databases to it',
        ),
      );
  }
}

/** The name as any other app would read it: databases of this one give a reference in their own stack. */
function literal(name: string): string {
  return tokenText(new Stack(), name);
}

const SLOT = Symbol.for('@lakewright/governance.StagePermissions');
