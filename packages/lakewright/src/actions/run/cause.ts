import type { ApiShape } from '../../services/api-shape';

/** Where services say what went wrong in the JSON that Step Functions gives as a cause: Glue, Lambda, Athena, ECS, itself. */
const MESSAGES: readonly ((said: ApiShape) => unknown)[] = [
  (said) => said.ErrorMessage,
  (said) => said.errorMessage,
  (said) => said.QueryExecution?.Status?.StateChangeReason,
  (said) => said.StoppedReason,
  (said) => said.Cause,
];

/** `States.TaskFailed: what the service says`; the whole of it is in the execution's history. */
export function describeFailure(error: string | undefined, cause: string | undefined): string {
  return [error, cause && unwrapped(cause)].filter(Boolean).join(': ') || 'no cause given';
}

function unwrapped(cause: string): string {
  if (!cause.startsWith('{')) return cause;
  try {
    const said: ApiShape = JSON.parse(cause);
    const message = MESSAGES.map((read) => read(said)).find((one) => typeof one === 'string' && one !== '');
    return typeof message === 'string' ? unwrapped(message) : cause;
  } catch {
    return cause;
  }
}
