import type { AthenaClient } from '@aws-sdk/client-athena';
import type { GlueClient, Table } from '@aws-sdk/client-glue';
import { describe, expect, test } from 'vitest';
import type { CustomResourceEvent } from '../../core/lambda/custom-resource/respond';
import { icebergTableWork } from '../lambda/iceberg-table/handler';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, never>;
}

type Answer = { state?: string; reason?: string; rows?: string[]; polls?: number };

/** Athena and Glue as the handler sees them: one table, statements that end as told. */
class Fake {
  public readonly statements: string[] = [];
  public readonly started: Record<string, unknown>[] = [];
  public stopped = 0;
  public clock = 0;
  private readonly polls = new Map<string, number>();

  public constructor(
    private readonly table?: Table,
    private readonly answer: (sql: string, attempt: number) => Answer = () => ({}),
  ) {}

  public readonly work = icebergTableWork({
    athena: { send: (command: Command) => this.send(command) } as unknown as AthenaClient,
    glue: { send: (command: Command) => this.send(command) } as unknown as GlueClient,
    now: () => this.clock,
    sleep: async (milliseconds) => {
      this.clock += milliseconds;
    },
  });

  private async send({ constructor: { name }, input }: Command): Promise<unknown> {
    switch (name) {
      case 'GetTableCommand': {
        if (this.table) return { Table: this.table };
        throw Object.assign(new Error('not found'), { name: 'EntityNotFoundException' });
      }
      case 'StartQueryExecutionCommand': {
        this.started.push(input);
        this.statements.push(input.QueryString);
        return { QueryExecutionId: String(this.statements.length - 1) };
      }
      case 'GetQueryExecutionCommand': {
        const { state = 'SUCCEEDED', reason, polls = 1 } = this.at(input.QueryExecutionId);
        const count = (this.polls.get(input.QueryExecutionId) ?? 0) + 1;
        this.polls.set(input.QueryExecutionId, count);
        return { QueryExecution: { Status: { State: count < polls ? 'RUNNING' : state, StateChangeReason: reason } } };
      }
      case 'GetQueryResultsCommand': {
        const rows = this.at(input.QueryExecutionId).rows ?? [];
        return { ResultSet: { Rows: rows.map((VarCharValue) => ({ Data: [{ VarCharValue }] })) } };
      }
      case 'StopQueryExecutionCommand':
        this.stopped += 1;
        return {};
      default:
        throw new Error(`the fake doesn't know ${name}`);
    }
  }

  private at(id: string): Answer {
    return this.answer(this.statements[Number(id)] ?? '', Number(id));
  }
}

const properties = {
  ServiceToken: 'arn',
  Database: 'datasets',
  Table: 'orders',
  Location: 's3://bucket/orders/',
  Workgroup: 'ddl',
  ResultLocation: 's3://bucket/results/',
  Columns: [
    { Name: 'id', Type: 'int' },
    { Name: 'ts', Type: 'timestamp', Comment: 'UTC' },
  ],
  PartitionedBy: ['day(`ts`)', 'bucket(16, `id`)'],
  Properties: { format: 'parquet' },
  DropColumns: [],
};

const iceberg: Table = {
  Name: 'orders',
  Parameters: { table_type: 'ICEBERG' },
  StorageDescriptor: {
    Location: 's3://bucket/orders',
    Columns: [
      { Name: 'id', Type: 'int', Parameters: { 'iceberg.field.current': 'true' } },
      { Name: 'ts', Type: 'timestamp', Comment: 'UTC' },
      { Name: 'gone', Type: 'string', Parameters: { 'iceberg.field.current': 'false' } },
    ],
  },
};

const SHOWN = [
  'CREATE TABLE datasets.orders (',
  '  id int,',
  '  ts timestamp)',
  'PARTITIONED BY (day(`ts`), bucket(16, `id`))',
  "LOCATION 's3://bucket/orders'",
  "TBLPROPERTIES ('table_type'='iceberg')",
];

const shows = (sql: string): Answer => (sql.startsWith('SHOW') ? { rows: SHOWN } : {});

function event(type: 'Create' | 'Update' | 'Delete', changed: object = {}, old: object = {}): CustomResourceEvent {
  return {
    RequestType: type,
    RequestId: 'request-1',
    ResponseURL: 'https://example.com',
    StackId: 'stack',
    LogicalResourceId: 'Table',
    ...(type === 'Create' ? {} : { PhysicalResourceId: 'datasets.orders' }),
    ResourceProperties: { ...properties, ...changed },
    ...(type === 'Update' ? { OldResourceProperties: { ...properties, ...old } } : {}),
  };
}

const NEVER = Number.MAX_SAFE_INTEGER;

describe('a table that is not there', () => {
  test('is made in the workgroup, with everything that is declared', async () => {
    const fake = new Fake();
    expect(await fake.work(event('Create'), NEVER)).toEqual({ physicalResourceId: 'datasets.orders' });
    expect(fake.statements).toEqual([
      [
        'CREATE TABLE IF NOT EXISTS `datasets`.`orders` (',
        '  `id` int,',
        "  `ts` timestamp COMMENT 'UTC'",
        ')',
        'PARTITIONED BY (day(`ts`), bucket(16, `id`))',
        "LOCATION 's3://bucket/orders/'",
        "TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet')",
      ].join('\n'),
    ]);
    expect(fake.started[0]).toMatchObject({
      WorkGroup: 'ddl',
      ResultConfiguration: { OutputLocation: 's3://bucket/results/' },
    });
  });

  test('is made again by an update, if somebody dropped it', async () => {
    const fake = new Fake();
    await fake.work(event('Update'), NEVER);
    expect(fake.statements).toHaveLength(1);
  });

  test('the same request asks with the same token, so that nothing runs twice', async () => {
    const [first, second] = [new Fake(), new Fake()];
    await first.work(event('Create'), NEVER);
    await second.work(event('Create'), NEVER);
    expect(first.started[0]?.ClientRequestToken).toMatch(/^[0-9a-f]{64}$/);
    expect(first.started[0]?.ClientRequestToken).toBe(second.started[0]?.ClientRequestToken);
  });
});

describe('a table that is there', () => {
  test('and is as declared is left alone', async () => {
    const fake = new Fake(iceberg);
    expect(await fake.work(event('Update'), NEVER)).toEqual({ physicalResourceId: 'datasets.orders' });
    expect(fake.statements).toEqual([]);
  });

  test('is adopted if it is what is declared, columns of others included', async () => {
    const fake = new Fake(iceberg, shows);
    await fake.work(event('Create', { Columns: [{ Name: 'ts', Type: 'timestamp' }] }), NEVER);
    expect(fake.statements).toEqual([
      'SHOW CREATE TABLE `datasets`.`orders`',
      "ALTER TABLE `datasets`.`orders` SET TBLPROPERTIES ('format'='parquet')",
    ]);
  });

  test('evolves: adds, renames, widens, sets what changed', async () => {
    const fake = new Fake(iceberg);
    const Columns = [
      { Name: 'order_id', Type: 'bigint', RenamedFrom: 'id' },
      { Name: 'ts', Type: 'timestamp', Comment: 'UTC' },
      { Name: 'note', Type: 'string' },
    ];
    const Properties = { format: 'parquet', write_compression: 'zstd' };
    await fake.work(event('Update', { Columns, Properties }), NEVER);
    expect(fake.statements).toEqual([
      'ALTER TABLE `datasets`.`orders` ADD COLUMNS (`note` string)',
      'ALTER TABLE `datasets`.`orders` CHANGE COLUMN `id` `order_id` bigint',
      "ALTER TABLE `datasets`.`orders` SET TBLPROPERTIES ('write_compression'='zstd')",
    ]);
  });

  test('loses an undeclared column only if no row has a value in it', async () => {
    const asks = 'SELECT 1 FROM "datasets"."orders" WHERE "id" IS NOT NULL LIMIT 1';
    const change = { Columns: [{ Name: 'ts', Type: 'timestamp', Comment: 'UTC' }] };
    const empty = new Fake(iceberg, () => ({ rows: ['_col0'] }));
    await empty.work(event('Update', change), NEVER);
    expect(empty.statements).toEqual([asks, 'ALTER TABLE `datasets`.`orders` DROP COLUMN `id`']);

    const full = new Fake(iceberg, () => ({ rows: ['_col0', '1'] }));
    await expect(full.work(event('Update', change), NEVER)).rejects.toThrow('column "id" has values');
    expect(full.statements).toEqual([asks]);

    const allowed = new Fake(iceberg);
    await allowed.work(event('Update', { ...change, DropColumns: ['id'] }), NEVER);
    expect(allowed.statements).toEqual(['ALTER TABLE `datasets`.`orders` DROP COLUMN `id`']);
  });

  test('another name in the template is another table: the old one stays', async () => {
    const fake = new Fake();
    expect(await fake.work(event('Update', { Table: 'orders2' }), NEVER)).toEqual({
      physicalResourceId: 'datasets.orders2',
    });
    expect(fake.statements[0]).toContain('`orders2`');
  });
});

describe('refused before anything is changed', () => {
  test.each<[string, object, string]>([
    ['another location', { Location: 's3://bucket/elsewhere/' }, `it lies at "s3://bucket/orders"`],
    ['another partitioning', { PartitionedBy: ['month(`ts`)'] }, "can't partition it by (month(ts))"],
    ['no partitioning', { PartitionedBy: [] }, 'it is partitioned by (day(ts),bucket(16,id))'],
    [
      'a narrower type',
      { Columns: [{ Name: 'id', Type: 'smallint' }, properties.Columns[1]] },
      "can't become smallint",
    ],
  ])('%s', async (_, changed, message) => {
    const fake = new Fake(iceberg, shows);
    await expect(fake.work(event('Update', changed), NEVER)).rejects.toThrow(message);
    expect(fake.statements.filter((sql) => /^(ALTER|CREATE)/.test(sql))).toEqual([]);
  });

  test('every reason is told at once', async () => {
    const fake = new Fake(iceberg, shows);
    const changed = { Location: 's3://bucket/x/', PartitionedBy: [] };
    await expect(fake.work(event('Update', changed), NEVER)).rejects.toThrow(
      /^ChangeRefused: datasets\.orders: it lies at .*; it is partitioned by .* → nothing was changed/,
    );
  });

  test('a table that is not Iceberg', async () => {
    const fake = new Fake({ ...iceberg, Parameters: { classification: 'parquet' } });
    await expect(fake.work(event('Create'), NEVER)).rejects.toThrow('is no Iceberg table');
  });

  test('and the rollback of a refused change finds nothing to do', async () => {
    const fake = new Fake(iceberg, shows);
    await fake.work(event('Update', {}, { PartitionedBy: ['month(`ts`)'] }), NEVER);
    expect(fake.statements).toEqual(['SHOW CREATE TABLE `datasets`.`orders`']);
  });
});

describe('statements', () => {
  test('are awaited to their end', async () => {
    const fake = new Fake(undefined, () => ({ polls: 6 }));
    await fake.work(event('Create'), NEVER);
    expect(fake.clock).toBe(250 + 500 + 1000 + 2000 + 4000);
  });

  test('fail with Athena’s reason', async () => {
    const fake = new Fake(undefined, () => ({ state: 'FAILED', reason: 'line 1:1: mismatched input' }));
    await expect(fake.work(event('Create'), NEVER)).rejects.toThrow(
      /^StatementFailed: line 1:1: mismatched input \(FAILED in Athena: CREATE TABLE/,
    );
    expect(fake.statements).toHaveLength(1);
  });

  test('are tried again while new permissions spread, and not for ever', async () => {
    const denied = { state: 'FAILED', reason: 'Access Denied (Service: S3)' };
    const soon = new Fake(undefined, (_, attempt) => (attempt < 3 ? denied : {}));
    await soon.work(event('Create'), NEVER);
    expect(soon.statements).toHaveLength(4);
    expect(new Set(soon.started.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(4);

    const never = new Fake(undefined, () => denied);
    await expect(never.work(event('Create'), NEVER)).rejects.toThrow('Access Denied');
    expect(never.clock).toBe(60_000);
  });

  test('that don’t end are stopped before the function is', async () => {
    const fake = new Fake(undefined, () => ({ polls: NEVER }));
    await expect(fake.work(event('Create'), 30_000)).rejects.toThrow('StatementTimedOut');
    expect(fake.stopped).toBe(1);
    expect(fake.clock).toBeLessThanOrEqual(30_000);
  });
});

test('removal touches nothing', async () => {
  const fake = new Fake(iceberg);
  expect(await fake.work(event('Delete'), NEVER)).toEqual({ physicalResourceId: 'datasets.orders' });
  expect(fake.statements).toEqual([]);
});

test('names that a DDL text can’t hold are refused', async () => {
  const fake = new Fake();
  await expect(fake.work(event('Create', { Location: "s3://b/it's/" }), NEVER)).rejects.toThrow('InvalidText');
});
