import type { LocalLake } from '../../local-lake';

/** Where results go that no workgroup claims: a bucket of the runtime's own, beside the lake's. */
const RESULTS_BUCKET = 'lakewright-query-results';

export function resultsLocation(lake: LocalLake): string {
  if (!lake.objects.hasBucket(RESULTS_BUCKET)) lake.objects.createBucket(RESULTS_BUCKET);
  return `s3://${RESULTS_BUCKET}/`;
}
