import type { LakeResource } from '../../assembly/resource';
import { type LakeContext, ServiceError } from '../service';

export const CLUSTER = 'AWS::ECS::Cluster';
export const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';

/** Source: Amazon ECS API Reference, "RunTask", Errors. */
export const clientError = (text: string) => new ServiceError('ClientException', text);
export const invalidParameter = (text: string) => new ServiceError('InvalidParameterException', text);

/** By name or ARN; the account's cluster `default` where none is named. */
export function tryCluster(lake: LakeContext, name: unknown = 'default'): LakeResource | undefined {
  return lake.resources.find(({ type, physicalId, arn }) => type === CLUSTER && (physicalId === name || arn === name));
}

/** @throws ServiceError ClusterNotFoundException */
export function findCluster(lake: LakeContext, name: unknown): LakeResource {
  const found = tryCluster(lake, name ?? undefined);
  if (found) return found;
  throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
}

/** `family` of `arn:…:task-definition/family:1`. */
export const familyOf = ({ arn }: LakeResource): string => arn.split('/').at(-1)?.replace(/:\d+$/, '') ?? '';

/** By family, family and revision, or ARN. Each run of the lake has one revision, the first. */
export function tryTaskDefinition(lake: LakeContext, name: unknown): LakeResource | undefined {
  return lake.resources.find((one) => {
    if (one.type !== TASK_DEFINITION) return false;
    const family = familyOf(one);
    return name === family || name === `${family}:1` || name === one.arn || name === one.arn.replace(/:1$/, '');
  });
}

/** @throws ServiceError ClientException */
export function findTaskDefinition(lake: LakeContext, name: unknown): LakeResource {
  const found = tryTaskDefinition(lake, name);
  if (found) return found;
  throw clientError('TaskDefinition not found.');
}
