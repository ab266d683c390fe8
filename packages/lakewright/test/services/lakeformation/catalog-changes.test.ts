import { expect, test } from 'vitest';
import { openLakePermissions } from '../../../src/access/lake-formation';
import { glue } from '../../../src/services/glue';
import { lakeformation } from '../../../src/services/lakeformation';
import { LOCAL_ADMIN } from '../../../src/services/service';
import { role } from '../../access/lake-formation/facts';
import { resource, temporaryLake } from '../../server/temporary-lake';
import { tableInput } from '../glue/test-lake';
import { arn } from './lake';

async function lakeOf() {
  const properties = {
    RoleName: 'Engineer',
    Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }],
  };
  const lake = await temporaryLake({
    services: [glue, lakeformation],
    resources: [resource('AWS::IAM::Role', 'Engineer', { arn: arn('Engineer'), properties })],
  });
  await lake.call('lakeformation', 'PutDataLakeSettings', { DataLakeSettings: {} });
  return { lake, permissions: openLakePermissions(lake), engineer: { principal: 'Engineer', requestId: 'r' } };
}

const T = { database: 'db', table: 't' };
const ENGINEER = role('Engineer');

test('who makes a database or table has Super on it, and may pass it on; others have nothing', async () => {
  const { lake, permissions, engineer } = await lakeOf();
  await lake.call('glue', 'CreateDatabase', { DatabaseInput: { Name: 'db' } }, engineer);
  await lake.call('glue', 'CreateTable', { DatabaseName: 'db', TableInput: tableInput('t') }, engineer);
  expect(permissions.table(ENGINEER, T).permissions.size).toBe(6);
  expect(permissions.database(ENGINEER, 'db').permissions).toEqual(
    new Set(['DESCRIBE', 'CREATE_TABLE', 'ALTER', 'DROP']),
  );
  expect(permissions.table(role('Analyst'), T).permissions.size).toBe(0);
  const grant = {
    Principal: { DataLakePrincipalIdentifier: arn('Analyst') },
    Resource: { Table: { DatabaseName: 'db', Name: 't' } },
    Permissions: ['SELECT'],
  };
  await lake.call('lakeformation', 'GrantPermissions', grant, engineer);
  expect(permissions.table(role('Analyst'), T).permissions.has('SELECT')).toBe(true);
});

test('what local-admin makes belongs to nobody', async () => {
  const { lake, permissions } = await lakeOf();
  await lake.call('glue', 'CreateDatabase', { DatabaseInput: { Name: 'db' } }, LOCAL_ADMIN);
  await lake.call('glue', 'CreateTable', { DatabaseName: 'db', TableInput: tableInput('t') }, LOCAL_ADMIN);
  expect(permissions.table(ENGINEER, T)).toMatchObject({ governed: true, permissions: new Set() });
});

test.each(['DeleteTable', 'DeleteDatabase'])('%s takes grants, filters, tags and opt-ins along', async (operation) => {
  const { lake, permissions } = await lakeOf();
  const make = async () => {
    if (!lake.catalog.database('db')) await lake.call('glue', 'CreateDatabase', { DatabaseInput: { Name: 'db' } });
    await lake.call('glue', 'CreateTable', { DatabaseName: 'db', TableInput: tableInput('t') });
  };
  await make();
  const to = { Principal: { DataLakePrincipalIdentifier: arn('Analyst') } };
  const on = { Table: { DatabaseName: 'db', Name: 't' } };
  const filter = { DatabaseName: 'db', TableName: 't', Name: 'f' };
  const call = (name: string, input: object) => lake.call('lakeformation', name, input);
  await call('GrantPermissions', { ...to, Resource: on, Permissions: ['INSERT'] });
  await call('CreateDataCellsFilter', {
    TableData: { ...filter, RowFilter: { FilterExpression: 'id = 1' }, ColumnWildcard: {} },
  });
  await call('GrantPermissions', { ...to, Resource: { DataCellsFilter: filter }, Permissions: ['SELECT'] });
  await call('CreateLFTag', { TagKey: 'k', TagValues: ['v'] });
  await call('AddLFTagsToResource', { Resource: on, LFTags: [{ TagKey: 'k', TagValues: ['v'] }] });
  await call('CreateLakeFormationOptIn', { ...to, Resource: on });
  expect(permissions.table(role('Analyst'), T).permissions.size).toBe(3);
  await lake.call('glue', operation, operation === 'DeleteTable' ? { DatabaseName: 'db', Name: 't' } : { Name: 'db' });
  await make();
  expect(permissions.table(role('Analyst'), T).permissions.size).toBe(0);
  expect(await call('ListDataCellsFilter', {})).toEqual({ DataCellsFilters: [] });
  expect(await call('GetResourceLFTags', { Resource: on })).toMatchObject({ LFTagsOnTable: [] });
  expect(await call('ListLakeFormationOptIns', {})).toEqual({ LakeFormationOptInsInfoList: [] });
});

test('a new table of a new account is left to IAM, whatever was granted before it', async () => {
  const lake = await temporaryLake({ services: [glue, lakeformation] });
  const permissions = openLakePermissions(lake);
  await lake.call('glue', 'CreateDatabase', { DatabaseInput: { Name: 'db' } });
  await lake.call('glue', 'CreateTable', { DatabaseName: 'db', TableInput: tableInput('t') });
  expect(permissions.table(ENGINEER, T).governed).toBe(false);
  expect(permissions.database(ENGINEER, 'db').governed).toBe(false);
});
