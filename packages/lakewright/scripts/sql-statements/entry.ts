/** A statement of Athena's SQL reference, and what the local engine does with it. */
export interface StatementEntry {
  /** As Athena's page writes it. */
  readonly syntax: string;
  /** Athena's page, below https://docs.aws.amazon.com/athena/latest/ug/ */
  readonly page: string;
  /** What isn't as on AWS, and what isn't covered. */
  readonly notes?: string;
  /** Each succeeds; run one after the other in a lake of `prepared`. */
  readonly succeed?: readonly string[];
  /** Each fails with an error that contains the text. */
  readonly fail?: readonly (readonly [sql: string, error: string])[];
}

/** A part of the page. */
export interface StatementSection {
  readonly title: string;
  /** Of the ids of its statements: `ddl-03`. */
  readonly prefix: string;
  readonly introduction?: string;
  readonly entries: readonly StatementEntry[];
}

/** What is there before each statement: a partitioned Hive table, an Iceberg table and a view, each with a row. */
export const prepared: readonly string[] = [
  "CREATE EXTERNAL TABLE hive (a int, b string) PARTITIONED BY (p string) STORED AS PARQUET LOCATION 's3://lake/{id}/hive/'",
  "INSERT INTO hive VALUES (1, 'x', 'one')",
  "CREATE TABLE ice (a int, b string) LOCATION 's3://lake/{id}/ice/' TBLPROPERTIES ('table_type' = 'ICEBERG')",
  "INSERT INTO ice VALUES (1, 'x')",
  'CREATE VIEW seen AS SELECT a, b FROM hive',
];
