import { RowFilter } from '../row-filter';
import type { CheckedApp, CheckedResource } from './lake-checks-app';
import {
  arnOf,
  type CheckedTable,
  filtersOf,
  grantsOf,
  isBelow,
  registeredLocations,
  tablesOf,
  taggedColumns,
} from './lake-checks-model';
import { type CheckedPrincipal, principalsOf } from './lake-checks-policies';

/** What a rule found about a resource. */
export interface Finding {
  readonly resource: CheckedResource;
  readonly what: string;
  readonly at: string;
}

export interface Rule {
  readonly id: string;
  readonly fix: string;
  readonly find: (app: CheckedApp) => Finding[];
}

const IAM_ALLOWED = /^IAM_ALLOWED_PRINCIPALS$|^IAMAllowedPrincipals$/i;

export const RULES: readonly Rule[] = [
  {
    id: 'Lakewright-LocationNotRegistered',
    fix: 'register the zone with LakeLocation, or use PermissionModel.iam() for the database',
    find: unregistered,
  },
  {
    id: 'Lakewright-AnalystReadsObjects',
    fix: 'take the grant on the bucket away; PersonaKind.analyst({ denied: [location] }) keeps it away for good',
    find: readsRoundFilters,
  },
  {
    id: 'Lakewright-IamAllowedPrincipals',
    fix: 'grant to roles; give the database to LakeFormation, which takes IAM_ALLOWED_PRINCIPALS away from it',
    find: iamAllowed,
  },
  {
    id: 'Lakewright-UnknownFilterColumn',
    fix: 'name columns of the table; Lake Formation refuses the filter, or shows nothing',
    find: unknownColumns,
  },
  {
    id: 'Lakewright-UntaggedPersonalData',
    fix: 'tag the columns with an LfTag, and take the right on the objects away from people',
    find: untaggedPersonalData,
  },
  {
    id: 'Lakewright-IcebergDdlNeedsObjects',
    fix: "give the role location.grants.readWrite: Athena's Iceberg DDL writes metadata with the caller's own rights",
    find: ddlWithoutObjects,
  },
];

/** Databases that Lake Formation governs have grants on them, or none for everybody; their data has to be registered. */
function unregistered(app: CheckedApp): Finding[] {
  const registered = registeredLocations(app);
  const granted = new Set(
    grantsOf(app).map(({ principal, database }) => (IAM_ALLOWED.test(principal) ? '' : database)),
  );
  const settings = app
    .of('Custom::LakewrightLakeFormationSettings')
    .flatMap(({ properties: { Databases } }) => (Array.isArray(Databases) ? Databases : []));
  const governed = (name: string): boolean => granted.has(name) || settings.includes(name);
  const missing = (location: string | undefined): location is string =>
    location !== undefined && !registered.some((above) => isBelow(location, above));

  const databases = app.of('AWS::Glue::Database').flatMap((resource): Finding[] => {
    const { LocationUri, CreateTableDefaultPermissions, TargetDatabase } = (resource.properties.DatabaseInput ??
      {}) as Record<string, unknown>;
    const closed = Array.isArray(CreateTableDefaultPermissions) && CreateTableDefaultPermissions.length === 0;
    const location = arnOf(LocationUri);
    if (TargetDatabase || !(closed || governed(resource.name)) || !missing(location)) return [];
    const what = `the database "${resource.name}" is governed by Lake Formation, and ${location} is not registered`;
    return [{ resource, what, at: 'Properties/DatabaseInput/LocationUri' }];
  });
  const tables = tablesOf(app).flatMap(({ resource, database, table, location }): Finding[] => {
    const reported = databases.some((finding) => finding.resource.name === database);
    if (reported || !governed(database) || !missing(location)) return [];
    const what = `the table "${database}.${table}" is governed by Lake Formation, and ${location} is not registered`;
    return [{ resource, what, at: 'Properties' }];
  });
  return [...databases, ...tables];
}

/** Who sees a part of a table through Lake Formation must not read its files, which have all of it. */
function readsRoundFilters(app: CheckedApp): Finding[] {
  const narrowed = new Set(
    grantsOf(app)
      .filter(({ columns, excluded, filter }) => columns || excluded?.length || filter)
      .map(({ principal }) => principal),
  );
  const isAnalyst = ({ resource: { name, node } }: CheckedPrincipal): boolean =>
    narrowed.has(name) || (node.node.scope as { kind?: { name?: string } } | undefined)?.kind?.name === 'analyst';
  return principalsOf(app)
    .filter(isAnalyst)
    .flatMap((principal) =>
      registeredLocations(app)
        .filter((location) => principal.may('s3:GetObject', location))
        .map((location) => ({
          resource: principal.resource,
          what: `an analyst, who is to see what Lake Formation shows, reads the objects of ${location} directly`,
          at: 'Properties/Policies',
        })),
    );
}

function iamAllowed(app: CheckedApp): Finding[] {
  const grants = grantsOf(app)
    .filter(({ principal }) => IAM_ALLOWED.test(principal))
    .map(({ resource, database, table }) => ({
      resource,
      what: `IAM_ALLOWED_PRINCIPALS has rights on ${[database, table].filter(Boolean).join('.') || 'the catalog'}: IAM alone decides`,
      at: 'Properties',
    }));
  const defaults = app.resources.flatMap((resource): Finding[] => {
    const { CreateTableDefaultPermissions, CreateDatabaseDefaultPermissions, DatabaseInput } = resource.properties;
    const inDatabase = (DatabaseInput as Record<string, unknown> | undefined)?.CreateTableDefaultPermissions;
    const text = JSON.stringify([CreateTableDefaultPermissions, CreateDatabaseDefaultPermissions, inDatabase]);
    if (!/IAM_?Allowed_?Principals/i.test(text)) return [];
    return [{ resource, what: 'new tables or databases are open to IAM_ALLOWED_PRINCIPALS', at: 'Properties' }];
  });
  return [...grants, ...defaults];
}

function unknownColumns(app: CheckedApp): Finding[] {
  const tables = tablesOf(app);
  const find = (database: string | undefined, table: string | undefined): CheckedTable | undefined =>
    tables.find((one) => one.database === database && one.table === table);
  const missing = (declared: CheckedTable | undefined, columns: readonly string[]): string[] =>
    declared ? columns.filter((column) => !declared.columns.has((column.split('.')[0] ?? '').toLowerCase())) : [];

  const filters = filtersOf(app).flatMap(({ resource, database, table, name, columns, rows }): Finding[] => {
    const declared = find(database, table);
    const on = `the filter "${name}" of "${database}.${table}"`;
    const unknown = missing(declared, columns).map((column) => `${on} names the column "${column}", which it hasn't`);
    const wrong = rows === undefined ? undefined : problemOf(rows, declared);
    return [...unknown, ...(wrong ? [`${on}: ${wrong}`] : [])].map((what) => ({ resource, what, at: 'Properties' }));
  });
  const grants = grantsOf(app).flatMap(({ resource, database, table, columns = [], excluded = [] }) =>
    missing(find(database, table), [...columns, ...excluded]).map((column) => ({
      resource,
      what: `a grant on "${database}.${table}" names the column "${column}", which it hasn't`,
      at: 'Properties',
    })),
  );
  return [...filters, ...grants];
}

function problemOf(rows: string, declared: CheckedTable | undefined): string | undefined {
  try {
    const filter = RowFilter.where(rows);
    if (declared) filter.checkColumns(Object.fromEntries(declared.columns), [...declared.partitionKeys]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function untaggedPersonalData(app: CheckedApp): Finding[] {
  const tagged = taggedColumns(app);
  const people = principalsOf(app).filter(({ forPeople }) => forPeople);
  return tablesOf(app).flatMap(({ resource, database, table, personal, location }): Finding[] => {
    const untagged = personal.filter((column) => !tagged.has(`${database}/${table}/${column}`));
    const readers = location === undefined ? [] : people.filter((one) => one.may('s3:GetObject', location));
    if (untagged.length === 0 || readers.length === 0) return [];
    const who = readers.map(({ resource: { node } }) => node.node.path).join(', ');
    const what = `personal data of "${database}.${table}" (${untagged.join(', ')}) has no LF-Tag, and ${who} can read its objects`;
    return [{ resource, what, at: 'Properties/TableInput' }];
  });
}

/** Roles that make tables by Athena's DDL: those behind Iceberg tables, and those that may place data there (dbt). */
function ddlWithoutObjects(app: CheckedApp): Finding[] {
  const registered = registeredLocations(app);
  const principals = principalsOf(app);
  const functions = app.of('AWS::Lambda::Function');
  const makesTables = (principal: string): boolean =>
    principals.some(
      ({ resource, allows }) =>
        resource.name === principal && allows('athena:StartQueryExecution') && allows('glue:CreateTable'),
    );
  const providers = app.of('Custom::LakewrightIcebergTable').map(({ properties: { ServiceToken, Location } }) => ({
    role: functions.find(({ name }) => name === ServiceToken)?.properties.Role,
    location: arnOf(Location),
  }));
  const others = grantsOf(app)
    .filter(({ permissions, principal }) => permissions.includes('DATA_LOCATION_ACCESS') && makesTables(principal))
    .map(({ principal, location }) => ({ role: principal, location: location?.replace(/\/$/, '') }));

  const findings = new Map<string, Finding>();
  for (const { role, location } of [...providers, ...others]) {
    const principal = principals.find(({ resource }) => resource.name === role);
    if (!principal || location === undefined || !registered.some((above) => isBelow(location, above))) continue;
    const without = ['s3:GetObject', 's3:PutObject'].filter((action) => !principal.may(action, location));
    if (without.length === 0) continue;
    const what = `makes tables by Athena's DDL at the registered location ${location} without ${without.join(' and ')}`;
    findings.set(`${role} ${location}`, { resource: principal.resource, what, at: 'Properties/Policies' });
  }
  return [...findings.values()];
}
