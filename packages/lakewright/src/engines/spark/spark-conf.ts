import os from 'node:os';
import path from 'node:path';

export interface RunPlace {
  /** Where the file system asks. */
  readonly files: string;
  readonly token: string;
  /** Where what isn't committed yet lies: on the buckets' file system. */
  readonly staging: string;
  readonly scratch: string;
  /** The lake's endpoint. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly region: string;
  /** `thrift://…`: the Data Catalog as Hive's metastore. */
  readonly metastore: string;
  readonly python: string;
  /** The script's variables that Python functions on Spark see as well. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a SparkContext begins with where neither the script nor the job's `--conf` says otherwise. */
export function sparkConf(name: string, place: RunPlace): Record<string, string> {
  const { files, token, staging, scratch, endpoint, accessKeyId, region, metastore, python, variables } = place;
  const conf: Record<string, string> = {
    'spark.master': 'local[*]',
    'spark.app.name': name,
    'spark.ui.enabled': 'false',
    'spark.ui.showConsoleProgress': 'false',
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.local.dir': scratch,
    'spark.pyspark.python': python,
    'spark.sql.shuffle.partitions': String(2 * os.availableParallelism()),
    'spark.sql.warehouse.dir': `file:${path.join(scratch, 'warehouse')}`,
    'spark.hadoop.hive.metastore.uris': metastore,
    // Statistics of a table would list it on each write.
    'spark.hadoop.hive.stats.autogather': 'false',
    'spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs': 'false',
    // Nothing of a job is seen before all of it is done.
    'spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version': '1',
    'spark.hadoop.lakewright.url': files,
    'spark.hadoop.lakewright.run': token,
    'spark.hadoop.lakewright.staging': staging,
    'spark.hadoop.lakewright.iceberg': `${endpoint}/_lakewright/iceberg`,
    'spark.hadoop.lakewright.authorization': `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20000101/${region}/glue/aws4_request, SignedHeaders=host, Signature=local`,
  };
  for (const scheme of ['s3', 's3a', 's3n']) {
    conf[`spark.hadoop.fs.${scheme}.impl`] = 'lakewright.LakeFileSystem';
    // A kept one would ask in the name of an earlier run.
    conf[`spark.hadoop.fs.${scheme}.impl.disable.cache`] = 'true';
  }
  for (const [variable, value] of Object.entries(variables)) conf[`spark.executorEnv.${variable}`] = value;
  return conf;
}
