import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';

/** Source: Step Functions Developer Guide, "Service quotas": 256 KiB of state input or output. */
export const MAX_PAYLOAD = 262_144;

export function json(value: ApiShape): string {
  return JSON.stringify(value) ?? 'null';
}

/** @throws StatesError States.DataLimitExceeded */
export function limit(value: ApiShape, what: string): void {
  const size = Buffer.byteLength(json(value));
  if (size > MAX_PAYLOAD) {
    throw new StatesError(
      'States.DataLimitExceeded',
      `${what} returned a result with a size exceeding the maximum number of bytes service limit (${size} of ${MAX_PAYLOAD}).`,
    );
  }
}

/** `{"input": "…", "inputDetails": {"truncated": false}}`: how history events carry data. */
export function carried(name: 'input' | 'output', value: ApiShape): ApiShape {
  return { [name]: json(value), [`${name}Details`]: { truncated: false } };
}

/** `{error, cause}`, without what isn't known. */
export function failureDetails({ error, causeText }: StatesError): ApiShape {
  return { ...(error !== '' && { error }), ...(causeText !== '' && { cause: causeText }) };
}
