import { LakeAccess } from '../../../src/access/access-control';
import { guarded } from '../../../src/access/guard';
import { openLakeFormationStore, openLakePermissions } from '../../../src/access/lake-formation';
import type { Grant } from '../../../src/access/lake-formation/facts';
import type { LakeResource } from '../../../src/assembly/resource';
import { type LakeServer, startServer } from '../../../src/server/server';
import { athena } from '../../../src/services/athena';
import { glue } from '../../../src/services/glue';
import { s3 } from '../../../src/services/s3';
import { type Caller, LOCAL_ADMIN, type Service } from '../../../src/services/service';
import { openLake, resource, type TestLake } from '../../services/glue/test-lake';
import { type Persona, persona } from '../guarded-lake';

/** What must never reach Analyst: values of hidden rows, cells and columns, and a hidden column's name. */
export const SECRETS = ['topsecret', '424242', 'ssn_hidden', 'atlantis'];

const ACCOUNT = '123456789012';
const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

function role(name: string): LakeResource {
  const Statement = [
    { Effect: 'Allow', Action: ['athena:*', 'glue:*', 'lakeformation:GetDataAccess'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: [`arn:aws:s3:::results/${name}/*`, `arn:aws:s3:::sandbox/${name}/*`],
    },
  ];
  return {
    ...resource(
      'AWS::IAM::Role',
      { Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement } }] },
      name,
    ),
    path: `Lake/${name}/Resource`,
    arn: arnOf(name),
  };
}

export interface World {
  readonly lake: TestLake;
  readonly analyst: Persona;
  readonly privacy: Persona;
  readonly guest: Persona;
  readonly server: LakeServer;
  /** Replaces the text of the filter that Analyst has on `people`. */
  filter(rows: string): void;
  close(): Promise<void>;
}

/**
 * Analyst sees of `people` the rows of the US without the column ssn_hidden, of `cells` some cells, of `visits` the
 * partition US, of `orders` all but the partition key customer_topsecret …; nothing of `salaries`. Privacy sees all.
 */
export async function openWorld(): Promise<World> {
  const lake = await openLake([s3, glue, athena]);
  const { context } = lake;
  const resources = ['Analyst', 'Privacy', 'Guest'].map(role);
  const { account, region, partition, clock } = context;
  const access = new LakeAccess({ account, region, partition, resources, clock }, openLakePermissions(context));
  Object.assign(context, { access, resources });
  const rooms = new Map<string, Service>();
  for (const name of ['s3', 'glue', 'athena']) rooms.set(name, guarded(lake.service(name), context));
  Object.assign(context, {
    call: async (name: string, operation: string, input: unknown, caller: Caller = LOCAL_ADMIN) =>
      (await rooms.get(name)?.operations[operation]?.(input, caller)) ?? {},
  });
  const store = openLakeFormationStore(context);
  store.changeApi((api) => ({ ...api, grants: [], settings: {} }));
  for (const bucket of ['lake', 'results', 'sandbox']) context.objects.createBucket(bucket);
  for (const Name of ['db', 'own']) context.catalog.putDatabase({ Name, CreateTableDefaultPermissions: [] });
  const admin = persona(lake, 'local-admin');
  await makeTables(admin);
  const declare = (rows: string) => store.declare('Grants', declared(rows));
  declare("region = 'US'");
  const server = await startServer(context, [...rooms.values()], { port: 0 });
  return {
    lake,
    analyst: persona(lake, 'Analyst'),
    privacy: persona(lake, 'Privacy'),
    guest: persona(lake, 'Guest'),
    server,
    filter: declare,
    close: async () => {
      await server.close();
      await lake.close();
    },
  };
}

const PEOPLE = `SELECT CAST(id AS integer) AS id, CAST(name AS varchar) AS name, CAST(ssn AS varchar) AS ssn_hidden,
  CAST(region AS varchar) AS region, CAST(score AS integer) AS score FROM (VALUES
  (1, 'topsecret-ann', 'topsecret-1', 'EU', 424242), (2, '12', 'topsecret-2', 'US', 20), (3, '13', 'topsecret-3', 'US', 5)
) AS t (id, name, ssn, region, score)`;

async function makeTables(admin: Persona): Promise<void> {
  const place = (name: string) => `external_location = 's3://lake/${name}/'`;
  await admin.rows(`CREATE TABLE people WITH (${place('people')}) AS ${PEOPLE}`);
  await admin.rows(`CREATE TABLE cells WITH (${place('cells')}) AS ${PEOPLE}`);
  await admin.rows(`CREATE TABLE salaries WITH (${place('salaries')}) AS ${PEOPLE}`);
  await admin.rows(`CREATE TABLE whole WITH (${place('whole')}) AS SELECT 1 AS id, 'open' AS note`);
  await admin.rows(
    `CREATE TABLE visits WITH (${place('visits')}, partitioned_by = ARRAY['country']) AS SELECT * FROM (VALUES (1, 'US'), (2, 'US'), (3, 'atlantis')) AS t (id, country)`,
  );
  await admin.rows(
    `CREATE TABLE orders WITH (${place('orders')}, partitioned_by = ARRAY['customer']) AS SELECT * FROM (VALUES (1, 'topsecret'), (2, 'atlantis')) AS t (id, customer)`,
  );
  await admin.rows(
    `CREATE TABLE trips WITH (${place('trips')}, partitioned_by = ARRAY['driver', 'year']) AS SELECT 1 AS id, 'topsecret' AS driver, '2024' AS year`,
  );
  await admin.rows(
    `CREATE TABLE ice WITH (table_type = 'ICEBERG', is_external = false, location = 's3://lake/ice/') AS ${PEOPLE}`,
  );
  await admin.rows('CREATE VIEW all_people AS SELECT id, name, region, score FROM people');
  await admin.rows('CREATE VIEW with_ssn AS SELECT id, ssn_hidden FROM people');
  await admin.rows('CREATE VIEW over_view AS SELECT max(score) AS top FROM all_people');
  await admin.rows('CREATE VIEW hidden_view AS SELECT * FROM salaries');
  await admin.rows('CREATE VIEW of_salaries AS SELECT id FROM salaries');
  await admin.rows(
    "ALTER TABLE people SET TBLPROPERTIES ('avro.schema.literal'='{\"fields\":[{\"name\":\"ssn_hidden\"}]}', 'spark.sql.sources.schema.part.0'='ssn_hidden', 'note'='about ssn_hidden', 'recordcount'='424242')",
  );
}

function declared(rows: string) {
  const filter = (TableName: string, Name: string, RowFilter: string | undefined, more: object = {}) => ({
    DatabaseName: 'db',
    TableName,
    Name,
    ...(RowFilter !== undefined && { RowFilter }),
    ...more,
  });
  const grant = (name: string, Resource: Grant['Resource'], ...Permissions: string[]): Grant => ({
    Principal: arnOf(name),
    Resource,
    Permissions,
    PermissionsWithGrantOption: [],
  });
  const table = (Name: string, DatabaseName = 'db') => ({ Table: { DatabaseName, Name } });
  const cells = (TableName: string, Name: string) => ({ DataCellsFilter: { DatabaseName: 'db', TableName, Name } });
  const excluded = { ExcludedColumnNames: ['ssn_hidden'] };
  return {
    locations: [{ ResourceArn: 'arn:aws:s3:::lake' }],
    filters: [
      filter('people', 'us', rows, excluded),
      filter('ice', 'us', "region = 'US'", excluded),
      filter('cells', 'us', "region = 'US'", { ColumnNames: ['id', 'score'] }),
      filter('cells', 'ids', undefined, { ColumnNames: ['id', 'region'] }),
      filter('visits', 'us', "country = 'US'"),
    ],
    grants: [
      ...['people', 'ice', 'cells', 'visits'].map((name) => grant('Analyst', cells(name, 'us'), 'SELECT')),
      grant('Analyst', cells('cells', 'ids'), 'SELECT'),
      grant('Analyst', { TableWithColumns: { DatabaseName: 'db', Name: 'orders', ColumnNames: ['id'] } }, 'SELECT'),
      grant(
        'Analyst',
        { TableWithColumns: { DatabaseName: 'db', Name: 'trips', ColumnNames: ['id', 'year'] } },
        'SELECT',
      ),
      ...['whole', 'all_people', 'with_ssn', 'over_view', 'of_salaries'].map((name) =>
        grant('Analyst', table(name), 'SELECT'),
      ),
      ...['Analyst', 'Privacy', 'Guest'].map((name) => grant(name, { Database: { Name: 'db' } }, 'DESCRIBE')),
      grant('Analyst', { Database: { Name: 'own' } }, 'CREATE_TABLE', 'DESCRIBE'),
      grant(
        'Analyst',
        { Table: { DatabaseName: 'own', TableWildcard: {} } },
        'ALL',
        'SELECT',
        'INSERT',
        'DELETE',
        'ALTER',
        'DROP',
        'DESCRIBE',
      ),
      grant('Privacy', { Table: { DatabaseName: 'db', TableWildcard: {} } }, 'SELECT', 'DESCRIBE'),
    ],
  };
}
