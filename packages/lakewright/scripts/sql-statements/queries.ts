import type { StatementSection } from './entry';

/** Queries, statements that write, and what is about statements. */
export const queryStatements: readonly StatementSection[] = [
  {
    title: 'Queries and writing',
    prefix: 'query',
    entries: [
      {
        syntax: '[WITH [RECURSIVE] …] SELECT …, VALUES …, TABLE t',
        page: 'select.html',
        notes:
          'Clauses, joins, grouping sets, windows, set operations, UNNEST, LATERAL, TABLESAMPLE, OFFSET, FETCH FIRST. Refused: MATCH_RECOGNIZE, JSON_TABLE, table functions but `sequence`, `WITH FUNCTION`.',
        succeed: [
          'WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r',
          "VALUES (1, 'a'), (2, 'b')",
          'TABLE hive',
          'SELECT a FROM hive ORDER BY a OFFSET 0 FETCH FIRST 1 ROW ONLY',
          'SELECT "$path", "$file_size" FROM hive',
        ],
        fail: [
          ['SELECT * FROM hive MATCH_RECOGNIZE (ORDER BY a PATTERN (x) DEFINE x AS true)', 'MATCH_RECOGNIZE'],
          ['SELECT * FROM "hive$partitions"', 'NOT_COVERED'],
        ],
      },
      {
        syntax: 'INSERT INTO t [(columns)] {query | VALUES …}',
        page: 'insert-into.html',
        notes:
          'Parquet, ORC, Avro, JSON and text; 100 new partitions a statement. Bucketed tables are refused as on AWS; tables of OpenCSVSerDe, Regex, Grok, Ion and text with ESCAPED BY are refused.',
        succeed: ["INSERT INTO hive (a, p) VALUES (2, 'two')", 'INSERT INTO ice SELECT a, b FROM hive'],
        fail: [
          ["INSERT INTO hive SELECT 'x', 'y', 'z'", 'mismatched column types'],
          [
            "INSERT INTO hive SELECT CAST(x AS integer), 'b', CAST(x AS varchar) FROM UNNEST(sequence(1, 101)) AS t (x)",
            'TOO_MANY_OPEN_PARTITIONS',
          ],
        ],
      },
      {
        syntax: 'INSERT INTO a bucketed table',
        page: 'insert-into.html',
        notes: 'Refused, as on AWS.',
        succeed: [
          "CREATE EXTERNAL TABLE b (a int) CLUSTERED BY (a) INTO 4 BUCKETS STORED AS PARQUET LOCATION 's3://lake/b/'",
        ],
        fail: [['INSERT INTO b VALUES 1', 'Inserting into the bucketed table']],
      },
      {
        syntax: "UNLOAD (query) TO 's3://…' WITH (format = …, compression, field_delimiter, partitioned_by)",
        page: 'unload.html',
        notes: 'Parquet, ORC, Avro, JSON, TEXTFILE.',
        succeed: [
          "UNLOAD (SELECT a, b FROM hive) TO 's3://lake/{id}/unloaded/' WITH (format = 'JSON', compression = 'NONE')",
        ],
        fail: [
          [
            "UNLOAD (SELECT a FROM hive) TO 's3://lake/{id}/unloaded/' WITH (format = 'PARQUET')",
            'HIVE_PATH_ALREADY_EXISTS',
          ],
        ],
      },
      {
        syntax: 'USING EXTERNAL FUNCTION f(…) RETURNS … LAMBDA …',
        page: 'querying-udf.html',
        notes: 'Refused: user-defined functions in Lambda and machine learning functions are not run.',
        fail: [
          ["USING EXTERNAL FUNCTION f(x VARCHAR) RETURNS VARCHAR LAMBDA 'l' SELECT f('x')", "mismatched input 'USING'"],
        ],
      },
    ],
  },
  {
    title: 'Iceberg tables',
    prefix: 'iceberg',
    entries: [
      {
        syntax:
          "CREATE TABLE t (…) [PARTITIONED BY (transforms)] LOCATION … TBLPROPERTIES ('table_type' = 'ICEBERG', …)",
        page: 'querying-iceberg-creating-tables.html',
        notes: 'Format version 2 with Parquet files; ORC and Avro data files and version 3 are refused.',
        succeed: [
          "CREATE TABLE events (id bigint, ts timestamp, kind string) PARTITIONED BY (day(ts), bucket(16, id), truncate(2, kind)) LOCATION 's3://lake/{id}/events/' TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd')",
        ],
        fail: [
          [
            "CREATE TABLE o (a int) LOCATION 's3://lake/{id}/o/' TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'orc')",
            'NOT_COVERED',
          ],
          [
            "CREATE EXTERNAL TABLE e (a int) LOCATION 's3://lake/{id}/e/' TBLPROPERTIES ('table_type' = 'ICEBERG')",
            'is not for Iceberg tables',
          ],
        ],
      },
      {
        syntax:
          "CREATE TABLE t WITH (table_type = 'ICEBERG', is_external = false, location = …, partitioning = ARRAY[…]) AS query",
        page: 'create-table-as.html',
        succeed: [
          "CREATE TABLE made WITH (table_type = 'ICEBERG', is_external = false, location = 's3://lake/{id}/made/', partitioning = ARRAY['bucket(a, 4)']) AS SELECT a, b FROM hive",
        ],
      },
      {
        syntax: 'ALTER TABLE t ADD COLUMNS, CHANGE COLUMN, DROP COLUMN, RENAME TO',
        page: 'querying-iceberg-evolving-table-schema.html',
        notes: 'Types may only widen. REPLACE COLUMNS is refused, as on AWS.',
        succeed: [
          'ALTER TABLE ice ADD COLUMNS (c int)',
          'ALTER TABLE ice CHANGE COLUMN c d bigint',
          'ALTER TABLE ice DROP COLUMN d',
          'ALTER TABLE ice RENAME TO {id}.renamed',
        ],
        fail: [['ALTER TABLE renamed REPLACE COLUMNS (a int)', 'not supported for Iceberg tables']],
      },
      {
        syntax: 'ALTER TABLE t {SET TBLPROPERTIES (…) | UNSET TBLPROPERTIES (…)}',
        page: 'querying-iceberg-alter-table-set-properties.html',
        succeed: [
          "ALTER TABLE ice SET TBLPROPERTIES ('vacuum_min_snapshots_to_keep' = '3')",
          "ALTER TABLE ice UNSET TBLPROPERTIES ('vacuum_min_snapshots_to_keep')",
        ],
        fail: [["ALTER TABLE ice SET TBLPROPERTIES ('format' = 'orc')", 'NOT_COVERED']],
      },
      {
        syntax: 'UPDATE, DELETE, MERGE INTO',
        page: 'querying-iceberg-updating-iceberg-table-data.html',
        notes: 'Merge on read: position delete files. Of Hive tables they fail, as on AWS.',
        succeed: [
          "UPDATE ice SET b = 'y' WHERE a = 1",
          "MERGE INTO ice t USING (VALUES (1, 'z'), (2, 'n')) AS s (a, b) ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, s.b)",
          'DELETE FROM ice WHERE a = 2',
        ],
        fail: [
          ['DELETE FROM hive', 'only supported for transactional tables'],
          ['UPDATE hive SET a = 2', 'only supported for transactional tables'],
        ],
      },
      {
        syntax: 'OPTIMIZE t REWRITE DATA USING BIN_PACK [WHERE …]',
        page: 'optimize-statement.html',
        notes: 'The whole table; WHERE is refused.',
        succeed: ['OPTIMIZE ice REWRITE DATA USING BIN_PACK'],
        fail: [
          ['OPTIMIZE ice REWRITE DATA USING BIN_PACK WHERE a = 1', 'NOT_COVERED'],
          ['OPTIMIZE hive REWRITE DATA USING BIN_PACK', 'only supported for Iceberg tables'],
        ],
      },
      {
        syntax: 'VACUUM t',
        page: 'vacuum-statement.html',
        notes: 'Expires snapshots and removes the files that only they need; files that no snapshot ever knew stay.',
        succeed: ['VACUUM ice'],
        fail: [['VACUUM hive', 'only supported for Iceberg tables']],
      },
      {
        syntax: 'SELECT … FROM t FOR {TIMESTAMP|VERSION} AS OF …',
        page: 'querying-iceberg-time-travel-and-version-travel-queries.html',
        succeed: [
          "SELECT count(*) FROM ice FOR VERSION AS OF 'main'",
          'SELECT count(*) FROM ice FOR TIMESTAMP AS OF current_timestamp',
        ],
        fail: [['SELECT * FROM ice FOR VERSION AS OF 1', 'INVALID_ARGUMENTS']],
      },
      {
        syntax: 'SELECT … FROM "t$files", $history, $manifests, $partitions, $refs, $snapshots',
        page: 'querying-iceberg-table-metadata.html',
        notes: '`$partitions` without the column `data`.',
        succeed: ['files', 'history', 'manifests', 'partitions', 'refs', 'snapshots'].map(
          (name) => `SELECT count(*) FROM "ice$${name}"`,
        ),
        fail: [['SELECT * FROM "ice$entries"', 'NOT_COVERED']],
      },
      {
        syntax: 'DESCRIBE, SHOW COLUMNS, SHOW CREATE TABLE, SHOW TBLPROPERTIES',
        page: 'querying-iceberg-describe-table.html',
        succeed: [
          'DESCRIBE ice',
          'DESCRIBE FORMATTED ice',
          'SHOW COLUMNS IN ice',
          'SHOW CREATE TABLE ice',
          'SHOW TBLPROPERTIES ice',
        ],
      },
    ],
  },
  {
    title: 'About statements',
    prefix: 'about',
    entries: [
      {
        syntax: 'EXPLAIN [(FORMAT …, TYPE …)] statement, EXPLAIN ANALYZE',
        page: 'athena-explain-statement.html',
        notes:
          "The statement is checked as Athena checks it; the plan is DuckDB's, and says so. FORMAT JSON and GRAPHVIZ and TYPE IO are refused.",
        succeed: [
          'EXPLAIN SELECT a FROM hive',
          'EXPLAIN (TYPE VALIDATE) SELECT a FROM hive',
          'EXPLAIN ANALYZE SELECT a FROM hive',
        ],
        fail: [
          ['EXPLAIN (FORMAT JSON) SELECT 1', 'NOT_COVERED'],
          ['EXPLAIN (TYPE IO) SELECT 1', 'NOT_COVERED'],
        ],
      },
      {
        syntax: 'PREPARE, EXECUTE … USING, EXECUTE IMMEDIATE, DEALLOCATE PREPARE',
        page: 'querying-with-prepared-statements.html',
        succeed: [
          'PREPARE p_{id} FROM SELECT a FROM hive WHERE a = ?',
          'EXECUTE p_{id} USING 1',
          "EXECUTE IMMEDIATE 'SELECT a FROM hive WHERE a = ?' USING 1",
          'DEALLOCATE PREPARE p_{id}',
        ],
        fail: [['EXECUTE p_{id} USING 1', 'Prepared statement not found']],
      },
      {
        syntax: 'SHOW FUNCTIONS, SHOW CATALOGS',
        page: 'select.html',
        notes: 'Refused: [the functions](sql-functions.md) are listed in these pages.',
        fail: [
          ['SHOW FUNCTIONS', "mismatched input 'FUNCTIONS'"],
          ['SHOW CATALOGS', "mismatched input 'CATALOGS'"],
        ],
      },
    ],
  },
];
