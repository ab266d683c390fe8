import * as glue from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';

/** How a CSV classifier reads files. */
export interface CsvClassifierOptions {
  /**
   * Between columns.
   * @default ","
   */
  readonly delimiter?: string;
  /**
   * Around values that contain the delimiter.
   * @default '"'
   */
  readonly quoteSymbol?: string;
  /**
   * The columns' names; with names the files have a header exactly if `hasHeader` says so.
   * @default taken from the header
   */
  readonly header?: string[];
  /**
   * Whether the first line names the columns.
   * @default Glue looks at the first lines and decides
   */
  readonly hasHeader?: boolean;
  /**
   * The columns' types, one for each, Glue's names (`INT`, `STRING`, …).
   * @default Glue looks at the values and decides
   */
  readonly types?: string[];
  /**
   * Whether files with a single column are CSV.
   * @default false
   */
  readonly allowSingleColumn?: boolean;
}

/**
 * How a crawler recognizes files, tried before Glue's own classifiers.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html
 */
export class CrawlerClassifier {
  /**
   * Delimited text.
   *
   * @param options what the files look like
   */
  public static csv(options: CsvClassifierOptions = {}): CrawlerClassifier {
    const { hasHeader } = options;
    return new CrawlerClassifier({
      csvClassifier: {
        delimiter: options.delimiter ?? ',',
        quoteSymbol: options.quoteSymbol ?? '"',
        header: options.header,
        containsHeader: hasHeader === undefined ? 'UNKNOWN' : hasHeader ? 'PRESENT' : 'ABSENT',
        allowSingleColumn: options.allowSingleColumn ?? false,
        customDatatypeConfigured: options.types ? true : undefined,
        containsCustomDatatype: options.types,
      },
    });
  }

  /**
   * JSON whose rows lie deeper than at the top.
   *
   * @param jsonPath where each row is, for example `$.records[*]`
   */
  public static json(jsonPath: string): CrawlerClassifier {
    return new CrawlerClassifier({ jsonClassifier: { jsonPath } });
  }

  /**
   * XML.
   *
   * @param rowTag the element that is a row; not self-closing
   * @param classification shown as the table's classification
   */
  public static xml(rowTag: string, classification: string): CrawlerClassifier {
    return new CrawlerClassifier({ xmlClassifier: { rowTag, classification } });
  }

  /**
   * Lines of text by a grok pattern.
   *
   * @param pattern for example `%{COMBINEDAPACHELOG}`
   * @param classification shown as the table's classification
   * @param customPatterns patterns of one's own that `pattern` uses, one a line
   */
  public static grok(pattern: string, classification: string, customPatterns?: string): CrawlerClassifier {
    return new CrawlerClassifier({ grokClassifier: { grokPattern: pattern, classification, customPatterns } });
  }

  /**
   * A classifier that exists.
   *
   * @param classifierName its name
   */
  public static named(classifierName: string): CrawlerClassifier {
    return new CrawlerClassifier(classifierName);
  }

  private constructor(private readonly definition: glue.CfnClassifierProps | string) {}

  /** @internal */
  public _bind(scope: Construct, id: string): string {
    if (typeof this.definition === 'string') return this.definition;
    return new glue.CfnClassifier(scope, id, this.definition).ref;
  }
}
