import type { ApiShape } from '../services/api-shape';
import { type Caller, type LakeContext, LOCAL_ADMIN, type Operation, type Service } from '../services/service';
import { accessOf, LISTINGS, LOCAL_ADMIN_ONLY } from './operations';
import { refusalOf, refusingAs } from './refusal';

/** A service whose operations are done for those who may: everybody else gets AWS's refusal. */
export function guarded(service: Service, lake: LakeContext): Service {
  const operations = Object.entries(service.operations).map(([name, operation]): [string, Operation] => [
    name,
    async (input, caller) => {
      if (caller.principal === LOCAL_ADMIN.principal) return await operation(input, caller);
      await authorize(lake, service.name, name, input, caller);
      return listed(lake, `${service.name}:${name}`, await operation(input, caller), caller);
    },
  ]);
  return { ...service, operations: Object.fromEntries(operations) };
}

/**
 * Whether a caller may call an operation, with this input.
 *
 * @throws ServiceError AccessDenied…, in AWS's words
 */
export async function authorize(
  lake: LakeContext,
  service: string,
  operation: string,
  input: ApiShape,
  caller: Caller,
): Promise<void> {
  if (caller.principal === LOCAL_ADMIN.principal) return;
  const access = accessOf(service, operation);
  if (access === undefined) {
    const reason = LOCAL_ADMIN_ONLY[`${service}:${operation}`] ?? "Lakewright doesn't know which rights it takes";
    throw refusalOf(
      service,
      `${caller.principal} is not authorized to perform: ${service}:${operation} (only local-admin may: ${reason})`,
    );
  }
  const requests = await access(input ?? {}, lake);
  refusingAs(service, () => lake.access.require(caller, ...requests));
}

function listed(lake: LakeContext, name: string, output: ApiShape, caller: Caller): ApiShape {
  const listing = LISTINGS[name];
  const entries = listing && output?.[listing.member];
  if (!Array.isArray(entries)) return output;
  const seen = entries.filter((entry) => lake.access.decide(caller, listing.request(entry, lake)).allowed);
  return { ...output, [listing.member]: seen };
}

/** The caller that an AWS service is while it works as a role; `local-admin` if the role isn't the template's. */
export function engineCaller({ access }: Pick<LakeContext, 'access'>, roleArn: unknown, requestId: string): Caller {
  if (typeof roleArn !== 'string' || roleArn === '') return { ...LOCAL_ADMIN, requestId };
  return access.callerOf(roleArn.split('/').at(-1), requestId);
}
