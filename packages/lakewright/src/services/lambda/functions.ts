import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError, type TaskIntegration } from '../service';

const FUNCTION = 'AWS::Lambda::Function';

/** What an invocation answers: functions don't run yet, and no result is made up. */
function notInvoked(name: unknown): ServiceError {
  return new ServiceError(
    'InvalidRuntimeException',
    `Lakewright: the function ${name} isn't invoked: Lambda functions run locally with the ingestion release`,
    502,
  );
}

/** The functions of the lake can be listed and looked at; invoking one is refused. */
export function functionOperations(lake: LakeContext): Record<string, Operation> {
  const functions = () => lake.resources.filter(({ type }) => type === FUNCTION);
  const find = (name: ApiShape): LakeResource => {
    const found = functions().find(({ physicalId, arn }) => [physicalId, arn].includes(String(name)));
    if (found) return found;
    const arn = `arn:${lake.partition}:lambda:${lake.region}:${lake.account}:function:${name}`;
    throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
  };

  return {
    Invoke: async ({ FunctionName }) => {
      throw notInvoked(find(FunctionName).physicalId);
    },
    GetFunction: async ({ FunctionName }) => ({ Configuration: configuration(find(FunctionName)) }),
    GetFunctionConfiguration: async ({ FunctionName }) => configuration(find(FunctionName)),
    ListFunctions: async () => ({ Functions: functions().map(configuration) }),
  };
}

export const functionTasks: Readonly<Record<string, TaskIntegration>> = Object.fromEntries(
  ['lambda:invoke', 'lambda:invoke.waitForTaskToken'].map((name) => [
    name,
    async (parameters: ApiShape) => {
      throw notInvoked(parameters?.FunctionName);
    },
  ]),
);

function configuration({ physicalId, arn, properties }: LakeResource): Record<string, ApiShape> {
  const { Runtime, Handler, Role, Description, Timeout, MemorySize, Environment } = properties;
  const members = { FunctionName: physicalId, FunctionArn: arn, Runtime, Handler, Role, Description, Environment };
  const numbers = { Timeout: Number(Timeout ?? 3), MemorySize: Number(MemorySize ?? 128) };
  return Object.fromEntries(Object.entries({ ...members, ...numbers }).filter(([, value]) => value !== undefined));
}
