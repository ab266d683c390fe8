import { describe, expect, test } from 'vitest';
import { Lake } from '../../src/lake';
import { withFolder } from '../cli/run-cli';
import { whatIsMissing } from './requirements';

const column = (Name: string, Type: string) => ({ Name, Type });
const TEMPLATE = {
  Resources: {
    Raw: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'raw-bucket' } },
    Database: {
      Type: 'AWS::Glue::Database',
      Properties: { CatalogId: { Ref: 'AWS::AccountId' }, DatabaseInput: { Name: 'raw' } },
    },
    Orders: {
      Type: 'AWS::Glue::Table',
      Properties: {
        CatalogId: { Ref: 'AWS::AccountId' },
        DatabaseName: { Ref: 'Database' },
        TableInput: {
          Name: 'orders',
          TableType: 'EXTERNAL_TABLE',
          PartitionKeys: [column('region', 'string')],
          StorageDescriptor: {
            Columns: [column('id', 'bigint'), column('day', 'date'), column('amount', 'decimal(10,2)')],
            Location: 's3://raw-bucket/orders/',
            InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
            OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
            SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
          },
        },
      },
    },
    Named: {
      Type: 'AWS::Athena::NamedQuery',
      Properties: {
        Name: 'amount by region',
        Database: 'raw',
        QueryString: 'SELECT region, sum(amount) AS amount FROM orders GROUP BY region',
      },
    },
  },
};

const ROWS = `INSERT INTO raw.orders VALUES
  (1, date '2024-01-01', 10.00, 'north'), (2, date '2024-01-02', 2.50, 'north'), (3, NULL, NULL, 'south')`;

const missing = await whatIsMissing();

describe.skipIf(missing)(`verify on a real Trino${missing ? ` (skipped: there is no ${missing})` : ''}`, () => {
  test('reads the same tables, finds what is equal, what differs and what is refused', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (directory) => {
      const lake = new Lake({ directory, app: 'lake.json' });
      try {
        await lake.run();
        await lake.query(ROWS);
        const results = await lake.verify({
          sql: [
            'SELECT id, amount / 3 AS third, region FROM raw.orders ORDER BY id',
            'SELECT nope FROM raw.orders',
            'SELECT random() AS r',
            'SELECT * FROM raw.orders MATCH_RECOGNIZE (ORDER BY id PATTERN (a) DEFINE a AS true)',
            'DROP TABLE raw.orders',
          ],
          namedQueries: true,
        });
        expect(
          results.map(({ outcome }) => outcome),
          JSON.stringify(results),
        ).toEqual(['equal', 'equal', 'differs', 'refused', 'skipped', 'equal']);
        const [first] = results;
        expect(first?.trino).toMatchObject({
          rows: [
            [1, '3.33', 'north'],
            [2, '0.83', 'north'],
            [3, null, 'south'],
          ],
        });
        const answer = await lake.queryTrino('SELECT count(*) AS n FROM orders', { database: 'raw' });
        expect(answer).toMatchObject({ rows: [[3]] });
      } finally {
        await lake.close();
      }
    });
  }, 1_800_000);
});
