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
  const personas = known.get(lake) ?? findPersonas(lake);
  known.set(lake, personas);
  return personas;
}

/** Every answer asks for them, and the template doesn't change. */
const known = new WeakMap<LocalLake, readonly PersonaModel[]>();

function findPersonas(lake: LocalLake): readonly PersonaModel[] {
  const byName = new Map(lake.resources.map((resource) => [`${resource.type} ${resource.physicalId}`, resource]));
  const found = chosenPrincipals(lake).flatMap(({ shown, principal }): PersonaModel[] => {
    const type = principal.kind === 'role' ? 'AWS::IAM::Role' : 'AWS::IAM::User';
    const resource = byName.get(`${type} ${principal.name}`);
    if (!resource) return [];
    const workgroup = workgroupOf(lake, principal.name);
    if (principal.kind === 'role' && isMachinery(lake, resource, workgroup)) return [];
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

/** Only services, or roles that are machinery themselves, may take the role. */
function isMachinery(
  lake: LocalLake,
  { arn, properties }: LakeResource,
  workgroup: string | null,
  within: ReadonlySet<string> = new Set([arn]),
): boolean {
  if (isOfPipeline(lake, arn)) return true;
  const trusted = trustedBy(properties.AssumeRolePolicyDocument);
  if (trusted === undefined) return false;
  const { services, roles } = trusted;
  const isPlumbing = services.every(
    (service) => MACHINERY.test(service) || (service === TASKS && !isServed(lake, arn)) || workgroup === null,
  );
  return (
    isPlumbing &&
    roles.every((one) => {
      const role = lake.resources.find((other) => other.type === 'AWS::IAM::Role' && other.arn === one);
      return role !== undefined && !within.has(one) && isMachinery(lake, role, null, new Set([...within, one]));
    })
  );
}

/** A task of a state machine takes it. */
function isOfPipeline({ resources }: LocalLake, role: string): boolean {
  const machines = resources.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
  return machines.some(({ properties: { DefinitionString, Definition = null } }) => {
    const text = typeof DefinitionString === 'string' ? DefinitionString : JSON.stringify(Definition);
    return text.replace(/\s+/g, '').includes(`"RoleArn":"${role}"`);
  });
}

const TASKS = 'ecs-tasks.amazonaws.com';

/** A container that goes on is a tool for people; one that a pipeline runs is none. */
function isServed({ resources }: LocalLake, role: string): boolean {
  const definitions = new Set(
    resources.flatMap(({ type, properties }) => (type === 'AWS::ECS::Service' ? [properties.TaskDefinition] : [])),
  );
  return resources.some(
    ({ type, arn, properties }) =>
      type === 'AWS::ECS::TaskDefinition' && definitions.has(arn) && properties.TaskRoleArn === role,
  );
}

/** The services and roles that may take a role; undefined where others may, too. */
function trustedBy(document: ApiShape): { services: readonly string[]; roles: readonly string[] } | undefined {
  const statements: ApiShape[] = [document?.Statement ?? []].flat();
  const services: string[] = [];
  const roles: string[] = [];
  for (const { Principal, Effect } of statements) {
    if (Effect === 'Deny') continue;
    if (typeof Principal !== 'object' || Principal === null) return undefined;
    if (Object.keys(Principal).some((kind) => kind !== 'Service' && kind !== 'AWS')) return undefined;
    services.push(...[Principal.Service ?? []].flat().map(String));
    roles.push(...[Principal.AWS ?? []].flat().map(String));
  }
  return roles.every((arn) => arn.includes(':role/')) ? { services, roles } : undefined;
}
