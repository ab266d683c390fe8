import { describe, expect, test } from 'vitest';
import { parseDdl } from '../../../../src/engines/sql/ddl/parse';
import { matchesPattern } from '../../../../src/engines/sql/ddl/show';
import type { CreateTable } from '../../../../src/engines/sql/ddl/statement';

const table = (sql: string) => parseDdl(sql) as CreateTable;

describe('what is DDL', () => {
  test('a comment before a statement changes nothing', () => {
    expect(parseDdl('-- {"app":"dbt"}\n/* x */ MSCK REPAIR TABLE t')).toMatchObject({ kind: 'repair table' });
  });

  test('CREATE TABLE AS is a query, also with a comment after AS and with a WITH clause', () => {
    expect(parseDdl('create table t as -- note\nselect 1')).toBeUndefined();
    expect(parseDdl("CREATE TABLE t WITH (format='PARQUET') AS (SELECT 1 x)")).toBeUndefined();
    expect(
      parseDdl("create table t (a string) row format delimited null defined as '' stored as textfile"),
    ).toBeDefined();
  });

  test('a query that this tokenizer cannot read is left to the query language', () => {
    expect(parseDdl(`SELECT "it's" FROM t`)).toBeUndefined();
  });
});

describe('names and types', () => {
  test('names are lower case, back quotes and dots are understood', () => {
    expect(table('CREATE EXTERNAL TABLE `My-Db`.`T 1` (A STRING)').table).toEqual({ database: 'my-db', name: 't 1' });
    expect(parseDdl('drop table `db.t`')).toMatchObject({ table: { database: 'db', name: 't' } });
  });

  test('double quotes are for queries, not for DDL', () => {
    expect(() => parseDdl('DROP TABLE "db"."t"')).toThrow(/mismatched input '"db"'. Expecting: <identifier>/);
    expect(parseDdl('DROP VIEW "db"."v"')).toMatchObject({ table: { database: 'db', name: 'v' } });
  });

  test('types are kept in the form of the catalog', () => {
    const { columns } = table(
      "CREATE TABLE t (a INTEGER, b Decimal ( 10 , 2 ), c decimal, d double precision, e struct < X : Array<INT> COMMENT 'c', y:map<string , bigint> >, f varchar( 10 ), g decimal(5))",
    );
    expect(columns.map((column) => column.type)).toEqual([
      'int',
      'decimal(10,2)',
      'decimal(10,0)',
      'double',
      'struct<x:array<int>,y:map<string,bigint>>',
      'varchar(10)',
      'decimal(5,0)',
    ]);
  });

  test('an unknown type is refused where it stands', () => {
    expect(() => parseDdl('CREATE EXTERNAL TABLE t (\n  a strin\n)')).toThrow(/unknown type 'strin'/);
    expect(() => parseDdl('CREATE EXTERNAL TABLE t (a int, A string)')).toThrow(/'a' is specified more than once/);
  });
});

describe('strings', () => {
  test("Hive's escapes are undone", () => {
    const { format } = table(
      String.raw`CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE 'x' WITH SERDEPROPERTIES ('a' = '\t\001\\', "b" = ";", 'c' = 'it\'s', 'd' = 'é')`,
    );
    expect(format.serdeParameters).toEqual({ a: '\t\u0001\\', b: ';', c: "it's", d: 'é' });
  });
});

describe('clauses', () => {
  test('DELIMITED gives the parameters of LazySimpleSerDe', () => {
    const { format } = table(
      "CREATE EXTERNAL TABLE t (a string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\\n' NULL DEFINED AS '-' STORED AS TEXTFILE LOCATION 's3://b/'",
    );
    expect(format.serdeParameters).toEqual({
      'field.delim': ',',
      'serialization.format': ',',
      'escape.delim': '\\',
      'colelction.delim': '|',
      'mapkey.delim': ':',
      'line.delim': '\n',
      'serialization.null.format': '-',
    });
  });

  test('a clause out of order is refused', () => {
    expect(() => parseDdl("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/' STORED AS PARQUET")).toThrow(
      "mismatched input 'STORED'. Expecting: <EOF>",
    );
  });

  test('several partitions are added at once', () => {
    expect(
      parseDdl(
        "ALTER TABLE t ADD IF NOT EXISTS PARTITION (dt='1') LOCATION 's3://x/' PARTITION (dt=date '2024-01-02', n=-3)",
      ),
    ).toMatchObject({
      change: {
        ifNotExists: true,
        partitions: [
          { terms: [{ column: 'dt', operator: '=', value: '1' }], location: 's3://x/' },
          {
            terms: [
              { column: 'dt', operator: '=', value: '2024-01-02' },
              { column: 'n', operator: '=', value: '-3' },
            ],
          },
        ],
      },
    });
  });

  test('SHOW TABLES takes a pattern with and without LIKE', () => {
    expect(parseDdl("SHOW TABLES IN web 'ev*'")).toMatchObject({ what: 'tables', database: 'web', pattern: 'ev*' });
    expect(parseDdl("show tables like 'a|b'")).toMatchObject({ what: 'tables', pattern: 'a|b' });
  });
});

test.each([
  ['events', 'ev*', true],
  ['events', 'ev', false],
  ['Events', 'x|ev*', true],
  ['events', '.*ts', true],
  ['events', '[', false],
])('the name %s against the pattern %s: %s', (name, pattern, expected) => {
  expect(matchesPattern(name, pattern)).toBe(expected);
});
