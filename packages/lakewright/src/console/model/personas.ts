import { chosenPrincipals } from '../../actions/access/access';
import type { LakeResource } from '../../assembly/resource';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import { LOCAL_ADMIN } from '../../services/service';
import type { PersonaModel } from '../contract';

/** Services whose roles only do what a pipeline tells them: nobody asks a question in their name. */
const MACHINERY =
  /^(lambda|states|events|scheduler|dms|glue|firehose|logs|s3|sqs|sns|vpc-flow-logs|backup|cloudtrail|config|appflow|crawler)\./;

/** Whom a page can be seen as: users, roles that people or tools take, and the administrator who sees everything. */
export function personasOf(lake: LocalLake): readonly PersonaModel[] {
  const byName = new Map(lake.resources.map((resource) => [`${resource.type} ${resource.physicalId}`, resource]));
  const found = chosenPrincipals(lake).flatMap(({ shown, principal }): PersonaModel[] => {
    const type = principal.kind === 'role' ? 'AWS::IAM::Role' : 'AWS::IAM::User';
    const resource = byName.get(`${type} ${principal.name}`);
    if (!resource) return [];
    const workgroup = workgroupOf(lake, principal.name);
    if (principal.kind === 'role' && isMachinery(resource, workgroup)) return [];
    return [{ name: shown, kind: principal.kind, arn: principal.arn, workgroup, limit: limitOf(lake, workgroup) }];
  });
  const admin = LOCAL_ADMIN.principal;
  return [...found, { name: admin, kind: 'admin', arn: admin, workgroup: 'primary', limit: limitOf(lake, 'primary') }];
}

/** The first workgroup of the template that it may use: a question in its name needs one. */
function workgroupOf(lake: LocalLake, principal: string): string | null {
  const caller = { principal, requestId: 'console' };
  const usable = lake.resources.find(
    ({ type, arn }) =>
      type === 'AWS::Athena::WorkGroup' &&
      lake.access.decide(caller, { action: 'athena:StartQueryExecution', resources: [arn] }).allowed,
  );
  return usable?.physicalId ?? null;
}

function limitOf(lake: LocalLake, workgroup: string | null): number | null {
  const resource = lake.resources.find(
    ({ type, physicalId }) => type === 'AWS::Athena::WorkGroup' && physicalId === workgroup,
  );
  const limit = Number(resource?.properties.WorkGroupConfiguration?.BytesScannedCutoffPerQuery);
  return Number.isFinite(limit) ? limit : null;
}

function isMachinery({ properties }: LakeResource, workgroup: string | null): boolean {
  const services = trusted(properties.AssumeRolePolicyDocument);
  if (services === undefined) return false;
  return services.every((service) => MACHINERY.test(service)) || workgroup === null;
}

/** The services that may take the role; undefined where somebody else may, too. */
function trusted(document: ApiShape): string[] | undefined {
  const statements: ApiShape[] = [document?.Statement ?? []].flat();
  const services: string[] = [];
  for (const { Principal, Effect } of statements) {
    if (Effect === 'Deny') continue;
    if (typeof Principal !== 'object' || Principal === null) return undefined;
    if (Object.keys(Principal).some((kind) => kind !== 'Service')) return undefined;
    services.push(...[Principal.Service].flat().map(String));
  }
  return services;
}
