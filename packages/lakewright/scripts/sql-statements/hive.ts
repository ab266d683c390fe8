import type { StatementSection } from './entry';

const UNSUPPORTED = 'unsupported-ddl.html';

/** DDL of databases, Hive tables and views. */
export const hiveStatements: readonly StatementSection[] = [
  {
    title: 'Databases',
    prefix: 'database',
    entries: [
      {
        syntax: "CREATE {DATABASE|SCHEMA} [IF NOT EXISTS] db [COMMENT '…'] [LOCATION '…'] [WITH DBPROPERTIES (…)]",
        page: 'create-database.html',
        succeed: [
          "CREATE DATABASE made_{id} COMMENT 'ours' LOCATION 's3://lake/made/' WITH DBPROPERTIES ('creator' = 'me')",
          'CREATE SCHEMA IF NOT EXISTS made_{id}',
        ],
        fail: [['CREATE DATABASE {id}', 'already exists']],
      },
      {
        syntax: 'ALTER {DATABASE|SCHEMA} db SET DBPROPERTIES (…)',
        page: 'alter-database-set-dbproperties.html',
        succeed: ["ALTER DATABASE {id} SET DBPROPERTIES ('a' = 'b')"],
        fail: [["ALTER DATABASE {id} SET LOCATION 's3://lake/x/'", "mismatched input 'LOCATION'"]],
      },
      {
        syntax: 'DROP {DATABASE|SCHEMA} [IF EXISTS] db [RESTRICT|CASCADE]',
        page: 'drop-database.html',
        succeed: ['CREATE DATABASE gone_{id}', 'DROP DATABASE gone_{id} CASCADE', 'DROP SCHEMA IF EXISTS gone_{id}'],
        fail: [['DROP DATABASE {id}', 'is not empty']],
      },
      {
        syntax: "SHOW {DATABASES|SCHEMAS} [LIKE 'pattern']",
        page: 'show-databases.html',
        succeed: ["SHOW DATABASES LIKE 'd*'", 'SHOW SCHEMAS'],
      },
    ],
  },
  {
    title: 'Hive tables',
    prefix: 'hive',
    entries: [
      {
        syntax:
          'CREATE EXTERNAL TABLE [IF NOT EXISTS] t (…) [COMMENT] [PARTITIONED BY] [CLUSTERED BY … INTO n BUCKETS] [ROW FORMAT] [STORED AS] [WITH SERDEPROPERTIES] LOCATION [TBLPROPERTIES]',
        page: 'create-table.html',
        notes:
          'Formats: see [the guide](guides/athena.md#formats). Buckets are noted in the catalog; reading ignores them. `SKEWED BY`, `SORTED BY` and `STORED BY` are syntax errors.',
        succeed: [
          "CREATE EXTERNAL TABLE t1 (id bigint COMMENT 'key', d decimal(10,2), l array<string>, m map<string,int>, s struct<x:int>) COMMENT 'all' PARTITIONED BY (day date) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' NULL DEFINED AS '' STORED AS TEXTFILE LOCATION 's3://lake/t1/' TBLPROPERTIES ('skip.header.line.count' = '1')",
          "CREATE EXTERNAL TABLE t2 (a int) CLUSTERED BY (a) INTO 4 BUCKETS STORED AS ORC LOCATION 's3://lake/t2/'",
          "CREATE EXTERNAL TABLE IF NOT EXISTS t3 (line string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex' = '(.*)') LOCATION 's3://lake/t3/'",
        ],
        fail: [
          ['CREATE TABLE t4 (a int)', 'CREATE TABLE without EXTERNAL is for Iceberg tables'],
          ['CREATE EXTERNAL TABLE t5 (a int)', 'No location provided'],
          [
            "CREATE EXTERNAL TABLE t6 (a int) SKEWED BY (a) ON (1) LOCATION 's3://lake/t6/'",
            "mismatched input 'SKEWED'",
          ],
          ["CREATE EXTERNAL TABLE t7 (a uniontype<int,string>) LOCATION 's3://lake/t7/'", "unknown type 'uniontype'"],
        ],
      },
      {
        syntax: "Partition projection: TBLPROPERTIES ('projection.enabled' = 'true', …)",
        page: 'partition-projection-supported-types.html',
        notes:
          'enum, integer, date and injected; `storage.location.template`. Date formats with other letters than of years to seconds are refused.',
        succeed: [
          "CREATE EXTERNAL TABLE projected (a int) PARTITIONED BY (day string) STORED AS PARQUET LOCATION 's3://lake/projected/' TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'date', 'projection.day.format' = 'yyyy-MM-dd', 'projection.day.range' = '2024-01-01,2024-01-03')",
          'SHOW PARTITIONS projected',
          "SELECT count(*) FROM projected WHERE day = '2024-01-02'",
        ],
      },
      {
        syntax: 'CREATE TABLE [IF NOT EXISTS] t [WITH (…)] AS query [WITH [NO] DATA]',
        page: 'create-table-as.html',
        notes:
          'format PARQUET, ORC, AVRO, JSON or TEXTFILE, write_compression, partitioned_by (100 partitions), external_location, field_delimiter, Iceberg. `bucketed_by` is refused. Parquet without `write_compression` is Zstandard, on AWS GZIP.',
        succeed: [
          "CREATE TABLE made WITH (format = 'ORC', partitioned_by = ARRAY['p']) AS SELECT a, p FROM hive",
          'CREATE TABLE IF NOT EXISTS made AS SELECT 1 AS a WITH NO DATA',
        ],
        fail: [
          ["CREATE TABLE b WITH (bucketed_by = ARRAY['a'], bucket_count = 4) AS SELECT 1 AS a", 'NOT_COVERED'],
          ['CREATE OR REPLACE TABLE r AS SELECT 1 AS a', "line 1:19: mismatched input 'TABLE'"],
          ["CREATE TABLE f WITH (format = 'ION') AS SELECT 1 AS a", 'NOT_COVERED'],
        ],
      },
      {
        syntax: 'ALTER TABLE t ADD COLUMNS (…)',
        page: 'alter-table-add-columns.html',
        notes:
          'Of a table with partitions, the partitions keep their own columns, as on AWS; `PARTITION (…) ADD COLUMNS` is a syntax error.',
        succeed: ['ALTER TABLE hive ADD COLUMNS (c date)', 'SELECT c FROM hive'],
        fail: [['ALTER TABLE hive ADD COLUMNS (a int)', 'Duplicate column name']],
      },
      {
        syntax: 'ALTER TABLE t CHANGE [COLUMN] from to type [COMMENT] [FIRST|AFTER c]',
        page: 'alter-table-change-column.html',
        succeed: ["ALTER TABLE hive CHANGE COLUMN b c string COMMENT 'renamed' FIRST"],
        fail: [['ALTER TABLE hive CHANGE nope c int', 'Invalid column reference nope']],
      },
      {
        syntax: 'ALTER TABLE t REPLACE COLUMNS (…)',
        page: 'alter-table-replace-columns.html',
        succeed: ['ALTER TABLE hive REPLACE COLUMNS (a int)'],
      },
      {
        syntax: 'ALTER TABLE t DROP COLUMN c',
        page: 'querying-iceberg-alter-table-drop-column.html',
        notes: 'For Iceberg on AWS; of Hive tables it is taken as well, since dbt-athena sends it.',
        succeed: ['ALTER TABLE hive DROP COLUMN b', 'ALTER TABLE ice DROP COLUMN b'],
        fail: [['ALTER TABLE hive DROP COLUMNS (a)', "mismatched input 'COLUMNS'"]],
      },
      {
        syntax: "ALTER TABLE t ADD [IF NOT EXISTS] PARTITION (…) [LOCATION '…'] …",
        page: 'alter-table-add-partition.html',
        succeed: [
          "ALTER TABLE hive ADD PARTITION (p = 'two') LOCATION 's3://lake/two/' PARTITION (p = 'three')",
          "ALTER TABLE hive ADD IF NOT EXISTS PARTITION (p = 'two')",
        ],
        fail: [["ALTER TABLE hive ADD PARTITION (p = 'one')", 'Partition already exists']],
      },
      {
        syntax: 'ALTER TABLE t DROP [IF EXISTS] PARTITION (…), …',
        page: 'alter-table-drop-partition.html',
        notes: 'Comparisons and a part of the keys are taken.',
        succeed: ["ALTER TABLE hive DROP PARTITION (p = 'one')", "ALTER TABLE hive DROP IF EXISTS PARTITION (p > 'a')"],
        fail: [["ALTER TABLE hive DROP PARTITION (p = 'none')", 'Partition not found']],
      },
      {
        syntax: 'ALTER TABLE t PARTITION (…) RENAME TO PARTITION (…)',
        page: 'alter-table-rename-partition.html',
        succeed: ["ALTER TABLE hive PARTITION (p = 'one') RENAME TO PARTITION (p = 'first')"],
      },
      {
        syntax: "ALTER TABLE t [PARTITION (…)] SET LOCATION '…'",
        page: 'alter-table-set-location.html',
        succeed: [
          "ALTER TABLE hive SET LOCATION 's3://lake/elsewhere/'",
          "ALTER TABLE hive PARTITION (p = 'one') SET LOCATION 's3://lake/elsewhere/one/'",
        ],
      },
      {
        syntax: 'ALTER TABLE t SET TBLPROPERTIES (…)',
        page: 'alter-table-set-tblproperties.html',
        succeed: ["ALTER TABLE hive SET TBLPROPERTIES ('classification' = 'parquet')"],
      },
      {
        syntax: 'MSCK REPAIR TABLE t',
        page: 'msck-repair-table.html',
        notes: 'Adds partitions, takes none away, as on AWS.',
        succeed: ['MSCK REPAIR TABLE hive'],
        fail: [['MSCK REPAIR TABLE ice', 'is for Hive tables']],
      },
      {
        syntax: 'DROP TABLE [IF EXISTS] t',
        page: 'drop-table.html',
        notes: 'The files of a Hive table stay, those of an Iceberg table go, as on AWS.',
        succeed: ['DROP TABLE hive', 'DROP TABLE IF EXISTS hive', 'DROP TABLE ice'],
        fail: [['DROP TABLE seen', 'Cannot drop a view with DROP TABLE']],
      },
      {
        syntax: 'DESCRIBE [EXTENDED|FORMATTED] t [PARTITION (…)] [column]',
        page: 'describe-table.html',
        notes: 'EXTENDED prints the table of the Glue API.',
        succeed: [
          'DESCRIBE hive',
          'DESCRIBE EXTENDED hive',
          'DESCRIBE FORMATTED hive',
          "DESCRIBE hive PARTITION (p = 'one')",
          'DESCRIBE hive a',
        ],
      },
      {
        syntax: 'SHOW COLUMNS {FROM|IN} t [{FROM|IN} db]',
        page: 'show-columns.html',
        succeed: ['SHOW COLUMNS IN hive', 'SHOW COLUMNS FROM ice IN {id}'],
      },
      { syntax: 'SHOW CREATE TABLE t', page: 'show-create-table.html', succeed: ['SHOW CREATE TABLE hive'] },
      {
        syntax: 'SHOW PARTITIONS t [PARTITION (…)]',
        page: 'show-partitions.html',
        succeed: ['SHOW PARTITIONS hive'],
        fail: [['SHOW PARTITIONS ice', 'is not a partitioned table']],
      },
      {
        syntax: "SHOW TABLES [IN db] ['pattern']",
        page: 'show-tables.html',
        succeed: ["SHOW TABLES IN {id} 'h*|i*'"],
      },
      {
        syntax: "SHOW TBLPROPERTIES t [('property')]",
        page: 'show-tblproperties.html',
        succeed: ['SHOW TBLPROPERTIES hive', "SHOW TBLPROPERTIES hive ('EXTERNAL')"],
      },
    ],
  },
  {
    title: 'Views',
    prefix: 'view',
    entries: [
      {
        syntax: 'CREATE [OR REPLACE] VIEW v AS query',
        page: 'create-view.html',
        succeed: ['CREATE OR REPLACE VIEW seen AS SELECT 1 AS one', 'SELECT one FROM seen'],
        fail: [['CREATE VIEW seen AS SELECT 1 AS one', 'View already exists']],
      },
      {
        syntax: 'CREATE PROTECTED MULTI DIALECT VIEW v SECURITY DEFINER AS query, ALTER VIEW v ADD DIALECT …',
        page: 'views-glue.html',
        notes: 'Refused: views with the rights of their definer are not run here.',
        fail: [
          ['CREATE PROTECTED MULTI DIALECT VIEW v SECURITY DEFINER AS SELECT 1 AS x', "mismatched input 'PROTECTED'"],
          ['ALTER VIEW seen ADD DIALECT AS SELECT 1 AS x', "mismatched input 'VIEW'"],
        ],
      },
      { syntax: 'DESCRIBE [VIEW] v', page: 'describe-view.html', succeed: ['DESCRIBE VIEW seen', 'DESCRIBE seen'] },
      { syntax: 'SHOW CREATE VIEW v', page: 'show-create-view.html', succeed: ['SHOW CREATE VIEW seen'] },
      {
        syntax: "SHOW VIEWS [IN db] [LIKE 'pattern']",
        page: 'show-views.html',
        succeed: ["SHOW VIEWS IN {id} LIKE 's*'"],
      },
      {
        syntax: 'DROP VIEW [IF EXISTS] v',
        page: 'drop-view.html',
        succeed: ['DROP VIEW seen', 'DROP VIEW IF EXISTS seen'],
      },
    ],
  },
  {
    title: "Hive's and Trino's, not Athena's",
    prefix: 'refused',
    introduction: "Athena lists these as unsupported, or its grammar doesn't know them; they are refused here as well.",
    entries: [
      {
        syntax: 'ALTER INDEX, CREATE/DROP INDEX, SHOW INDEXES',
        page: UNSUPPORTED,
        fail: [
          ['ALTER INDEX i ON hive REBUILD', "mismatched input 'INDEX'"],
          ['SHOW INDEXES ON hive', "mismatched input 'INDEXES'"],
        ],
      },
      {
        syntax: 'ALTER TABLE … ARCHIVE, COMPACT, TOUCH, NOT CLUSTERED, RENAME TO (of Hive tables)',
        page: UNSUPPORTED,
        fail: [
          ["ALTER TABLE hive ARCHIVE PARTITION (p = 'one')", "mismatched input 'ARCHIVE'"],
          ["ALTER TABLE hive COMPACT 'major'", "mismatched input 'COMPACT'"],
          ['ALTER TABLE hive TOUCH', "mismatched input 'TOUCH'"],
          ['ALTER TABLE hive RENAME TO other', 'only supported for Iceberg tables'],
        ],
      },
      {
        syntax: 'START TRANSACTION, COMMIT, ROLLBACK, LOCK, UNLOCK, SHOW LOCKS, SHOW TRANSACTIONS',
        page: UNSUPPORTED,
        fail: [
          ['START TRANSACTION', 'statement START TRANSACTION'],
          ['COMMIT', 'statement COMMIT'],
          ['LOCK TABLE hive SHARED', "mismatched input 'LOCK'"],
          ['SHOW LOCKS', "mismatched input 'LOCKS'"],
        ],
      },
      {
        syntax: 'CREATE/DROP ROLE, GRANT, REVOKE, SHOW ROLES, SHOW GRANT',
        page: UNSUPPORTED,
        fail: [
          ['CREATE ROLE r', 'statement CREATE ROLE'],
          ['GRANT SELECT ON hive TO ROLE r', 'statement GRANT PRIVILEGES'],
          ['SHOW ROLES', "mismatched input 'ROLES'"],
        ],
      },
      {
        syntax: 'CREATE TABLE … LIKE, INSERT OVERWRITE, TRUNCATE TABLE, EXPORT, IMPORT, CREATE MACRO, CREATE FUNCTION',
        page: UNSUPPORTED,
        fail: [
          ['CREATE TABLE copied LIKE hive', "mismatched input 'LIKE'"],
          ["INSERT OVERWRITE TABLE hive SELECT 1, 'x', 'one'", "mismatched input 'OVERWRITE'"],
          ['TRUNCATE TABLE hive', 'statement TRUNCATE TABLE'],
          ["EXPORT TABLE hive TO 's3://lake/x/'", "mismatched input 'EXPORT'"],
          ['CREATE FUNCTION f(x int) RETURNS int RETURN x', 'statement CREATE FUNCTION'],
        ],
      },
      {
        syntax: 'ANALYZE, COMMENT ON, CALL, SET SESSION, USE, CREATE MATERIALIZED VIEW, SHOW STATS, SHOW SESSION',
        page: UNSUPPORTED,
        fail: [
          ['ANALYZE hive', 'statement ANALYZE'],
          ["COMMENT ON TABLE hive IS 'x'", 'statement COMMENT TABLE'],
          ['CALL system.x()', 'statement CALL'],
          ['SET SESSION a = 1', 'statement SET SESSION'],
          ['USE other', 'statement USE'],
          ['CREATE MATERIALIZED VIEW m AS SELECT 1 AS x', 'statement CREATE MATERIALIZED VIEW'],
          ['SHOW STATS FOR hive', "mismatched input 'STATS'"],
        ],
      },
    ],
  },
];
