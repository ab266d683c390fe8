import { randomUUID } from 'node:crypto';
import type { LocalLake } from '../../local-lake';
import { personaCaller } from './persona';
import { type Call, type QueryOptions, runQuery } from './query';
import { RESULTS_BUCKET, resultsLocation } from './results-bucket';

/** Lets Athena write a query's result as Parquet; returns the files' absolute paths. */
export async function unload(lake: LocalLake, sql: string, options: QueryOptions): Promise<readonly string[]> {
  const caller = personaCaller(lake, options.as);
  const outputLocation = resultsLocation(lake);
  const prefix = `unload/${randomUUID()}/`;
  const call: Call = (service, operation, input) => lake.call(service, operation, input, caller);
  const statement = `UNLOAD (${sql}) TO '${outputLocation}${prefix}' WITH (format = 'PARQUET')`;
  await runQuery(call, statement, { ...options, outputLocation });
  const objects = await lake.objects.list(RESULTS_BUCKET, { prefix });
  return objects.map(({ key }) => lake.objects.path(RESULTS_BUCKET, key));
}
