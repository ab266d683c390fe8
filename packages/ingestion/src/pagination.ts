import { LakeError } from '@lakewright/core';
import type { PaginationConfiguration } from './private/extraction-configuration';

/** How pages are asked for by number. */
export interface PageNumberOptions {
  /**
   * The query parameter with the page's number.
   * @default "page"
   */
  readonly pageParameter?: string;

  /**
   * The number of the first page.
   * @default 1
   */
  readonly firstPage?: number;

  /**
   * The query parameter with the size of a page.
   * @default "page_size" if `pageSize` is given, else none
   */
  readonly sizeParameter?: string;

  /**
   * Records per page; a page with fewer is the last.
   * @default the source's own size; an empty page is the one after the last
   */
  readonly pageSize?: number;
}

/** How pages are asked for by the number of records before them. */
export interface OffsetOptions {
  /** Records per page; a page with fewer is the last. */
  readonly limit: number;

  /**
   * The query parameter with the number of records to skip.
   * @default "offset"
   */
  readonly offsetParameter?: string;

  /**
   * The query parameter with the size of a page.
   * @default "limit"
   */
  readonly limitParameter?: string;
}

/**
 * How a REST API divides an answer into pages.
 *
 * With cursors and links the source remembers where it was. With page numbers and offsets, records that leave the interval
 * while it is being read make others move up into a page that was read already: prefer the former where the API has both.
 */
export class Pagination {
  /** One answer has everything. */
  public static none(): Pagination {
    return new Pagination({ kind: 'none' });
  }

  /**
   * An answer says where the next one begins, by a value that is sent back.
   *
   * @param cursorPath where the value stands in the answer, `paging.next` or `/paging/next`; the last answer has none there,
   *   `null`, `false` or an empty text
   * @param parameter the query parameter that takes it back
   */
  public static cursor(cursorPath: string, parameter: string): Pagination {
    return new Pagination({
      kind: 'cursor',
      path: named(cursorPath, 'cursorPath'),
      parameter: named(parameter, 'parameter'),
    });
  }

  /**
   * An answer has the URL of the next one.
   *
   * @param urlPath where it stands in the answer; it must lead to the host of the extraction's URL, as it gets the secret
   */
  public static nextUrl(urlPath: string): Pagination {
    return new Pagination({ kind: 'nextUrl', path: named(urlPath, 'urlPath') });
  }

  /**
   * The `Link` header of an answer has the URL of the next one, with `rel="next"`.
   *
   * @see https://www.rfc-editor.org/rfc/rfc8288
   */
  public static linkHeader(): Pagination {
    return new Pagination({ kind: 'link' });
  }

  /**
   * Pages have numbers.
   *
   * @param options names of the parameters, size of a page
   */
  public static pageNumber(options: PageNumberOptions = {}): Pagination {
    const { pageParameter, firstPage, pageSize } = options;
    const sizeParameter = options.sizeParameter ?? (pageSize === undefined ? undefined : 'page_size');
    return new Pagination({
      kind: 'page',
      parameter: pageParameter ?? 'page',
      first: firstPage ?? 1,
      sizeParameter,
      size: positive(pageSize, 'pageSize'),
    });
  }

  /**
   * Records are skipped.
   *
   * @param options size of a page, names of the parameters
   */
  public static offset(options: OffsetOptions): Pagination {
    return new Pagination({
      kind: 'offset',
      parameter: options.offsetParameter ?? 'offset',
      sizeParameter: options.limitParameter ?? 'limit',
      size: positive(options.limit, 'limit') ?? 1,
    });
  }

  private constructor(
    /** @internal */
    public readonly _configuration: PaginationConfiguration,
  ) {}
}

function named(text: string, what: string): string {
  if (text.trim() !== '') return text;
  throw new Error(
    LakeError.message('InvalidPagination', `${what} "${text}"`, 'a name', 'take it from the description of the API'),
  );
}

function positive(value: number | undefined, what: string): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return value;
  throw new Error(
    LakeError.message('InvalidPagination', `${what} "${value}"`, 'a whole number above 0', 'take what the API allows'),
  );
}
