import type { ApiShape } from '../../services/api-shape';
import type { LakeContext } from '../../services/service';
import type { ActionRequest } from '../contract';

/** What an operation asks of its caller, worked out from its input. No request = whoever asks. */
export type OperationAccess = (
  input: ApiShape,
  lake: LakeContext,
) => readonly ActionRequest[] | Promise<readonly ActionRequest[]>;

/** The operations of a service; one that isn't there is refused for everybody but local-admin. */
export type ServiceAccess = Readonly<Record<string, OperationAccess>>;

/** `arn:aws:glue:eu-west-1:000000000000:crawler/x` */
export function regionalArn({ partition, region, account }: LakeContext, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** Where the caller need not be allowed anything. */
export const unconditional: OperationAccess = () => [];

/** Operations by whose action all resources are meant, since it has none: `Resource: '*'`. */
export function onEverything(service: string, operations: readonly string[]): ServiceAccess {
  return on(service, operations, () => ['*']);
}

/** Operations whose action is called as they are, on the resources that the input names. */
export function on(
  service: string,
  operations: readonly string[],
  resources: (input: ApiShape, lake: LakeContext) => readonly string[] | Promise<readonly string[]>,
): ServiceAccess {
  return Object.fromEntries(
    operations.map((operation): [string, OperationAccess] => [
      operation,
      async (input, lake) => [{ action: `${service}:${operation}`, resources: await resources(input, lake) }],
    ]),
  );
}

/**
 * Handing a role to a service.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export function passRole(role: unknown, service: string): readonly ActionRequest[] {
  if (typeof role !== 'string' || role === '') return [];
  return [
    { action: 'iam:PassRole', resources: [role], context: { 'iam:PassedToService': `${service}.amazonaws.com` } },
  ];
}

/** `aws:RequestTag/…` and `aws:TagKeys` of tags as a map or as a list. */
export function tagContext(tags: ApiShape): Record<string, string | string[]> {
  const pairs: [string, string][] = Array.isArray(tags)
    ? tags.map((tag) => [String(tag.Key ?? tag.key), String(tag.Value ?? tag.value ?? '')])
    : Object.entries<ApiShape>(tags ?? {}).map(([key, value]) => [key, String(value)]);
  if (pairs.length === 0) return {};
  return {
    'aws:TagKeys': pairs.map(([key]) => key),
    ...Object.fromEntries(pairs.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

export function list(value: ApiShape): ApiShape[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
