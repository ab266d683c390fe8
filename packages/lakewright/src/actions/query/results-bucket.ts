import type { LocalLake } from '../../local-lake';

/** Where results go that no workgroup claims: a bucket of the runtime's own, beside the lake's. */
export const RESULTS_BUCKET = 'lakewright-query-results';

export const RESULTS_URI = `s3://${RESULTS_BUCKET}/`;

export function resultsLocation(lake: LocalLake): string {
  if (!lake.objects.hasBucket(RESULTS_BUCKET)) lake.objects.createBucket(RESULTS_BUCKET);
  return RESULTS_URI;
}
