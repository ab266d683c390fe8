import type { Work } from '../../../core/lambda/custom-resource/respond';
import { type StatementServices, Statements } from './statements';

/** What a request declares. */
interface Declared {
  readonly Workgroup: string;
  readonly Database: string;
  readonly SecretArn: string;
  readonly Schema: string;
  readonly CatalogDatabase: string;
  readonly CatalogId?: string;
  readonly Region: string;
  readonly RoleArn: string;
  readonly UsageRoles?: string[];
}

/**
 * Makes, changes or drops the external schema that a request declares.
 *
 * The physical id names workgroup, database and schema: with another one CloudFormation deletes the former schema, and so is it
 * dropped. What is there already is taken over if it shows the same database of the catalog, so that a request may be repeated;
 * a schema of somebody else is left as it is.
 */
export function spectrumSchemaWork(services: StatementServices): Work {
  return async ({ RequestType, RequestId, PhysicalResourceId, ResourceProperties, OldResourceProperties }, endsAt) => {
    const wanted = ResourceProperties as unknown as Declared;
    const physicalResourceId = idOf(wanted);
    const { Workgroup: WorkgroupName, Database, SecretArn } = wanted;
    const statements = new Statements(services, { WorkgroupName, Database, SecretArn }, endsAt);
    if (RequestType === 'Delete') {
      // a schema that was never made has the request's id
      if (PhysicalResourceId === physicalResourceId) await drop(statements, wanted, RequestId);
      return { physicalResourceId: PhysicalResourceId ?? physicalResourceId };
    }
    const former = OldResourceProperties as unknown as Declared | undefined;
    const mine = RequestType === 'Update' && former !== undefined && idOf(former) === physicalResourceId;
    await bring(statements, wanted, mine ? former : undefined, RequestId);
    return { physicalResourceId, data: { Schema: wanted.Schema } };
  };
}

const idOf = ({ Workgroup, Database, Schema }: Declared): string => `${Workgroup}/${Database}/${Schema}`;

async function bring(statements: Statements, wanted: Declared, former: Declared | undefined, token: string) {
  const { Schema, CatalogDatabase, RoleArn, UsageRoles = [] } = wanted;
  const [found] = await statements.rows(EXISTING, { name: Schema });
  const changes: string[] = [];
  if (found === undefined) changes.push(creation(wanted));
  else {
    const [shown, options = ''] = found;
    const same = shown === CatalogDatabase;
    if (!same && (former === undefined || shown !== former.CatalogDatabase)) {
      throw new Error(
        `SchemaExists: the schema "${Schema}" is there and shows ${shown ? `"${shown}"` : 'no database of the catalog'} → it is somebody else's → choose another schemaName, or drop it`,
      );
    }
    if (!same) changes.push(`DROP SCHEMA ${name(Schema)}`, creation(wanted));
    else if (!options.includes(`"${RoleArn}"`)) {
      changes.push(`ALTER EXTERNAL SCHEMA ${name(Schema)} IAM_ROLE ${text(RoleArn)}`);
    }
  }
  changes.push(...(await usage(statements, Schema, UsageRoles, former?.UsageRoles ?? [])));
  // one by one: Redshift takes some DDL of external schemas outside of transactions only, and a repeated request goes on
  for (const change of changes) await statements.change(change, token);
}

/** Roles are made where there are none; who lost the use of the schema keeps the role, which may have other uses. */
async function usage(statements: Statements, schema: string, roles: string[], former: string[]): Promise<string[]> {
  const there = new Set<string | undefined>();
  for (const role of new Set([...roles, ...former])) {
    const [found] = await statements.rows('SELECT role_name FROM svv_roles WHERE role_name = :name', {
      name: role.toLowerCase(),
    });
    if (found) there.add(role);
  }
  const lost = former.filter((role) => !roles.includes(role) && there.has(role));
  return [
    ...roles.filter((role) => !there.has(role)).map((role) => `CREATE ROLE ${name(role)}`),
    ...roles.map((role) => `GRANT USAGE ON SCHEMA ${name(schema)} TO ROLE ${name(role)}`),
    ...lost.map((role) => `REVOKE USAGE ON SCHEMA ${name(schema)} FROM ROLE ${name(role)}`),
  ];
}

/** A schema that shows another database by now is somebody else's; without its workgroup there is none. */
async function drop(statements: Statements, { Schema, CatalogDatabase }: Declared, token: string): Promise<void> {
  try {
    const [found] = await statements.rows(EXISTING, { name: Schema });
    if (found?.[0] === CatalogDatabase) await statements.change(`DROP SCHEMA ${name(Schema)}`, token);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return;
    throw error;
  }
}

const EXISTING = `SELECT e.databasename, e.esoptions FROM pg_namespace n
LEFT JOIN svv_external_schemas e ON e.schemaname = n.nspname WHERE n.nspname = :name`;

function creation({ Schema, CatalogDatabase, CatalogId, Region, RoleArn }: Declared): string {
  return [
    `CREATE EXTERNAL SCHEMA ${name(Schema)} FROM DATA CATALOG`,
    `DATABASE ${text(CatalogDatabase)} REGION ${text(Region)} IAM_ROLE ${text(RoleArn)}`,
    ...(CatalogId ? [`CATALOG_ID ${text(CatalogId)}`] : []),
  ].join(' ');
}

const name = (one: string): string => `"${one.replaceAll('"', '""')}"`;
const text = (one: string): string => `'${one.replaceAll("'", "''")}'`;
