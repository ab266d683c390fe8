import type { ApiShape } from '../../../../src/services/api-shape';
import { StatesError } from '../../../../src/services/states/asl/errors';
import { fakeService, TestLake } from '../harness';

/** A lake whose Glue jobs do what their parameters say. */
export async function caseLake(): Promise<TestLake> {
  const calls = new Map<string, number>();
  return await TestLake.open([
    fakeService('glue', {
      tasks: {
        'glue:startJobRun.sync': async (parameters, { executionArn, stateName, signal }) => {
          const key = `${executionArn}/${stateName}`;
          const count = (calls.get(key) ?? 0) + 1;
          calls.set(key, count);
          const { Give, Fail, FailTimes = 0, Error: error, Errors = [], Sleep, Large }: ApiShape = parameters;
          if (Sleep) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          if (Large) return { output: 'x'.repeat(Large) };
          if (Fail !== undefined) throw new StatesError(Fail, 'as told');
          if (count <= FailTimes) throw new StatesError(Errors[count - 1] ?? error, `attempt ${count}`);
          return { output: Give ?? { calls: count } };
        },
      },
    }),
    fakeService('lambda', {
      operations: { Invoke: async ({ Payload }) => ({ StatusCode: 200, Payload: { got: Payload } }) },
    }),
  ]);
}
