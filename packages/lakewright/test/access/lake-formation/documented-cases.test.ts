import { describe, expect, test } from 'vitest';
import type { TagAssignment } from '../../../src/access/lake-formation/facts';
import {
  ACCOUNT,
  ANALYST,
  createText,
  databaseText,
  ENGINEER,
  facts,
  filter,
  GROUP,
  grant,
  on,
  placeText,
  tableText,
  type World,
} from './facts';

/** Pages of the Lake Formation Developer Guide, https://docs.aws.amazon.com/lake-formation/latest/dg/<page>.html */
type Case = readonly [
  page: string,
  law: string,
  world: World,
  what: (all: ReturnType<typeof facts>) => string,
  answer: string,
];

const mine = (all: ReturnType<typeof facts>) => tableText(all, ANALYST);
const database = (all: ReturnType<typeof facts>) => databaseText(all, ANALYST);
const ALL = 'ALTER DELETE DESCRIBE DROP INSERT SELECT | all | sees all';
const COLUMN_TAGS: readonly TagAssignment[] = [
  { DatabaseName: 'sales', TableName: 'orders', Tags: { domain: 'sales' } },
  { DatabaseName: 'sales', TableName: 'orders', ColumnName: 'email', Tags: { pii: 'yes' } },
];

// biome-ignore format: a table, one case a line
const CASES: readonly Case[] = [
  // The virtual group, and hybrid access
  ['metadata-permissions', 'without a grant there is nothing', {}, mine, '-'],
  ['metadata-permissions', 'all principals have what IAM_ALLOWED_PRINCIPALS has', { grants: [grant(GROUP, on.table(), 'ALL')] }, mine, 'iam'],
  ['metadata-permissions', "a named grant takes nothing away from who has the group's", { grants: [grant(GROUP, on.table(), 'ALL'), grant(ANALYST, on.columns('id'), 'SELECT')] }, mine, 'iam'],
  ['metadata-permissions', 'without the group only the named grants count', { grants: [grant(ANALYST, on.columns('id'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(id) | sees id'],
  ['metadata-permissions', 'the group on the database is not the group on its tables', { grants: [grant(GROUP, on.database(), 'ALL')] }, mine, '-'],
  ['metadata-permissions', 'the group on one table is not the group on another', { tables: { 'sales.orders': ['id'], 'sales.other': ['id'] }, grants: [grant(GROUP, on.table('other'), 'ALL')] }, mine, '-'],
  ['metadata-permissions', 'the group on all tables of a database', { grants: [grant(GROUP, on.allTables(), 'ALL')] }, mine, 'iam'],
  ['metadata-permissions', 'the group on the database leaves the database to IAM', { grants: [grant(GROUP, on.database(), 'ALL')] }, database, 'iam'],
  ['metadata-permissions', 'less than ALL for the group is that much for everybody', { grants: [grant(GROUP, on.table(), 'DESCRIBE')] }, mine, 'DESCRIBE | nothing | sees all'],
  ['change-settings', 'a table that comes is left to IAM if its database says so', { databases: { sales: { newTablesByIam: true } } }, (all) => tableText(all, ANALYST, 'sales.new'), 'iam'],
  ['change-settings', 'a table that comes is governed if its database says so', { databases: { sales: { newTablesByIam: false } } }, (all) => tableText(all, ANALYST, 'sales.new'), '-'],
  ['hybrid-access-workflow', 'who is opted in to the table has only grants', { grants: [grant(GROUP, on.table(), 'ALL')], optIns: [{ Principal: ANALYST.arn, Resource: on.table() }] }, mine, '-'],
  ['hybrid-access-workflow', 'who is opted in gets what is granted', { grants: [grant(GROUP, on.table(), 'ALL'), grant(ANALYST, on.columns('id'), 'SELECT')], optIns: [{ Principal: ANALYST.arn, Resource: on.table() }] }, mine, 'DESCRIBE SELECT | columns(id) | sees id'],
  ['hybrid-access-workflow', 'who is not opted in stays with IAM', { grants: [grant(GROUP, on.table(), 'ALL')], optIns: [{ Principal: ENGINEER.arn, Resource: on.table() }] }, mine, 'iam'],
  ['hybrid-access-mode', 'an opt-in for the database is one for its tables', { grants: [grant(GROUP, on.table(), 'ALL')], optIns: [{ Principal: ANALYST.arn, Resource: on.database() }] }, mine, '-'],
  ['hybrid-access-mode', 'an opt-in for all tables', { grants: [grant(GROUP, on.table(), 'ALL')], optIns: [{ Principal: ANALYST.arn, Resource: on.allTables() }] }, mine, '-'],
  ['hybrid-access-mode', 'an opt-in for a table is none for the database', { grants: [grant(GROUP, on.database(), 'ALL')], optIns: [{ Principal: ANALYST.arn, Resource: on.table() }] }, database, 'iam'],
  ['hybrid-access-mode', 'an opt-in for the database governs the database', { grants: [grant(GROUP, on.database(), 'ALL')], optIns: [{ Principal: ANALYST.arn, Resource: on.database() }] }, database, '-'],
  ['hybrid-access-mode', 'an opt-in without the group changes nothing', { grants: [grant(ANALYST, on.table(), 'SELECT')], optIns: [{ Principal: ANALYST.arn, Resource: on.table() }] }, mine, 'DESCRIBE SELECT | all | sees all'],
  // Named grants on tables
  ['lf-permissions-reference', 'SELECT on a table shows all of it', { grants: [grant(ANALYST, on.table(), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['lf-permissions-reference', 'DESCRIBE shows no data', { grants: [grant(ANALYST, on.table(), 'DESCRIBE')] }, mine, 'DESCRIBE | nothing | sees all'],
  ['lf-permissions-reference', 'INSERT is no SELECT', { grants: [grant(ANALYST, on.table(), 'INSERT')] }, mine, 'DESCRIBE INSERT | nothing | sees all'],
  ['lf-permissions-reference', 'DELETE is no SELECT', { grants: [grant(ANALYST, on.table(), 'DELETE')] }, mine, 'DELETE DESCRIBE | nothing | sees all'],
  ['lf-permissions-reference', 'ALTER is no DROP', { grants: [grant(ANALYST, on.table(), 'ALTER')] }, mine, 'ALTER DESCRIBE | nothing | sees all'],
  ['lf-permissions-reference', 'DROP is no ALTER', { grants: [grant(ANALYST, on.table(), 'DROP')] }, mine, 'DESCRIBE DROP | nothing | sees all'],
  ['lf-permissions-reference', 'Super is everything', { grants: [grant(ANALYST, on.table(), 'ALL')] }, mine, ALL],
  ['lf-permissions-reference', "another's grant is not mine", { grants: [grant(ENGINEER, on.table(), 'ALL')] }, mine, '-'],
  ['lf-permissions-reference', 'a role of the same name elsewhere is another', { grants: [grant('arn:aws:iam::999999999999:role/Analyst', on.table(), 'ALL')] }, mine, '-'],
  ['lf-permissions-reference', 'a role below a path is another', { grants: [grant(`arn:aws:iam::${ACCOUNT}:role/team/Analyst`, on.table(), 'ALL')] }, mine, '-'],
  ['lf-permissions-reference', 'a user of the same name is another', { grants: [grant(`arn:aws:iam::${ACCOUNT}:user/Analyst`, on.table(), 'ALL')] }, mine, '-'],
  ['lf-permissions-reference', 'all principals of the account, as one grantee', { grants: [grant(`${ACCOUNT}:IAMPrincipals`, on.table(), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['lf-permissions-reference', "another account's principals are not ours", { grants: [grant('999999999999:IAMPrincipals', on.table(), 'SELECT')] }, mine, '-'],
  ['lf-permissions-reference', 'Super on a database is nothing on its tables', { grants: [grant(ANALYST, on.database(), 'ALL')] }, mine, '-'],
  ['granting-table-permissions', 'all tables of a database', { grants: [grant(ANALYST, on.allTables(), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['granting-table-permissions', 'all tables of one database are not those of another', { grants: [grant(ANALYST, on.allTables('other'), 'SELECT')] }, mine, '-'],
  ['granting-table-permissions', 'all tables: those that come later, too', { grants: [grant(ANALYST, on.allTables(), 'INSERT')] }, (all) => tableText(all, ANALYST, 'sales.new'), 'DESCRIBE INSERT | nothing | sees all'],
  ['granting-table-permissions', 'grants add up', { grants: [grant(ANALYST, on.table(), 'INSERT'), grant(ANALYST, on.columns('id'), 'SELECT')] }, mine, 'DESCRIBE INSERT SELECT | columns(id) | sees all'],
  ['granting-table-permissions', 'columns that are included', { grants: [grant(ANALYST, on.columns('id', 'region'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(id region) | sees id region'],
  ['granting-table-permissions', 'columns that are excluded', { grants: [grant(ANALYST, on.columnsBut('email'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(id region) | sees id region'],
  ['granting-table-permissions', 'a wildcard that excludes nothing', { grants: [grant(ANALYST, on.columnsBut(), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['granting-table-permissions', 'included columns of two grants are united', { grants: [grant(ANALYST, on.columns('id'), 'SELECT'), grant(ANALYST, on.columns('email'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(email id) | sees email id'],
  ['granting-table-permissions', 'what one grant excludes another may include', { grants: [grant(ANALYST, on.columnsBut('email'), 'SELECT'), grant(ANALYST, on.columns('email'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(email id region) | sees email id region'],
  ['granting-table-permissions', 'the whole table beside some columns is the whole table', { grants: [grant(ANALYST, on.columns('id'), 'SELECT'), grant(ANALYST, on.table(), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  // Databases
  ['granting-table-permissions', 'all tables of a database: its DESCRIBE is implied', { grants: [grant(ANALYST, on.allTables(), 'SELECT')] }, database, 'DESCRIBE'],
  ['implicit-permissions', 'who has a table sees the database that it lies in', { grants: [grant(ANALYST, on.table(), 'SELECT')] }, database, 'DESCRIBE'],
  ['lf-permissions-reference', 'a database without a grant', {}, database, '-'],
  ['lf-permissions-reference', 'CREATE_TABLE shows the database', { grants: [grant(ANALYST, on.database(), 'CREATE_TABLE')] }, database, 'CREATE_TABLE DESCRIBE'],
  ['lf-permissions-reference', 'Super on a database', { grants: [grant(ANALYST, on.database(), 'ALL')] }, database, 'ALTER CREATE_TABLE DESCRIBE DROP'],
  ['lf-permissions-reference', 'a grant on another database', { grants: [grant(ANALYST, on.database('other'), 'ALL')] }, database, '-'],
  ['lf-permissions-reference', 'CREATE_DATABASE on the catalog', { grants: [grant(ANALYST, on.catalog, 'CREATE_DATABASE')] }, (all) => createText(all, ANALYST), 'yes'],
  ['lf-permissions-reference', 'no CREATE_DATABASE', {}, (all) => createText(all, ANALYST), 'no'],
  ['change-settings', 'everybody creates databases as long as the group has CREATE_DATABASE', { grants: [grant(GROUP, on.catalog, 'CREATE_DATABASE')] }, (all) => createText(all, ANALYST), 'yes'],
  // Implicit permissions
  ['implicit-permissions', 'an administrator sees all metadata and no data', { administrators: [ANALYST.arn] }, mine, 'DESCRIBE | nothing | sees all'],
  ['implicit-permissions', 'an administrator sees databases, and may not drop them', { administrators: [ANALYST.arn] }, database, 'DESCRIBE'],
  ['implicit-permissions', 'an administrator creates databases', { administrators: [ANALYST.arn] }, (all) => createText(all, ANALYST), 'yes'],
  ['implicit-permissions', 'an administrator who granted himself SELECT', { administrators: [ANALYST.arn], grants: [grant(ANALYST, on.table(), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['implicit-permissions', 'a read-only administrator sees all metadata', { readOnlyAdministrators: [ANALYST.arn] }, mine, 'DESCRIBE | nothing | sees all'],
  ['implicit-permissions', 'a read-only administrator creates no database', { readOnlyAdministrators: [ANALYST.arn] }, (all) => createText(all, ANALYST), 'no'],
  ['implicit-permissions', 'the creator of a table has Super on it', { grants: [grant(ANALYST, on.table(), 'ALL')] }, mine, ALL],
  ['implicit-permissions', "the creator of a database has nothing on others' tables in it", { grants: [grant(ANALYST, on.database(), 'ALL'), grant(ENGINEER, on.table(), 'ALL')] }, mine, '-'],
  // Data filters
  ['data-filters-about', 'rows', { filters: [filter('eu', { RowFilter: "region = 'EU'" })], grants: [grant(ANALYST, on.filter('eu'), 'SELECT')] }, mine, "DESCRIBE SELECT | eu[region = 'EU'] | sees all"],
  ['data-filters-about', 'columns', { filters: [filter('few', { ColumnNames: ['id'] })], grants: [grant(ANALYST, on.filter('few'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(id) | sees id'],
  ['data-filters-about', 'cells: included columns of some rows', { filters: [filter('c', { ColumnNames: ['id'], RowFilter: 'id > 1' })], grants: [grant(ANALYST, on.filter('c'), 'SELECT')] }, mine, 'DESCRIBE SELECT | c(id)[id > 1] | sees id'],
  ['data-filters-about', 'cells: all but the excluded columns of some rows', { filters: [filter('c', { ExcludedColumnNames: ['email'], RowFilter: 'id > 1' })], grants: [grant(ANALYST, on.filter('c'), 'SELECT')] }, mine, 'DESCRIBE SELECT | c(id region)[id > 1] | sees id region'],
  ['data-filters-about', 'several filters of one principal are united by cell', { filters: [filter('a', { RowFilter: 'id = 1' }), filter('b', { ColumnNames: ['id'], RowFilter: 'id = 2' })], grants: [grant(ANALYST, on.filter('a'), 'SELECT'), grant(ANALYST, on.filter('b'), 'SELECT')] }, mine, 'DESCRIBE SELECT | a[id = 1] + b(id)[id = 2] | sees all'],
  ['data-filters-about', 'a filter beside some columns of all rows', { filters: [filter('a', { RowFilter: 'id = 1' })], grants: [grant(ANALYST, on.filter('a'), 'SELECT'), grant(ANALYST, on.columns('id'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(id) + a[id = 1] | sees all'],
  ['data-filters-about', 'a filter beside the whole table filters nothing', { filters: [filter('a', { RowFilter: 'id = 1' })], grants: [grant(ANALYST, on.filter('a'), 'SELECT'), grant(ANALYST, on.table(), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['data-filters-about', 'a filter that nobody has granted', { filters: [filter('a')] }, mine, '-'],
  ['data-filters-about', 'a grant on a filter that is gone', { grants: [grant(ANALYST, on.filter('a'), 'SELECT')] }, mine, '-'],
  ['data-filters-about', 'a filter of another table with the same name', { filters: [filter('a', { TableName: 'other' })], grants: [grant(ANALYST, on.filter('a', 'other'), 'SELECT')] }, mine, '-'],
  ['lf-permissions-reference', 'DESCRIBE on a filter is nothing on the table', { filters: [filter('a')], grants: [grant(ANALYST, on.filter('a'), 'DESCRIBE', 'DROP')] }, mine, '-'],
  // LF-Tags
  ['tag-based-access-control', "a table has its database's tags", { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }], grants: [grant(ANALYST, on.tags('TABLE', { domain: 'sales' }), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['tag-based-access-control', "a table's own value replaces the database's", { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }, { DatabaseName: 'sales', TableName: 'orders', Tags: { domain: 'hr' } }], grants: [grant(ANALYST, on.tags('TABLE', { domain: 'sales' }), 'SELECT')] }, mine, '-'],
  ['tag-based-access-control', "another key of the table leaves the database's", { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }, { DatabaseName: 'sales', TableName: 'orders', Tags: { stage: 'prod' } }], grants: [grant(ANALYST, on.tags('TABLE', { domain: 'sales', stage: 'prod' }), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['tag-based-access-control', "a column has its table's tags unless it has its own", { assignments: [{ DatabaseName: 'sales', TableName: 'orders', Tags: { pii: 'no' } }, { DatabaseName: 'sales', TableName: 'orders', ColumnName: 'email', Tags: { pii: 'yes' } }], grants: [grant(ANALYST, on.tags('TABLE', { pii: 'no' }), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(id region) | sees id region'],
  ['tag-based-access-control', 'a tag on one column only', { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('TABLE', { pii: 'yes' }), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(email) | sees email'],
  ['lf-tag-considerations', 'several tags in one grant must all be there', { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }], grants: [grant(ANALYST, on.tags('TABLE', { domain: 'sales', stage: 'prod' }), 'SELECT')] }, mine, '-'],
  ['lf-tag-considerations', 'several tags in one grant: table and column together', { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('TABLE', { domain: 'sales', pii: 'yes' }), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(email) | sees email'],
  ['lf-tag-considerations', 'one of several values is enough', { assignments: [{ DatabaseName: 'sales', Tags: { division: 'consumer' } }], grants: [grant(ANALYST, on.tags('TABLE', { division: ['commercial', 'consumer'] }), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['lf-tag-considerations', 'two grants are an or', { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('TABLE', { domain: 'hr' }), 'SELECT'), grant(ANALYST, on.tags('TABLE', { pii: 'yes' }), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(email) | sees email'],
  ['TBAC-granting-tags', 'all values of a key', { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }], grants: [grant(ANALYST, on.tags('TABLE', { domain: '*' }), 'SELECT')] }, mine, 'DESCRIBE SELECT | all | sees all'],
  ['TBAC-granting-tags', "all values of a key: not of what hasn't the key", { assignments: [{ DatabaseName: 'sales', Tags: { stage: 'prod' } }], grants: [grant(ANALYST, on.tags('TABLE', { domain: '*' }), 'SELECT')] }, mine, '-'],
  ['TBAC-notes', 'Super by tags on some columns is SELECT and DESCRIBE', { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('TABLE', { pii: 'yes' }), 'ALL')] }, mine, 'DESCRIBE SELECT | columns(email) | sees email'],
  ['TBAC-notes', 'INSERT by tags on some columns is DESCRIBE', { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('TABLE', { pii: 'yes' }), 'INSERT')] }, mine, 'DESCRIBE | nothing | sees email'],
  ['TBAC-notes', 'ALTER, DROP, DELETE by tags on some columns are DESCRIBE', { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('TABLE', { pii: 'yes' }), 'ALTER', 'DROP', 'DELETE')] }, mine, 'DESCRIBE | nothing | sees email'],
  ['TBAC-notes', 'Super by tags on the whole table is Super', { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }], grants: [grant(ANALYST, on.tags('TABLE', { domain: 'sales' }), 'ALL')] }, mine, ALL],
  ['TBAC-notes', 'a tag grant beside a named one adds up', { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('TABLE', { pii: 'yes' }), 'SELECT'), grant(ANALYST, on.columns('id'), 'SELECT')] }, mine, 'DESCRIBE SELECT | columns(email id) | sees email id'],
  ['tag-based-access-control', 'a grant on databases by tags is none on tables', { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }], grants: [grant(ANALYST, on.tags('DATABASE', { domain: 'sales' }), 'ALL')] }, mine, '-'],
  ['tag-based-access-control', 'a grant on databases by tags', { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'sales' } }], grants: [grant(ANALYST, on.tags('DATABASE', { domain: 'sales' }), 'CREATE_TABLE')] }, database, 'CREATE_TABLE DESCRIBE'],
  ['tag-based-access-control', "a grant on databases by tags that it hasn't", { assignments: [{ DatabaseName: 'sales', Tags: { domain: 'hr' } }], grants: [grant(ANALYST, on.tags('DATABASE', { domain: 'sales' }), 'ALL')] }, database, '-'],
  ['tag-based-access-control', "a table's tag is not its database's", { assignments: COLUMN_TAGS, grants: [grant(ANALYST, on.tags('DATABASE', { domain: 'sales' }), 'ALL')] }, database, '-'],
  // Resource links
  ['creating-resource-links', 'through a link one sees what one sees of its target', { tables: { 'sales.orders': ['id', 'email'], 'mine.link': ['id'] }, databases: { sales: {}, mine: {} }, links: { 'mine.link': 'sales.orders' }, grants: [grant(ANALYST, on.columns('id'), 'SELECT')] }, (all) => tableText(all, ANALYST, 'mine.link'), 'DESCRIBE SELECT | columns(id) | sees id'],
  ['creating-resource-links', 'a grant on the link is none on its target', { tables: { 'sales.orders': ['id'], 'mine.link': ['id'] }, databases: { sales: {}, mine: {} }, links: { 'mine.link': 'sales.orders' }, grants: [grant(ANALYST, on.table('link', 'mine'), 'SELECT')] }, (all) => tableText(all, ANALYST, 'mine.link'), '-'],
  ['creating-resource-links', "dropping the link isn't dropping the target", { tables: { 'sales.orders': ['id'], 'mine.link': ['id'] }, databases: { sales: {}, mine: {} }, links: { 'mine.link': 'sales.orders' }, grants: [grant(ANALYST, on.table(), 'DROP')] }, (all) => tableText(all, ANALYST, 'mine.link'), 'DESCRIBE | nothing | sees all'],
  ['creating-resource-links', 'a database link leads to its target', { databases: { sales: {}, shop: { target: 'sales' } }, grants: [grant(ANALYST, on.table(), 'SELECT')] }, (all) => tableText(all, ANALYST, 'shop.orders'), 'DESCRIBE SELECT | all | sees all'],
  // Data locations
  ['access-control-underlying-data', 'where nothing is registered everybody may', {}, (all) => placeText(all, ANALYST, 's3://lake/a/t'), 'yes'],
  ['access-control-underlying-data', 'a registered location needs the permission', { locations: [{ ResourceArn: 'arn:aws:s3:::lake' }] }, (all) => placeText(all, ANALYST, 's3://lake/a/t'), 'no'],
  ['access-control-underlying-data', 'the permission on the location', { locations: [{ ResourceArn: 'arn:aws:s3:::lake' }], grants: [grant(ANALYST, on.location('lake/a'), 'DATA_LOCATION_ACCESS')] }, (all) => placeText(all, ANALYST, 's3://lake/a/t'), 'yes'],
  ['access-control-underlying-data', 'the permission on a neighbour', { locations: [{ ResourceArn: 'arn:aws:s3:::lake' }], grants: [grant(ANALYST, on.location('lake/a'), 'DATA_LOCATION_ACCESS')] }, (all) => placeText(all, ANALYST, 's3://lake/ab/t'), 'no'],
  ['implicit-permissions', 'administrators may place data everywhere', { administrators: [ANALYST.arn], locations: [{ ResourceArn: 'arn:aws:s3:::lake' }] }, (all) => placeText(all, ANALYST, 's3://lake/a/t'), 'yes'],
  ['creating-database', "below the database's location nobody needs the permission", { databases: { sales: { location: 's3://lake/a/' } }, locations: [{ ResourceArn: 'arn:aws:s3:::lake' }] }, (all) => placeText(all, ANALYST, 's3://lake/a/t', 'sales'), 'yes'],
  ['creating-database', "beside the database's location", { databases: { sales: { location: 's3://lake/a/' } }, locations: [{ ResourceArn: 'arn:aws:s3:::lake' }] }, (all) => placeText(all, ANALYST, 's3://lake/b/t', 'sales'), 'no'],
];

describe('what AWS documents of Lake Formation', () => {
  test('there are enough cases', () => expect(CASES.length).toBeGreaterThanOrEqual(60));

  test.each(CASES)('%s: %s', (_page, _law, world, what, answer) => {
    expect(what(facts(world))).toBe(answer);
  });
});
