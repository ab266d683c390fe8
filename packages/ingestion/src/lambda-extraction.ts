import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ExtractionBase, type ExtractionProps } from './extraction-base';
import type { LambdaConfiguration } from './private/extraction-configuration';

/** What a `LambdaExtraction` is made of. */
export interface LambdaExtractionProps extends ExtractionProps {
  /**
   * Gets the records, in whatever language. It is invoked with
   *
   * `{ "from": "2026-01-31T00:00:00.000Z", "to": "2026-02-01T00:00:00.000Z", "cursor": null }`
   *
   * and answers `{ "records": [{…}, …], "cursor": … }`: the records whose watermark is in `[from, to)`, and a cursor of any
   * shape if there are more, with which it is invoked again. `from` is `null` in the first run without `initial`. An answer
   * may have up to 6 MB.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   */
  readonly source: lambda.IFunction;

  /**
   * How often it is invoked for a page, if it fails.
   * @default 3
   */
  readonly maxAttempts?: number;
}

/**
 * Brings records into the lake that a function of one's own gets: for sources that `RestExtraction` can't read.
 *
 * The function has only to get records of an interval, and may give more than it was asked for: watermark, retries, doubles,
 * schema, quarantine, files and reports are as with `RestExtraction`.
 */
export class LambdaExtraction extends ExtractionBase {
  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws what all extractions refuse
   */
  public constructor(scope: Construct, id: string, props: LambdaExtractionProps) {
    super(scope, id, props);
    iam.Grant.addToPrincipal({
      grantee: this.role,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [props.source.functionArn],
    });
  }

  /** @internal */
  protected override _source({ source, maxAttempts = 3 }: LambdaExtractionProps): LambdaConfiguration {
    return { kind: 'lambda', functionArn: source.functionArn, maxAttempts };
  }
}
