import { LakeError } from '@lakewright/core';
import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ExtractionBase, type ExtractionProps } from './extraction-base';
import { Pagination } from './pagination';
import type { RestConfiguration } from './private/extraction-configuration';
import type { RestAuth } from './rest-auth';

/** What a `RestExtraction` is made of. */
export interface RestExtractionProps extends ExtractionProps {
  /** Where the records are had by GET: an `https` URL. */
  readonly url: string;

  /**
   * How the function proves who it is.
   * @default it doesn't: the API is open
   */
  readonly auth?: RestAuth;

  /**
   * How answers are divided into pages.
   * @default Pagination.none()
   */
  readonly pagination?: Pagination;

  /**
   * Where the list of records stands in an answer, `data.items` or `/data/items`.
   * @default the answer itself is the list
   */
  readonly recordsPath?: string;

  /**
   * Query parameters of every request. `{from}` and `{to}` stand for the ends of the interval, written as the watermark's
   * format says: `{ '$filter': 'modified ge {from} and modified lt {to}' }`. In the first run without `initial`, those with
   * `{from}` are left out.
   *
   * @default only those of watermark and pagination
   */
  readonly parameters?: Record<string, string>;

  /**
   * Headers of every request; no secrets, these stand in the template.
   * @default `Accept: application/json`
   */
  readonly headers?: Record<string, string>;

  /**
   * The most requests in a second, on average.
   * @default as fast as answers come, one after the other
   */
  readonly requestsPerSecond?: number;

  /**
   * How often a request is sent that gets no answer, or one with status 408, 425, 429, 500, 502, 503 or 504. The pauses
   * double from a second on; `Retry-After` is honoured up to two minutes. Other errors fail the run at once.
   *
   * @default 5
   */
  readonly maxAttempts?: number;

  /**
   * How long to wait for an answer.
   * @default Duration.seconds(60)
   */
  readonly requestTimeout?: Duration;
}

/**
 * Brings what changed in a REST API into the lake: configuration only.
 *
 * Records in JSON become Parquet. Redirects and pages on other hosts are refused, as the credentials would go along.
 */
export class RestExtraction extends ExtractionBase {
  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidUrl`, `SecretInHeaders`, `InvalidRequests`, and what all extractions refuse
   */
  public constructor(scope: Construct, id: string, props: RestExtractionProps) {
    super(scope, id, props);
    props.auth?.secret.grantRead(this.role);
  }

  /** @internal */
  protected override _source(props: RestExtractionProps): RestConfiguration {
    return restConfiguration(props);
  }
}

function restConfiguration(props: RestExtractionProps): RestConfiguration {
  const { url, headers = {}, parameters = {}, requestsPerSecond, maxAttempts = 5 } = props;
  if (!Token.isUnresolved(url) && !isTls(url)) {
    throw new Error(
      LakeError.message(
        'InvalidUrl',
        `url "${url}"`,
        'an absolute URL with "https://", without a name or password in it',
        'use the address with TLS; credentials belong into "auth"',
      ),
    );
  }
  const secret = Object.keys(headers).find((name) => /^(proxy-)?authorization$|^cookie$/i.test(name));
  if (secret !== undefined) {
    throw new Error(
      LakeError.message(
        'SecretInHeaders',
        `header "${secret}"`,
        'headers stand in the template, where everybody may read them who may read the stack',
        'put the value into a secret and use "auth"',
      ),
    );
  }
  positive(requestsPerSecond ?? 1, 'requestsPerSecond');
  positive(maxAttempts, 'maxAttempts');
  const { fromParameter, toParameter } = props.watermark.options;
  const inParameters = Object.values(parameters).some((value) => value.includes('{from}'));
  return {
    kind: 'rest',
    url,
    parameters,
    headers,
    fromParameter: fromParameter ?? (inParameters ? undefined : props.watermark.field),
    toParameter,
    auth: props.auth?._configuration,
    pagination: (props.pagination ?? Pagination.none())._configuration,
    recordsPath: props.recordsPath,
    requestsPerSecond,
    maxAttempts,
    timeoutSeconds: (props.requestTimeout ?? Duration.seconds(60)).toSeconds(),
  };
}

function isTls(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return protocol === 'https:' && username === '' && password === '';
}

function positive(value: number, what: string): void {
  if (Token.isUnresolved(value) || value > 0) return;
  throw new Error(LakeError.message('InvalidRequests', `${what} "${value}"`, 'a number above 0', 'raise it'));
}
