import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';

export const FUNCTION = 'AWS::Lambda::Function';

/** A function that a client names: by name or ARN, whole or in part, with or without a version or alias. */
export interface FunctionReference {
  readonly resource: LakeResource;
  /** The version or alias asked for. */
  readonly qualifier?: string;
}

/** Source: Lambda API Reference, "Invoke", FunctionName. */
const REFERENCE = /^(?:(?:arn:[^:]+:lambda:[^:]*:)?\d*:?function:|\d{12}:function:)?([^:]+)(?::([^:]+))?$/;

/** @throws ServiceError ResourceNotFoundException */
export function findFunction(lake: LakeContext, name: unknown, qualifier?: unknown): FunctionReference {
  const [, bare, inName] = REFERENCE.exec(String(name ?? '')) ?? [];
  const functions = lake.resources.filter(({ type }) => type === FUNCTION);
  // A version without a name of its own is numbered after its function's ARN.
  const resource = functions.find(({ physicalId, arn }) => physicalId === bare || arn === name);
  if (resource) return { resource, qualifier: asText(qualifier) ?? inName };
  const arn = `arn:${lake.partition}:lambda:${lake.region}:${lake.account}:function:${bare ?? name}`;
  throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404, { Type: 'User' });
}

const asText = (value: unknown): string | undefined =>
  value === undefined || value === '' ? undefined : String(value);

const NODE = /^nodejs\d/;
const PYTHON = /^python3\.(\d+)$/;

export type Language = 'node' | 'python';

/** What runs a function here; undefined where nothing does. */
export function languageOf({ properties }: LakeResource): Language | undefined {
  const runtime = String(properties.Runtime ?? '');
  if (NODE.test(runtime)) return 'node';
  return PYTHON.test(runtime) ? 'python' : undefined;
}

/** Why a function can't run here, or undefined. */
export function refusal(resource: LakeResource): string | undefined {
  const { Runtime, PackageType, Code } = resource.properties;
  if (PackageType === 'Image' || Code?.ImageUri !== undefined)
    return 'functions from container images are not run: no Docker';
  if (languageOf(resource) === undefined) return `its runtime "${Runtime}" is not run: Node.js and Python are`;
  if (Code?.ZipFile === undefined && Code?.S3Key === undefined) return 'its template names no code';
  return undefined;
}

/** What happens to asynchronous invocations that end, by the template. */
export interface EventInvokeConfig {
  readonly retries: number;
  readonly maximumAgeSeconds: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly deadLetter?: string;
}

/** Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation". */
export function eventInvokeConfig(lake: LakeContext, { resource, qualifier }: FunctionReference): EventInvokeConfig {
  const configs = lake.resources.filter(
    ({ type, properties }) =>
      type === 'AWS::Lambda::EventInvokeConfig' && isNamed(resource, String(properties.FunctionName)),
  );
  const wanted = configs.find(({ properties }) => properties.Qualifier === (qualifier ?? '$LATEST')) ?? configs[0];
  const properties: ApiShape = wanted?.properties ?? {};
  return {
    retries: Number(properties.MaximumRetryAttempts ?? 2),
    maximumAgeSeconds: Number(properties.MaximumEventAgeInSeconds ?? 21_600),
    onSuccess: properties.DestinationConfig?.OnSuccess?.Destination,
    onFailure: properties.DestinationConfig?.OnFailure?.Destination,
    deadLetter: resource.properties.DeadLetterConfig?.TargetArn,
  };
}

function isNamed({ physicalId }: LakeResource, name: string): boolean {
  return REFERENCE.exec(name)?.[1] === physicalId;
}
