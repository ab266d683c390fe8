import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, titled } from '../engines/spark/spark-lake';
import { type PostgresServer, startPostgres } from '../services/dms/postgres-server';
import { ScriptLake } from './script-lake';

const URL_VARIABLE = 'LAKEWRIGHT_TEST_ORDERS_URL';

describe.skipIf(missing)(titled('a script that reads and writes a database'), () => {
  let lake: ScriptLake;
  let database: PostgresServer;

  beforeAll(async () => {
    database = await startPostgres();
    process.env[URL_VARIABLE] = database.url;
    await database.query('CREATE SCHEMA shop');
    await database.query(
      'CREATE TABLE shop.orders (id bigint primary key, customer text, amount numeric(8,2), at timestamp)',
    );
    await database.query(
      `INSERT INTO shop.orders VALUES (1, 'a', 2.50, '2026-01-01 10:00'), (2, 'b', 1, NULL), (3, 'a', 4, NULL)`,
    );
    lake = await ScriptLake.open([], { connections: { orders: `env:${URL_VARIABLE}` } });
    await lake.jobs.call('CreateConnection', {
      ConnectionInput: {
        ...{ Name: 'orders', ConnectionType: 'JDBC' },
        ConnectionProperties: {
          JDBC_CONNECTION_URL: 'jdbc:postgresql://orders.internal:5432/orders',
          ...{ USERNAME: 'etl', PASSWORD: 'unused' },
        },
      },
    });
  });
  afterAll(async () => {
    delete process.env[URL_VARIABLE];
    await lake?.close();
    await database?.stop();
  });

  test('reads what is new by its keys, through a connection that the configuration leads here', async () => {
    const options = {
      Connections: { Connections: ['orders'] },
      DefaultArguments: {
        '--job-bookmark-option': 'job-bookmark-enable',
        '--connection': 'orders',
        '--output': 's3://lake/out/orders/',
      },
    };
    const run = () => lake.run('jdbc_orders', {}, options);
    expect(await run()).toEqual([
      ...['root', '|-- id: long', '|-- customer: string', '|-- amount: decimal(8,2)', '|-- at: timestamp'],
      ...['new orders: 3', 'postgresql postgres'],
    ]);
    expect(await lake.records('out/orders/')).toEqual([
      { id: 1, customer: 'a', amount: 2.5, at: '2026-01-01T10:00:00.000Z' },
      { id: 2, customer: 'b', amount: 1 },
      { id: 3, customer: 'a', amount: 4 },
    ]);
    const sums = 'SELECT customer, amount::text FROM shop.sums ORDER BY 1, 2';
    expect(await database.query(sums)).toEqual([
      { customer: 'a', amount: '6.50' },
      { customer: 'b', amount: '1.00' },
    ]);
    expect((await run())[5]).toBe('new orders: 0');
    await database.query(`INSERT INTO shop.orders VALUES (10, 'c', 9, NULL)`);
    expect((await run())[5]).toBe('new orders: 1');
    expect(await lake.records('out/orders/')).toHaveLength(4);
    expect(await database.query(sums)).toHaveLength(3);
  });
});
