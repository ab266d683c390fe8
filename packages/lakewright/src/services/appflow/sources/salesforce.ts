import { isTrue } from '../flow';
import type { SourceRecord } from '../tasks/values';
import { getJson, type HttpOptions } from './http';
import { soqlQuery } from './soql';
import { type SourceBatches, type SourceRequest, sourceFailure } from './source';

/** Used where the flow names no version of Salesforce's API. */
const API_VERSION = 'v59.0';

/**
 * Records from an endpoint that speaks Salesforce's REST API: `/services/data/vXX.X/query?q=SOQL`, with `nextRecordsUrl` to
 * the next page (`queryAll` where deleted records are wanted; `sobjects/<Object>/describe` where the flow maps all fields).
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 */
export async function* readSalesforce(base: string, request: SourceRequest, http?: HttpOptions): SourceBatches {
  const { source, plan, window, signal } = request;
  const what = `Salesforce object "${source.object}"`;
  const version = source.apiVersion ? `v${source.apiVersion.replace(/^v/, '')}` : API_VERSION;
  const root = `${base.replace(/\/+$/, '')}/services/data/${version}`;
  const get = (url: string) => getJson(new URL(url), what, signal, http);
  const fields = new Set(plan.sourceFields);
  if (plan.mapAll && !plan.projection) {
    const described = await get(`${root}/sobjects/${encodeURIComponent(source.object)}/describe`);
    for (const field of fieldsOf(described.value, what)) if (!plan.mapAll.except.has(field)) fields.add(field);
  }
  if (window) fields.add(window.field);
  const query = new URLSearchParams({ q: soqlQuery(source.object, [...fields], plan.filters, window) });
  const resource = isTrue(source.properties.includeDeletedRecords) ? 'queryAll' : 'query';
  const seen = new Set<string>();
  let next: string | undefined = `${root}/${resource}?${query}`;
  let count = 0;
  while (next !== undefined) {
    if (seen.has(next)) throw sourceFailure('ConnectorServerException', `${what}: nextRecordsUrl leads back to a page`);
    seen.add(next);
    const { value, bytes } = await get(next);
    const page = value as { records?: SourceRecord[]; done?: boolean; nextRecordsUrl?: string };
    if (!Array.isArray(page?.records)) {
      throw sourceFailure('ConnectorServerException', `${what}: an answer without "records" → a query result`);
    }
    const first = count + 1;
    count += page.records.length;
    const records = page.records.map(({ attributes: _, ...record }) => record);
    yield { records, bytes, place: (index) => `${what}, record ${first + index}` };
    next = page.nextRecordsUrl && page.done !== true ? new URL(page.nextRecordsUrl, base).href : undefined;
  }
}

function fieldsOf(description: unknown, what: string): string[] {
  const fields = (description as { fields?: { name?: unknown }[] })?.fields;
  if (Array.isArray(fields)) return fields.map(({ name }) => String(name));
  throw sourceFailure('ConnectorServerException', `${what}: its description has no "fields"`);
}
