import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import type { LakeContext, Operation, RestRoute } from '../service';
import { FUNCTION, findFunction } from './declared';
import type { EventQueue } from './event-queue';
import { type Invoker, invokeOperation } from './invoker';

const BASE = '/2015-03-31/functions';

export const ROUTES: readonly RestRoute[] = [
  { method: 'GET', path: BASE, operation: 'ListFunctions' },
  { method: 'GET', path: `${BASE}/{FunctionName}`, operation: 'GetFunction' },
  { method: 'GET', path: `${BASE}/{FunctionName}/configuration`, operation: 'GetFunctionConfiguration' },
  {
    method: 'POST',
    path: `${BASE}/{FunctionName}/invocations`,
    operation: 'Invoke',
    raw: {
      payload: 'Payload',
      status: 'StatusCode',
      request: {
        'x-amz-invocation-type': 'InvocationType',
        'x-amz-log-type': 'LogType',
        'x-amz-client-context': 'ClientContext',
      },
      response: {
        FunctionError: 'x-amz-function-error',
        LogResult: 'x-amz-log-result',
        ExecutedVersion: 'x-amz-executed-version',
      },
    },
  },
];

export function functionOperations(lake: LakeContext, invoker: Invoker, events: EventQueue): Record<string, Operation> {
  const find = (name: ApiShape, qualifier: ApiShape) => findFunction(lake, name, qualifier).resource;
  return {
    Invoke: (input) => invokeOperation(lake, invoker, events, input),
    GetFunction: async ({ FunctionName, Qualifier }) => ({
      Configuration: configuration(find(FunctionName, Qualifier)),
    }),
    GetFunctionConfiguration: async ({ FunctionName, Qualifier }) => configuration(find(FunctionName, Qualifier)),
    ListFunctions: async () => ({
      Functions: lake.resources.filter(({ type }) => type === FUNCTION).map(configuration),
    }),
  };
}

function configuration({ physicalId, arn, properties }: LakeResource): Record<string, ApiShape> {
  const { Runtime, Handler, Role, Description, Timeout, MemorySize, Environment } = properties;
  const members = { FunctionName: physicalId, FunctionArn: arn, Runtime, Handler, Role, Description, Environment };
  const numbers = { Timeout: Number(Timeout ?? 3), MemorySize: Number(MemorySize ?? 128) };
  const state = { Version: '$LATEST', State: 'Active', LastUpdateStatus: 'Successful' };
  return Object.fromEntries(
    Object.entries({ ...members, ...numbers, ...state }).filter(([, value]) => value !== undefined),
  );
}
