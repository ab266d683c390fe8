import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Lake } from '../../src/lake';

type Resources = Record<string, { Type: string; Properties: object; DependsOn?: string | string[] }>;

const ACCOUNT = '000000000000';
const BUCKETS = ['lake-raw', 'lake-converted', 'lake-datasets', 'lake-results'];
const WORKGROUP = 'Analysts';

export interface Customer {
  readonly customer_id: number;
  readonly email: string;
  readonly phone: string;
  readonly country: string;
  readonly tier: string;
}

/** Made up by rule, so that a test can count them itself. */
export const CUSTOMERS: readonly Customer[] = Array.from({ length: 60 }, (_, at) => ({
  customer_id: 100_000 + at,
  email: `traveller${at}@example.org`,
  phone: `+1 206 555 01${String(at).padStart(2, '0')}`,
  country: ['US', 'US', 'DE', 'GB', 'FR'][at % 5] as string,
  tier: ['basic', 'silver', 'gold'][at % 3] as string,
}));

export const FLIGHTS = Array.from({ length: 240 }, (_, at) => ({
  origin: ['ATL', 'DEN', 'ORD'][at % 3],
  month: `2001-0${1 + (at % 6)}`,
  delay: (at * 7) % 50,
}));

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** One file of the fleet can't be read: `seats` is no number. */
export const BAD_FLEET = lines([{ tail_number: 'N101', seats: 'many' }]);
export const GOOD_FLEET = lines([{ tail_number: 'N101', seats: '180' }]);

function table(database: string, name: string, columns: Record<string, string>, format: 'json' | 'parquet'): Resources {
  const parquet = {
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
  };
  const json = {
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
  };
  return {
    [`${database}${name}`]: {
      Type: 'AWS::Glue::Table',
      DependsOn: `Database${database}`,
      Properties: {
        CatalogId: ACCOUNT,
        DatabaseName: database,
        TableInput: {
          Name: name,
          TableType: 'EXTERNAL_TABLE',
          StorageDescriptor: {
            Columns: Object.entries(columns).map(([Name, Type]) => ({ Name, Type })),
            Location: `s3://lake-${database}/${name}/`,
            ...(format === 'json' ? json : parquet),
          },
        },
      },
    },
  };
}

function role(name: string, statements: readonly object[], service?: string): Resources {
  const trusted = service ? { Service: service } : { AWS: `arn:aws:iam::${ACCOUNT}:root` };
  const Statement = [{ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }];
  const PolicyDocument = { Version: '2012-10-17', Statement: statements };
  return {
    [name]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: name,
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement },
        ...(statements.length > 0 && { Policies: [{ PolicyName: 'Own', PolicyDocument }] }),
      },
    },
  };
}

const allow = (Action: string | string[], Resource: string | string[] = '*'): object => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const reader = [
  allow(['athena:*', 'glue:Get*', 'lakeformation:GetDataAccess']),
  allow(
    ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:GetBucketLocation'],
    ['arn:aws:s3:::lake-results', 'arn:aws:s3:::lake-results/*'],
  ),
];

function athena(QueryString: string, next: object = { End: true }): object {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
    Parameters: { QueryString, WorkGroup: WORKGROUP },
    ...next,
  };
}

/** Long enough to be seen while it runs. */
const SLOW =
  'SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 7000)) AS b (y) WHERE x + y > 3';

const pipeline = {
  StartAt: 'Convert',
  States: {
    Convert: {
      Type: 'Parallel',
      Branches: Object.entries({
        'convert-flights': 'INSERT INTO converted.flights SELECT origin, month, delay FROM raw.flights',
        'convert-fleet': 'INSERT INTO converted.fleet SELECT tail_number, CAST(seats AS integer) FROM raw.fleet',
      }).map(([StartAt, sql]) => ({ StartAt, States: { [StartAt]: athena(sql) } })),
      Next: 'marts',
    },
    marts: athena(
      `INSERT INTO datasets.delays SELECT origin, month, avg(delay) FROM converted.flights WHERE (${SLOW}) > 0 GROUP BY origin, month`,
      { Next: 'gate' },
    ),
    gate: athena('SELECT count(*) FROM datasets.delays'),
  },
};

const filter = { DatabaseName: 'datasets', TableName: 'customers', Name: 'no_de' };

/** Analyst sees no contact data and nobody of Germany, PrivacyAnalyst all, Guest nothing. */
function template(): Resources {
  return templateWith([{ DataCellsFilter: filter }, { Table: { DatabaseName: 'datasets', Name: 'delays' } }]);
}

/** @param shown what Analyst reads */
function templateWith(shown: readonly object[]): Resources {
  const definition = JSON.stringify(pipeline);
  const all = { Table: { DatabaseName: 'datasets', Name: 'customers' } };
  const delays = { Table: { DatabaseName: 'datasets', Name: 'delays' } };
  const arn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
  return {
    ...Object.fromEntries(
      BUCKETS.map((name) => [name.replace('-', ''), { Type: 'AWS::S3::Bucket', Properties: { BucketName: name } }]),
    ),
    ...Object.fromEntries(
      ['raw', 'converted', 'datasets'].map((Name) => [
        `Database${Name}`,
        {
          Type: 'AWS::Glue::Database',
          Properties: {
            CatalogId: ACCOUNT,
            DatabaseInput: { Name, ...(Name === 'datasets' && { CreateTableDefaultPermissions: [] }) },
          },
        },
      ]),
    ),
    ...table('raw', 'flights', { origin: 'string', month: 'string', delay: 'int' }, 'json'),
    ...table('raw', 'fleet', { tail_number: 'string', seats: 'string' }, 'json'),
    ...table('converted', 'flights', { origin: 'string', month: 'string', delay: 'int' }, 'parquet'),
    ...table('converted', 'fleet', { tail_number: 'string', seats: 'int' }, 'parquet'),
    ...table('datasets', 'delays', { origin: 'string', month: 'string', avg_delay: 'double' }, 'parquet'),
    ...table(
      'datasets',
      'customers',
      { customer_id: 'bigint', email: 'string', phone: 'string', country: 'string', tier: 'string' },
      'json',
    ),
    ...role('Analyst', reader),
    ...role('PrivacyAnalyst', reader),
    ...role('Guest', []),
    ...role('NightlyRole', [allow('*')], 'states.amazonaws.com'),
    Analysts: {
      Type: 'AWS::Athena::WorkGroup',
      Properties: {
        Name: WORKGROUP,
        WorkGroupConfiguration: {
          EnforceWorkGroupConfiguration: true,
          BytesScannedCutoffPerQuery: 10 * 2 ** 30,
          ResultConfiguration: { OutputLocation: 's3://lake-results/' },
        },
      },
    },
    Location: {
      Type: 'AWS::LakeFormation::Resource',
      Properties: { ResourceArn: 'arn:aws:s3:::lake-datasets/customers', RoleArn: arn('NightlyRole') },
    },
    Grants: {
      Type: 'Custom::LakewrightLakeFormationPermissions',
      DependsOn: ['datasetscustomers', 'datasetsdelays', 'Location'],
      Properties: {
        Owner: 'o',
        Revocations: [],
        Filters: [{ ...filter, RowFilter: "country <> 'DE'", ExcludedColumnNames: ['email', 'phone'] }],
        Grants: [
          { Principal: arn('PrivacyAnalyst'), Resource: all, Permissions: ['SELECT'] },
          ...shown.map((Resource) => ({ Principal: arn('Analyst'), Resource, Permissions: ['SELECT'] })),
          { Principal: arn('NightlyRole'), Resource: delays, Permissions: ['SELECT', 'INSERT', 'ALTER'] },
        ],
      },
    },
    Nightly: {
      Type: 'AWS::StepFunctions::StateMachine',
      DependsOn: 'NightlyRole',
      Properties: { StateMachineName: 'Nightly', RoleArn: arn('NightlyRole'), DefinitionString: definition },
    },
  };
}

export interface ServedConsole {
  /** With its slash at the end. */
  readonly url: string;
  /** Of the AWS APIs. */
  readonly endpoint: string;
  put(bucket: string, key: string, body: string): Promise<void>;
  close(): Promise<void>;
}

/** A lake of three databases, two people and a pipeline of which one task fails until its file is right. */
export async function serveConsole(resources: Resources = template()): Promise<ServedConsole> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lakewright-console-'));
  writeFileSync(path.join(folder, 'AviationLake.json'), JSON.stringify({ Resources: resources }));
  writeFileSync(path.join(folder, 'before.json'), JSON.stringify({ Resources: templateWith([]) }));
  const seeds = { 'raw/flights': lines(FLIGHTS), 'raw/fleet': BAD_FLEET, 'datasets/customers': lines(CUSTOMERS) };
  if (Object.keys(resources).length > 0) {
    for (const [place, text] of Object.entries(seeds)) {
      const [database, name] = place.split('/') as [string, string];
      const target = path.join(folder, '.lakewright/buckets', `lake-${database}`, name);
      mkdirSync(target, { recursive: true });
      writeFileSync(path.join(target, 'part-0.json'), text);
    }
  }
  const lake = new Lake({ directory: folder, app: 'AviationLake.json' });
  const server = await lake.serve({ port: 0 });
  return {
    url: server.consoleUrl,
    endpoint: server.url,
    async put(bucket, key, body) {
      const response = await fetch(`${server.url}/${bucket}/${key}`, { method: 'PUT', body });
      if (!response.ok) throw new Error(await response.text());
    },
    async close() {
      await server.close();
      await lake.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
