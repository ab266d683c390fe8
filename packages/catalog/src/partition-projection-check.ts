import { LakeError } from '@lakewright/core';
import { Stack, Stage, Token } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import type { IConstruct } from 'constructs';

/**
 * Refuses tables whose partition projection can't find any data: Athena would answer such a query with zero rows.
 *
 * Every partition key needs a projection, and a location template (`storage.location.template`) has to name every key. A
 * `LakeCatalog` and each `LakeDatabase` check all tables of their app or stage, however they are made.
 *
 * Errors at synthesis: `ProjectionMissesKey`, `ProjectionOfNoKey`, `TemplateMissesKey`, `TemplateNamesNoKey`.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
 */
export class PartitionProjectionCheck {
  /**
   * Checks a table, or all tables below a construct.
   *
   * @param scope a table, a stack, an app
   */
  public static on(scope: IConstruct): void {
    scope.node.addValidation({ validate: () => findings(scope) });
  }

  /** @internal Once for each app or stage. */
  public static _everywhere(scope: IConstruct): void {
    const home: IConstruct & { [DONE]?: boolean } = Stage.of(scope) ?? scope.node.root;
    if (home[DONE]) return;
    home[DONE] = true;
    PartitionProjectionCheck.on(home);
  }

  private constructor() {}
}

const DONE = Symbol.for('@lakewright/catalog.PartitionProjectionCheck');

function findings(scope: IConstruct): string[] {
  return scope.node
    .findAll()
    .filter((construct): construct is glue.CfnTable => construct instanceof glue.CfnTable)
    .flatMap(check);
}

interface TableInput {
  readonly parameters?: Record<string, unknown>;
  readonly partitionKeys?: readonly { readonly name: string }[];
}

function check(table: glue.CfnTable): string[] {
  const input = Stack.of(table).resolve(table.tableInput) as TableInput;
  const parameters = input.parameters ?? {};
  if (String(parameters['projection.enabled']).toLowerCase() !== 'true') return [];
  const where = `table "${table.node.path}"`;
  const keys = (input.partitionKeys ?? []).map(({ name }) => name);
  const projected = Object.keys(parameters).flatMap((name) => /^projection\.(.+)\.type$/.exec(name)?.[1] ?? []);
  const template = templateOf(parameters['storage.location.template']);
  const named =
    template === undefined ? undefined : [...template.matchAll(/\$\{([^}]+)\}/g)].map(([, name]) => String(name));
  const known = keys.length > 0 ? keys.map((key) => `"${key}"`).join(', ') : 'none';

  return [
    ...missing(keys, projected).map((key) =>
      LakeError.message(
        'ProjectionMissesKey',
        `${where} has no projection for its partition key "${key}"`,
        'Athena finds no partition unless every key has one',
        `add projection.${key}.type, or switch projection off`,
      ),
    ),
    ...missing(projected, keys).map((key) =>
      LakeError.message(
        'ProjectionOfNoKey',
        `${where} has a projection for "${key}"`,
        `its partition keys are ${known}`,
        'correct the name, or make it a partition key',
      ),
    ),
    ...missing(named ? keys : [], named ?? []).map((key) =>
      LakeError.message(
        'TemplateMissesKey',
        `${where} has a location template "${template}" without its partition key "${key}"`,
        'all partitions would read the same folder',
        `add "\${${key}}" to storage.location.template`,
      ),
    ),
    ...missing(named ?? [], keys).map((key) =>
      LakeError.message(
        'TemplateNamesNoKey',
        `${where} has a location template "${template}" that names "${key}"`,
        `its partition keys are ${known}`,
        'correct the name, or make it a partition key',
      ),
    ),
  ];
}

/** Glue's names ignore case. */
function missing(names: readonly string[], among: readonly string[]): string[] {
  const lower = among.map((name) => name.toLowerCase());
  return names.filter((name) => !lower.includes(name.toLowerCase()));
}

/** The bucket's name in a template is a token as a rule: the text around it is what counts. */
function templateOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return Token.isUnresolved(value) ? undefined : value;
  const parts = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join']?.[1];
  return parts?.map((part) => (typeof part === 'string' ? part : '…')).join('');
}
