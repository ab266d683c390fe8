import type { PaginationConfiguration } from '../../src/private/extraction-configuration';
import { valueAt } from './json';

/** What the next request asks for. */
export interface PageRequest {
  readonly url: string;
  readonly parameters: Record<string, string>;
  /** Pages before it. */
  readonly number: number;
  /** Records before it. */
  readonly records: number;
}

/** What an answer says about the next page. */
export interface PageAnswer {
  /** What was asked, with all parameters: links are relative to it. */
  readonly url: string;
  readonly body: unknown;
  readonly headers: Headers;
  readonly count: number;
}

/** The request for the page after this one; undefined after the last. */
export function nextPage(
  pagination: PaginationConfiguration,
  page: PageRequest,
  answer: PageAnswer,
): PageRequest | undefined {
  const next = { ...page, number: page.number + 1, records: page.records + answer.count };
  switch (pagination.kind) {
    case 'none':
      return undefined;
    case 'cursor': {
      const cursor = valueAt(answer.body, pagination.path);
      if (!isPresent(cursor)) return undefined;
      return { ...next, parameters: { ...page.parameters, [pagination.parameter]: String(cursor) } };
    }
    case 'nextUrl': {
      const url = valueAt(answer.body, pagination.path);
      return typeof url === 'string' && url !== '' ? follow(next, url, answer.url) : undefined;
    }
    case 'link': {
      const url = nextLink(answer.headers.get('link') ?? '');
      return url === undefined ? undefined : follow(next, url, answer.url);
    }
    default:
      return answer.count === 0 || answer.count < (pagination.size ?? 1) ? undefined : next;
  }
}

/** A link has all parameters in it already. */
function follow(next: PageRequest, url: string, base: string): PageRequest | undefined {
  return URL.canParse(url, base) ? { ...next, url: new URL(url, base).href, parameters: {} } : undefined;
}

function isPresent(cursor: unknown): boolean {
  return (typeof cursor === 'string' && cursor !== '') || typeof cursor === 'number';
}

/** The target of `rel="next"` in a Link header; targets and quoted values may have commas and semicolons in them. */
export function nextLink(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[^\s=;,]+\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?)*)/g,
  )) {
    const [, quoted, plain] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]*))/i.exec(parameters) ?? [];
    if ((quoted ?? plain ?? '').toLowerCase().split(/\s+/).includes('next')) return target;
  }
  return undefined;
}
