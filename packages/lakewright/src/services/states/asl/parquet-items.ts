import type { ApiShape } from '../../api-shape';

/** The rows of a Parquet file, as JSON. */
export async function parquetItems(file: string): Promise<ApiShape[]> {
  // Loaded when it is needed: it is large.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const connection = await instance.connect();
    try {
      const source = `read_parquet('${file.replaceAll("'", "''")}', hive_partitioning = false)`;
      const reader = await connection.runAndReadAll(`SELECT CAST(to_json(r) AS VARCHAR) FROM ${source} AS r`);
      return reader.getRows().map(([row]) => JSON.parse(String(row)));
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}
