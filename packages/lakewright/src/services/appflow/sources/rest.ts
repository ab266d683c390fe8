import type { SourceRecord } from '../tasks/values';
import { getJson, type HttpOptions } from './http';
import { type SourceBatches, type SourceRequest, sourceFailure } from './source';

/**
 * Records of any other connector: `GET <url>/<object>` with `fields` (comma-separated; none = all), and of an incremental
 * pull `field`, `from` and `to` (ISO times, `to` excluded). It answers `{ "records": [ … ], "cursor": "…" }`; with a cursor
 * that isn't empty, the next request has it as `cursor`.
 */
export async function* readRest(base: string, request: SourceRequest, http?: HttpOptions): SourceBatches {
  const { source, plan, window, signal } = request;
  const what = `${source.connectorType} object "${source.object}"`;
  const segments = source.object.split('/').filter(Boolean).map(encodeURIComponent);
  const url = new URL(`${base.replace(/\/+$/, '')}/${segments.join('/')}`);
  if (!plan.mapAll || plan.projection) url.searchParams.set('fields', plan.sourceFields.join(','));
  if (window) {
    url.searchParams.set('field', window.field);
    url.searchParams.set('from', new Date(window.start).toISOString());
    url.searchParams.set('to', new Date(window.end).toISOString());
  }
  let count = 0;
  let cursor = '';
  do {
    if (cursor !== '') url.searchParams.set('cursor', cursor);
    const { value, bytes } = await getJson(url, what, signal, http);
    const page = value as { records?: SourceRecord[]; cursor?: unknown };
    if (!Array.isArray(page?.records)) {
      throw sourceFailure('ConnectorServerException', `${what}: an answer without "records" → {"records": [ … ]}`);
    }
    const first = count + 1;
    count += page.records.length;
    yield { records: page.records, bytes, place: (index) => `${what}, record ${first + index}` };
    const next = String(page.cursor ?? '');
    if (next !== '' && next === cursor) {
      throw sourceFailure('ConnectorServerException', `${what}: the cursor "${next}" leads back to its own page`);
    }
    cursor = next;
  } while (cursor !== '');
}
