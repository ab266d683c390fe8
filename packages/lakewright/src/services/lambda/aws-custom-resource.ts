import { createHash } from 'node:crypto';
import type { Classification, LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type LakeContext, type ResourceHandler, type Service, ServiceError } from '../service';

/** One call of CDK's AwsCustomResource, as its Lambda function gets it. */
interface SdkCall {
  /** Name of an SDK v2 class, v3 client or v3 package: `Glue`, `glue`, `@aws-sdk/client-glue`. */
  readonly service: string;
  /** `createDatabase`, `CreateDatabase`, `CreateDatabaseCommand` */
  readonly action: string;
  readonly parameters?: ApiShape;
  readonly ignoreErrorCodesMatching?: string;
}

/** Which call was made for a resource, so that a repeated run makes it again only if it changed. */
type Made = Record<string, string>;

const STATE = 'aws-custom-resources';
const HOW = 'calls the local service, without the Lambda function; attributes read from its answer are made up';

/**
 * CDK's AwsCustomResource: its call of an AWS API is made to the local service. A call to a service or operation that isn't
 * local leaves the resource unsupported, by name.
 *
 * https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
 */
export function awsCustomResource(lake: LakeContext): ResourceHandler {
  return {
    classification: 'simulated',
    note: HOW,
    classify: (resource) => classify(lake, resource),
    apply: (resource) => apply(lake, resource),
  };
}

function classify(lake: LakeContext, { properties }: LakeResource): { classification: Classification; note: string } {
  const calls = [properties.Create, properties.Update].map(parse);
  if (calls.includes('damaged')) return { classification: 'unsupported', note: "its SDK call isn't readable JSON" };
  const made = calls.filter((call): call is SdkCall => typeof call === 'object');
  if (made.length === 0) return { classification: 'recorded', note: 'it calls on deletion only' };
  const missing = made.find((call) => !isLocal(lake, call));
  return missing
    ? { classification: 'unsupported', note: `calls ${label(missing)}, which isn't local` }
    : { classification: 'simulated', note: `${HOW}: ${made.map(label).join(', ')}` };
}

async function apply(lake: LakeContext, { path, properties }: LakeResource): Promise<void> {
  const former = lake.workspace.readState<Made>(STATE) ?? {};
  const text = `${properties.Create ?? ''} ${properties.Update ?? ''}`;
  const hash = createHash('sha256').update(text).digest('hex');
  if (former[path] === hash) return;
  const call = parse(former[path] === undefined ? properties.Create : properties.Update);
  if (typeof call === 'object') await make(lake, call);
  lake.workspace.writeState(STATE, { ...former, [path]: hash });
}

async function make(lake: LakeContext, call: SdkCall): Promise<void> {
  try {
    await lake.call(serviceOf(call), operationOf(call), call.parameters ?? {});
  } catch (error) {
    const ignored = call.ignoreErrorCodesMatching;
    const matches = error instanceof ServiceError && ignored && new RegExp(ignored).test(error.code);
    if (!matches) throw error;
  }
}

function parse(text: ApiShape): SdkCall | 'none' | 'damaged' {
  if (text === undefined) return 'none';
  try {
    const call = typeof text === 'string' ? JSON.parse(text) : text;
    return typeof call?.service === 'string' && typeof call.action === 'string' ? call : 'damaged';
  } catch {
    return 'damaged';
  }
}

function isLocal(lake: LakeContext, call: SdkCall): boolean {
  let service: Service;
  try {
    service = lake.service(serviceOf(call));
  } catch {
    return false;
  }
  return Object.hasOwn(service.operations, operationOf(call));
}

const label = (call: SdkCall): string => `${serviceOf(call)}:${operationOf(call)}`;

/** SDK names that differ from the signing name. */
const SIGNING_NAMES: Readonly<Record<string, string>> = {
  sfn: 'states',
  stepfunctions: 'states',
  eventbridge: 'events',
  cloudwatchevents: 'events',
  'cloudwatch-events': 'events',
  'secrets-manager': 'secretsmanager',
};

function serviceOf({ service }: SdkCall): string {
  const name = service.replace(/^@aws-sdk\/client-/, '').toLowerCase();
  return SIGNING_NAMES[name] ?? name;
}

function operationOf({ action }: SdkCall): string {
  const name = action.replace(/Command$/, '');
  return name[0].toUpperCase() + name.slice(1);
}
