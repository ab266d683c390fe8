import { ServiceError } from '../services/service';
import type { Verdict } from './iam/evaluate';

interface Wording {
  readonly code: string;
  readonly status: number;
}

/** Where a service doesn't answer AccessDeniedException, 400. */
const CODES: Readonly<Record<string, Wording>> = {
  s3: { code: 'AccessDenied', status: 403 },
  sts: { code: 'AccessDenied', status: 403 },
  sqs: { code: 'AccessDenied', status: 403 },
  sns: { code: 'AuthorizationError', status: 403 },
  lambda: { code: 'AccessDeniedException', status: 403 },
  scheduler: { code: 'AccessDeniedException', status: 403 },
  appflow: { code: 'AccessDeniedException', status: 403 },
  dms: { code: 'AccessDeniedFault', status: 400 },
};

/**
 * The error of a request that isn't allowed, in AWS's words; what Lakewright has to add stands in brackets.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function accessDenied(callerArn: string, action: string, resource: string, verdict: Verdict): ServiceError {
  return refusalOf(action.split(':')[0], refusalText(callerArn, action, resource, verdict));
}

/** A service refuses by its own code also what another's action is missing for: S3 an object whose key may not be used. */
export function refusalOf(service: string, text: string): ServiceError {
  const { code, status } = CODES[service] ?? { code: 'AccessDeniedException', status: 400 };
  return new ServiceError(code, text, status);
}

/** Runs a check, whose refusal becomes the service's. */
export function refusingAs(service: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof ServiceError ? refusalOf(service, error.message) : error;
  }
}

export function refusalText(callerArn: string, action: string, resource: string, verdict: Verdict): string {
  const [service] = action.split(':');
  const named = service === 's3' ? `"${resource}"` : resource;
  const on = resource === '*' ? '' : ` on resource: ${named}`;
  return `User: ${callerArn} is not authorized to perform: ${action}${on} ${cause(action, verdict)}${doubts(verdict)}`;
}

function cause(action: string, { explicit, by }: Verdict): string {
  const article = by === 'identity-based policy' ? 'an' : 'a';
  return explicit ? `with an explicit deny in ${article} ${by}` : `because no ${by} allows the ${action} action`;
}

function doubts(verdict: Verdict): string {
  return verdict.doubts.length === 0 ? '' : ` (${[...new Set(verdict.doubts)].join('; ')})`;
}
