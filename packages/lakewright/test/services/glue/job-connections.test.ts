import { expect, test } from 'vitest';
import { connectionVariables, jdbcAccess } from '../../../src/services/glue/jobs/job-connections';
import { StateMap } from '../../../src/services/glue/state-map';
import { resource, temporaryLake } from '../../server/temporary-lake';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-db-AbCdEf';

test('a database URL is a JDBC URL, a user and a password', () => {
  expect(jdbcAccess('c', 'postgres://us%40er:p%2Fw@127.0.0.1:5433/shop?sslmode=disable')).toEqual({
    ...{ url: 'jdbc:postgresql://127.0.0.1:5433/shop?sslmode=disable', user: 'us@er', password: 'p/w' },
  });
  expect(jdbcAccess('c', 'mariadb://localhost/shop')).toEqual({ url: 'jdbc:mariadb://localhost/shop' });
  expect(() => jdbcAccess('c', 'http://localhost/')).toThrow(/"c" leads to a URL of http:/);
});

test('a connection is led by its name, its secret or its path; what nothing leads keeps its own URL', async () => {
  process.env.LAKEWRIGHT_TEST_DB = 'mysql://etl:x@127.0.0.1:3306/shop';
  const reach = async (key: string) => {
    const lake = await temporaryLake({
      resources: [resource('AWS::SecretsManager::Secret', SECRET, { path: 'Lake/OrdersDb/Resource' })],
      config: { connections: { [key]: 'env:LAKEWRIGHT_TEST_DB' } },
    });
    new StateMap(lake.workspace, 'glue-connections').put('orders', { ConnectionProperties: { SECRET_ID: SECRET } });
    const { LAKEWRIGHT_CONNECTIONS: found } = await connectionVariables(lake, ['orders', 'other']);
    return found && Object.keys(JSON.parse(found));
  };
  for (const key of ['orders', SECRET, 'orders-db', 'Lake/OrdersDb']) expect(await reach(key)).toEqual(['orders']);
  expect(await reach('another')).toBeUndefined();
  delete process.env.LAKEWRIGHT_TEST_DB;
});
