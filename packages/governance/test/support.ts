import { LakeCatalog, type LakeCatalogProps } from '@lakewright/catalog';
import { PermissionModel } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, aws_iam as iam, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ResolvedApp } from '../../core/test/support';
import { LakeFormation, type LakeFormationProps } from '../src';

export { dataIds, nagFindings, PolicyEvaluator, ResolvedApp } from '../../core/test/support';

export const ENV = { account: '111122223333', region: 'eu-west-1' };
export const PERMISSIONS = 'Custom::LakewrightLakeFormationPermissions';
export const SETTINGS = 'Custom::LakewrightLakeFormationSettings';

/** A stack with storage and a catalog that Lake Formation governs. */
export function ungoverned(props: Partial<LakeCatalogProps> = {}, stackProps: StackProps = { env: ENV }) {
  const app = new App();
  const stack = new Stack(app, 'Lake', stackProps);
  const storage = new LakeStorage(stack, 'Storage');
  const permissions = PermissionModel.lakeFormation();
  const catalog = new LakeCatalog(stack, 'Catalog', { storage, permissions, ...props });
  const role = (id: string, scope: Stack = stack) =>
    new iam.Role(scope, id, { assumedBy: new iam.AccountRootPrincipal() });
  return { app, stack, storage, catalog, role };
}

/** The same with its `LakeFormation`. */
export function lake(props: LakeFormationProps = {}, permissions = PermissionModel.lakeFormation()) {
  const made = ungoverned({ permissions });
  const lakeFormation = new LakeFormation(made.stack, 'LakeFormation', { catalog: made.catalog, ...props });
  return { ...made, lakeFormation };
}

export interface Rendered {
  readonly Owner: string;
  readonly Grants: {
    readonly Principal: string;
    readonly Resource: Record<string, unknown>;
    readonly Permissions: string[];
    readonly PermissionsWithGrantOption?: string[];
  }[];
  readonly Filters: Record<string, unknown>[];
  readonly TagAssociations: Record<string, unknown>[];
  readonly OptIns: Record<string, unknown>[];
}

/** What the one permissions resource of a stack says, with references resolved. */
export function rendered(stack: Stack, ...others: Stack[]): Rendered {
  const [only, ...more] = ResolvedApp.of(stack, ...others).resources(PERMISSIONS);
  if (!only || more.length > 0) throw new Error(`${more.length + (only ? 1 : 0)} permissions resources`);
  return only.properties as unknown as Rendered;
}

/** What one principal gets: permissions on resources, one line each. */
export function grantsOf(stack: Stack, who: iam.IRole | string, ...others: Stack[]): string[] {
  const app = ResolvedApp.of(stack, ...others);
  const principal = typeof who === 'string' ? who : app.text(who.roleArn);
  return rendered(stack, ...others)
    .Grants.filter(({ Principal }) => Principal === principal)
    .map(({ Resource, Permissions, PermissionsWithGrantOption: grantable }) => {
      const option = grantable ? ` grantable ${grantable}` : '';
      return `${Permissions} on ${JSON.stringify(Resource)}${option}`;
    })
    .sort();
}

/** The properties of the only resource of a type. */
export function only(stack: Stack, type: string): Record<string, unknown> {
  const [one, ...more] = ResolvedApp.of(stack).resources(type);
  if (!one || more.length > 0) throw new Error(`${more.length + (one ? 1 : 0)} of ${type}`);
  return one.properties;
}

/** Logical ids by type. */
export function idsOf(stack: Stack, type: string): string[] {
  return Object.keys(Template.fromStack(stack).findResources(type));
}

/** All that a resource comes after, at any distance. */
export function predecessors(stack: Stack, id: string): Set<string> {
  const resources = Template.fromStack(stack).toJSON().Resources as Record<string, Record<string, unknown>>;
  const found = new Set<string>();
  const visit = (one: string): void => {
    for (const next of mentioned(resources[one])) {
      if (!(next in resources) || found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(id);
  return found;
}

function mentioned(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mentioned);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    if (key === 'Ref') return [String(one)];
    if (key === 'Fn::GetAtt') return [String((one as string[])[0])];
    if (key === 'DependsOn') return [one].flat().map(String);
    return mentioned(one);
  });
}
