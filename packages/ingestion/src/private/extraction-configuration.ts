/** What the constructs tell the handler: JSON in the function's environment. Types only, both sides are written against them. */

/** A bucket and a prefix without slashes at its ends. */
export interface LocationConfiguration {
  readonly bucket: string;
  readonly prefix: string;
}

export interface WatermarkConfiguration {
  readonly field: string;
  readonly format: 'iso' | 'epochSeconds' | 'epochMillis';
  readonly overlapSeconds: number;
  readonly lagSeconds: number;
  readonly stepSeconds?: number;
  /** ISO 8601. */
  readonly initial?: string;
}

export type PaginationConfiguration =
  | { readonly kind: 'none' | 'link' }
  | { readonly kind: 'cursor'; readonly path: string; readonly parameter: string }
  | { readonly kind: 'nextUrl'; readonly path: string }
  | {
      readonly kind: 'page';
      readonly parameter: string;
      readonly first: number;
      readonly sizeParameter?: string;
      readonly size?: number;
    }
  | { readonly kind: 'offset'; readonly parameter: string; readonly sizeParameter: string; readonly size: number };

/** `secret` is the ARN of a secret, `field` one of its JSON's fields. */
export type AuthConfiguration =
  | { readonly kind: 'bearer'; readonly secret: string; readonly field?: string }
  | { readonly kind: 'basic'; readonly secret: string }
  | { readonly kind: 'header' | 'query'; readonly name: string; readonly secret: string; readonly field?: string }
  | {
      readonly kind: 'oauth2';
      readonly secret: string;
      readonly tokenUrl: string;
      readonly idField: string;
      readonly secretField: string;
      readonly scope?: string;
      readonly audience?: string;
    };

export interface RestConfiguration {
  readonly kind: 'rest';
  readonly url: string;
  /** Sent with every request; `{from}` and `{to}` stand for the interval's ends. */
  readonly parameters: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly fromParameter?: string;
  readonly toParameter?: string;
  readonly auth?: AuthConfiguration;
  readonly pagination: PaginationConfiguration;
  /** Where the records stand in an answer; the answer itself if left out. */
  readonly recordsPath?: string;
  readonly requestsPerSecond?: number;
  readonly maxAttempts: number;
  readonly timeoutSeconds: number;
}

export interface LambdaConfiguration {
  readonly kind: 'lambda';
  readonly functionArn: string;
  readonly maxAttempts: number;
}

/** Name and type of a column, as Glue writes the type. */
export type ColumnConfiguration = readonly [name: string, type: string];

export interface ExtractionConfiguration {
  /** The construct's path, for metrics and messages. */
  readonly name: string;
  readonly target: LocationConfiguration;
  readonly state: LocationConfiguration;
  readonly watermark: WatermarkConfiguration;
  /** Fields that, with the watermark, make a record's identity; all of its content if left out. */
  readonly key?: readonly string[];
  /** Inferred if left out. */
  readonly columns?: readonly ColumnConfiguration[];
  /** A folder `<name>=<date>` for the day of the interval's end. */
  readonly dateFolder?: string;
  readonly rowsPerFile: number;
  readonly source: RestConfiguration | LambdaConfiguration;
}
