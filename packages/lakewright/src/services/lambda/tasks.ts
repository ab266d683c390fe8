import type { ApiShape } from '../api-shape';
import { type LakeContext, LOCAL_ADMIN, type TaskIntegration, type TaskMeasures } from '../service';
import { StatesError } from '../states/asl/errors';

/**
 * `lambda:invoke`: the payload as JSON, and a function's error as the task's.
 *
 * A function may say in its answer what it did, which goes into the report: `"measures": {"rowsIn": 10, "rowsOut": 9}`.
 *
 * Source: Step Functions Developer Guide, "Invoke an AWS Lambda function with Step Functions" and "Handling errors".
 */
export function functionTasks(lake: LakeContext): Readonly<Record<string, TaskIntegration>> {
  return {
    async 'lambda:invoke'(parameters: ApiShape, { caller = LOCAL_ADMIN }) {
      const { Payload, ...rest } = parameters ?? {};
      const input = { ...rest, Payload: Payload === undefined ? undefined : JSON.stringify(Payload) };
      const answer = await lake.call('lambda', 'Invoke', input, caller);
      const payload = answer.Payload === undefined ? undefined : Buffer.from(answer.Payload).toString('utf8');
      if (answer.FunctionError) throw functionError(payload ?? '');
      const output = {
        ...(answer.ExecutedVersion && { ExecutedVersion: answer.ExecutedVersion }),
        ...(payload !== undefined && { Payload: parsed(payload) }),
        SdkHttpMetadata: { HttpStatusCode: answer.StatusCode },
        StatusCode: answer.StatusCode,
      };
      return { output, measures: measuresOf(output.Payload) };
    },
  };
}

function measuresOf(payload: ApiShape): TaskMeasures | undefined {
  const said = payload?.measures;
  if (typeof said !== 'object' || said === null) return undefined;
  const count = (value: unknown) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : null);
  return { rowsIn: count(said.rowsIn), rowsOut: count(said.rowsOut), filesIn: count(said.filesIn) };
}

/** The error's type is its name, its whole shape the cause. */
function functionError(payload: string): StatesError {
  const { errorType } = parsed(payload) ?? {};
  return new StatesError(typeof errorType === 'string' && errorType !== '' ? errorType : 'Lambda.Unknown', payload);
}

function parsed(text: string): ApiShape {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
