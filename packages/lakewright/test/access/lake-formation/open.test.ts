import { expect, test } from 'vitest';
import { openLakeFormationStore, openLakePermissions } from '../../../src/access/lake-formation';
import { temporaryLake } from '../../server/temporary-lake';
import { ANALYST, grant, on } from './facts';

async function lakeWithTable() {
  const lake = await temporaryLake();
  lake.catalog.putDatabase({ Name: 'sales' });
  lake.catalog.putTable({ DatabaseName: 'sales', Name: 'orders', StorageDescriptor: { Columns: [{ Name: 'Id' }] } });
  return { lake, store: openLakeFormationStore(lake), permissions: openLakePermissions(lake) };
}

const ORDERS = { database: 'Sales', table: 'Orders' };

test('a workspace in which nobody granted anything is left to IAM, as a new account is', async () => {
  const { permissions } = await lakeWithTable();
  expect(permissions.table(ANALYST, ORDERS).governed).toBe(false);
  expect(permissions.database(ANALYST, 'Sales').governed).toBe(false);
  expect(permissions.mayCreateDatabase(ANALYST)).toBe(true);
  expect(permissions.isAdministrator(ANALYST)).toBe(false);
});

test('what another room writes is seen at once; names are in any case', async () => {
  const { store, permissions } = await lakeWithTable();
  store.changeApi((api) => ({ ...api, grants: [] }));
  expect(permissions.table(ANALYST, ORDERS)).toMatchObject({ governed: true, select: [] });
  store.declare('Stack/Grants', { grants: [grant(ANALYST, on.columns('id'), 'SELECT')] });
  expect(permissions.table(ANALYST, ORDERS).select).toEqual([{ name: 'columns', columns: new Set(['id']) }]);
  store.keepOwners(new Set());
  expect(permissions.table(ANALYST, ORDERS).select).toEqual([]);
});

test('a location in hybrid access mode is S3’s for a table that is left to IAM', async () => {
  const { store, permissions } = await lakeWithTable();
  store.declare('Stack/Location', { locations: [{ ResourceArn: 'arn:aws:s3:::lake/a', HybridAccessEnabled: true }] });
  expect(permissions.isRegistered('s3://lake/a/t/x.parquet')).toBe(true);
  expect(permissions.isRegistered('s3://lake/a/t', { governed: true })).toBe(true);
  expect(permissions.isRegistered('s3://lake/a/t', { governed: false })).toBe(false);
  expect(permissions.isRegistered('s3://lake/ab')).toBe(false);
});
