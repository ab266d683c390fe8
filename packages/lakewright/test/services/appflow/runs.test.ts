import { describe, expect, it } from 'vitest';
import { BUCKET, contactFlow, FlowLake, fixture, MAP_ALL, ndjson, task } from './flow-lake';

const CONTACTS = [
  { Id: '1', Name: 'Ada', Email: 'ada@example.com', Age: 36, Active: true, Joined: '2026-01-05T10:00:00.000+0000' },
  { Id: '2', Name: 'Bob', Email: null, Age: 51, Active: false, Joined: '2026-02-05T10:00:00.000+0000' },
  { Id: '3', Name: 'Cé, "C"', Email: 'c@example.com', Age: null, Active: true, Joined: null },
];
const fields = (...names: string[]) => names.map((name) => task('Map', 'NO_OP', [name]));

async function lakeOf(
  properties: ReturnType<typeof contactFlow>,
  files: Record<string, string> = { 'Contact.ndjson': ndjson(CONTACTS) },
) {
  const lake = await FlowLake.open({ fixtures: { crm: fixture(files) } });
  await lake.apply(properties);
  return lake;
}

describe('a run of a flow', () => {
  it('reads the fixture of its connector profile, and writes what its tasks say', async () => {
    const lake = await lakeOf(
      contactFlow([
        task('Filter', 'PROJECTION', ['Id', 'Name', 'Email', 'Active']),
        task('Filter', 'EQUAL_TO', ['Active'], { DATA_TYPE: 'boolean', VALUE: 'true' }),
        ...fields('Id', 'Email'),
        task('Map', 'NO_OP', ['Name'], {}, 'full_name'),
        task('Mask', 'MASK_FIRST_N', ['Email'], { MASK_LENGTH: '3', MASK_VALUE: '*' }),
      ]),
    );
    const run = await lake.run('contacts');
    expect(run).toMatchObject({ executionStatus: 'Successful', executionResult: { recordsProcessed: 2 } });
    expect(await lake.keys()).toEqual([`crm/contacts/${run.executionId}-00000.json`]);
    expect(await lake.records()).toEqual([
      { Id: '1', Email: '***@example.com', full_name: 'Ada' },
      { Id: '3', Email: '***xample.com', full_name: 'Cé, "C"' },
    ]);
    expect(run.executionResult.bytesWritten).toBe(Buffer.byteLength(await lake.text()));
    expect(run.executionResult.bytesProcessed).toBe(Buffer.byteLength(ndjson(CONTACTS)));
  });

  it('leaves records out that a validation does not let pass, and tells how many were processed', async () => {
    const lake = await lakeOf(
      contactFlow([MAP_ALL, task('Validate', 'VALIDATE_NON_NULL', ['Email'], { VALIDATION_ACTION: 'DropRecord' })]),
    );
    expect(await lake.run('contacts')).toMatchObject({ executionResult: { recordsProcessed: 3 } });
    expect((await lake.records()).map(({ Id }) => Id)).toEqual(['1', '3']);
    const [, ended] = lake.events;
    expect(ended).toMatchObject({
      'detail-type': 'AppFlow End Flow Run Report',
      detail: {
        'flow-name': 'contacts',
        status: 'Execution Successful',
        'num-of-records-processed': '3',
        destination: 'S3',
      },
    });
  });

  it('writes nothing where a validation fails it, and says which record', async () => {
    const lake = await lakeOf(
      contactFlow([MAP_ALL, task('Validate', 'VALIDATE_NON_NULL', ['Email'], { VALIDATION_ACTION: 'DropDataset' })]),
    );
    expect(await lake.failure('contacts')).toBe(
      'Contact.ndjson, line 2: VALIDATE_NON_NULL on "Email" doesn\'t hold: the value is null',
    );
    expect(await lake.keys()).toEqual([]);
    expect(lake.events.at(-1)).toMatchObject({ detail: { status: 'Execution Failed' } });
  });

  it('writes no file where nothing is left', async () => {
    const lake = await lakeOf(
      contactFlow([MAP_ALL, task('Filter', 'EQUAL_TO', ['Id'], { DATA_TYPE: 'string', VALUE: '9' })]),
    );
    expect(await lake.run('contacts')).toMatchObject({
      executionStatus: 'Successful',
      executionResult: { recordsProcessed: 0 },
    });
    expect(await lake.keys()).toEqual([]);
  });

  it('writes CSV with a header, quoted where it must be', async () => {
    const lake = await lakeOf(contactFlow([...fields('Name', 'Age', 'Email')], { output: { FileType: 'CSV' } }));
    await lake.run('contacts');
    expect(await lake.text()).toBe('Name,Age,Email\nAda,36,ada@example.com\nBob,51,\n"Cé, ""C""",,c@example.com\n');
  });

  it('makes the folders and names that the prefix settings ask for', async () => {
    const lake = await lakeOf(
      contactFlow([MAP_ALL], {
        output: {
          PrefixConfig: {
            PrefixType: 'PATH_AND_FILENAME',
            PrefixFormat: 'DAY',
            PathPrefixHierarchy: ['SCHEMA_VERSION', 'EXECUTION_ID'],
          },
        },
      }),
    );
    const { executionId } = await lake.run('contacts');
    expect(await lake.keys()).toEqual([
      `crm/contacts/schemaVersion_1/2026/03/01/${executionId}/2026-03-01-${executionId}-00000.json`,
    ]);
    await lake.apply(
      contactFlow(fields('Id'), { output: { PrefixConfig: { PathPrefixHierarchy: ['SCHEMA_VERSION'] } } }),
    );
    await lake.run('contacts');
    expect((await lake.keys()).at(-1)).toContain('crm/contacts/schemaVersion_2/');
  });

  it('begins another file after the target size, unless all are to be one', async () => {
    const many = ndjson(Array.from({ length: 30_000 }, (_, Id) => ({ Id, text: 'x'.repeat(100) })));
    const lake = await lakeOf(contactFlow([MAP_ALL], { output: { AggregationConfig: { TargetFileSize: 1 } } }), {
      'Contact.ndjson': many,
    });
    await lake.run('contacts');
    expect((await lake.keys()).length).toBe(4);
    expect((await lake.records()).length).toBe(30_000);
    await lake.apply(
      contactFlow([MAP_ALL], {
        FlowName: 'single',
        output: { AggregationConfig: { AggregationType: 'SingleFile', TargetFileSize: 1 } },
      }),
    );
    await lake.run('single');
    expect((await lake.keys()).filter((key) => key.includes('/single/')).length).toBe(1);
  });

  it('reads CSV, JSON arrays and objects in any layout as it reads lines', async () => {
    const csv = 'Id,Name,Email\n1,Ada,ada@example.com\n2,"Bob\nB",\n';
    const array = JSON.stringify(
      [
        { Id: '1', Name: 'a"]}{[' },
        { Id: '2', Name: 'Bob\nB', nested: { a: [1, { b: 2 }] } },
      ],
      null,
      2,
    );
    const kinds: Record<string, string>[] = [
      { 'Contact.csv': csv },
      { 'Contact.json': array },
      { 'Contact.jsonl': ndjson(JSON.parse(array)) },
    ];
    for (const files of kinds) {
      const lake = await lakeOf(contactFlow(fields('Id', 'Name')), files);
      expect(await lake.run('contacts')).toMatchObject({ executionResult: { recordsProcessed: 2 } });
      expect(await lake.records()).toMatchObject([{ Id: '1' }, { Id: '2', Name: 'Bob\nB' }]);
      await lake.close();
    }
  });

  it('leaves out deleted records of Salesforce unless they are asked for', async () => {
    const files = {
      'Contact.ndjson': ndjson([
        { Id: 1, IsDeleted: true, attributes: { type: 'Contact' } },
        { Id: 2, IsDeleted: false },
      ]),
    };
    const lake = await lakeOf(contactFlow(), files);
    await lake.run('contacts');
    expect(await lake.records()).toEqual([{ Id: 2, IsDeleted: false }]);
    await lake.apply(
      contactFlow([MAP_ALL], {
        FlowName: 'all',
        source: { SourceConnectorProperties: { Salesforce: { Object: 'Contact', IncludeDeletedRecords: true } } },
      }),
    );
    expect(await lake.run('all')).toMatchObject({ executionResult: { recordsProcessed: 2 } });
  });

  it('reads the files of an S3 source', async () => {
    const lake = await FlowLake.open();
    lake.lake.objects.createBucket('inbox');
    await lake.lake.objects.write('inbox', 'in/a.csv', 'Id,Name\n1,Ada\n');
    await lake.lake.objects.write('inbox', 'in/b.csv', 'Id,Name\n2,Bob\n');
    const source = {
      ConnectorType: 'S3',
      SourceConnectorProperties: { S3: { BucketName: 'inbox', BucketPrefix: 'in' } },
    };
    await lake.apply(contactFlow([task('Map', 'NO_OP', ['Name'], {}, 'Name', 'S3')], { source }));
    await lake.run('contacts');
    expect(await lake.records()).toEqual([{ Name: 'Ada' }, { Name: 'Bob' }]);
  });
});

describe('Parquet', () => {
  const types = { SOURCE_DATA_TYPE: 'x', DESTINATION_DATA_TYPE: 'x' };
  const typed = (name: string, type: string) =>
    task('Map', 'NO_OP', [name], { ...types, SOURCE_DATA_TYPE: type, DESTINATION_DATA_TYPE: type });
  const output = { FileType: 'PARQUET', PreserveSourceDataTyping: true };
  const catalog = {
    MetadataCatalogConfig: {
      GlueDataCatalog: { DatabaseName: 'raw', TablePrefix: 'crm', RoleArn: 'arn:aws:iam::1:role/r' },
    },
  };

  async function query(lake: FlowLake, sql: string): Promise<unknown[][]> {
    const { QueryExecutionId } = await lake.call(
      'StartQueryExecution',
      { QueryString: sql, ResultConfiguration: { OutputLocation: `s3://${BUCKET}-results/` } },
      'athena',
    );
    for (;;) {
      const { QueryExecution } = await lake.call('GetQueryExecution', { QueryExecutionId }, 'athena');
      if (QueryExecution.Status.State === 'FAILED') throw new Error(QueryExecution.Status.StateChangeReason);
      if (QueryExecution.Status.State === 'SUCCEEDED') break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { ResultSet } = await lake.call('GetQueryResults', { QueryExecutionId }, 'athena');
    return ResultSet.Rows.slice(1).map(({ Data }: { Data: { VarCharValue?: string }[] }) =>
      Data.map(({ VarCharValue = null }) => VarCharValue),
    );
  }

  it('has the types of the source where they are preserved, and a table in the catalog that Athena reads', async () => {
    const lake = await lakeOf(
      contactFlow([typed('Id', 'id'), typed('Age', 'int'), typed('Active', 'boolean'), typed('Joined', 'datetime')], {
        output,
        ...catalog,
      }),
    );
    lake.lake.objects.createBucket(`${BUCKET}-results`);
    await lake.call('CreateDatabase', { DatabaseInput: { Name: 'raw' } }, 'glue');
    const run = await lake.run('contacts');
    expect(run).toMatchObject({
      executionStatus: 'Successful',
      metadataCatalogDetails: [{ tableName: 'crm_contacts', tableRegistrationOutput: { status: 'Successful' } }],
    });
    const { Table } = await lake.call('GetTable', { DatabaseName: 'raw', Name: 'crm_contacts' }, 'glue');
    expect(Table.StorageDescriptor.Columns).toEqual([
      { Name: 'id', Type: 'string' },
      { Name: 'age', Type: 'bigint' },
      { Name: 'active', Type: 'boolean' },
      { Name: 'joined', Type: 'timestamp' },
    ]);
    expect(await query(lake, 'SELECT id, age + 1, active, joined FROM raw.crm_contacts ORDER BY id')).toEqual([
      ['1', '37', 'true', '2026-01-05 10:00:00.000'],
      ['2', '52', 'false', '2026-02-05 10:00:00.000'],
      ['3', null, 'true', null],
    ]);
    // All columns are texts where the types are not preserved, and values of all fields are there with Map_all.
    await lake.apply(
      contactFlow([MAP_ALL, task('Partition', 'NO_OP', [], { ORDERED_PARTITION_KEYS_LIST: '["Active"]' })], {
        FlowName: 'texts',
        output: { FileType: 'PARQUET' },
        ...catalog,
      }),
    );
    await lake.run('texts');
    expect(
      await query(lake, "SELECT id, age, joined, active FROM raw.crm_texts WHERE active = 'true' ORDER BY id"),
    ).toEqual([
      ['1', '36', '2026-01-05T10:00:00.000+0000', 'true'],
      ['3', null, null, 'true'],
    ]);
    expect((await lake.keys()).filter((key) => key.includes('/texts/Active='))).toHaveLength(2);
  });

  it('fails the run for a value that is not of its type, and says where', async () => {
    const lake = await lakeOf(contactFlow([typed('Id', 'id'), typed('Name', 'int')], { output }));
    expect(await lake.failure('contacts')).toBe(
      'Contact.ndjson, line 1: "Name" is "Ada", which is no integer for "Name"',
    );
  });

  it('keeps the data where the catalog refuses the table, and says so in the record', async () => {
    const lake = await lakeOf(contactFlow([MAP_ALL], { output, ...catalog }));
    const run = await lake.run('contacts');
    expect(run.executionStatus).toBe('Successful');
    expect(run.metadataCatalogDetails[0].tableRegistrationOutput).toMatchObject({
      status: 'Error',
      message: expect.stringContaining('metadataCatalogConfig names the database "raw"'),
    });
    expect(await lake.keys()).toHaveLength(1);
  });
});
