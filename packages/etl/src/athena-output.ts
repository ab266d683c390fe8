import { refuse } from './private/refuse';

/** How the files of a table are written. */
export enum AthenaFormat {
  /** Columns together: what Athena reads fastest. */
  PARQUET = 'PARQUET',
  /** Columns together. */
  ORC = 'ORC',
  /** Rows with their schema. */
  AVRO = 'AVRO',
  /** A JSON object a line. */
  JSON = 'JSON',
}

/** How files are compressed. */
export enum AthenaCompression {
  /** Fast. */
  SNAPPY = 'SNAPPY',
  /** Small, and fast to read. */
  ZSTD = 'ZSTD',
  /** Small; what every reader knows. */
  GZIP = 'GZIP',
  /** Not at all. */
  NONE = 'NONE',
}

/** What a transformation that makes versions may decide. */
export interface AthenaVersionOptions {
  /**
   * How the files are written.
   * @default AthenaFormat.PARQUET
   */
  readonly format?: AthenaFormat;

  /**
   * How the files are compressed.
   * @default what Athena takes for the format: gzip, for ORC zlib
   * @see https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
   */
  readonly compression?: AthenaCompression;

  /**
   * How many versions before the published one stay, for queries that still read them.
   * @default 1
   */
  readonly keepVersions?: number;
}

/** What a transformation with a view may decide. */
export interface AthenaViewOptions extends AthenaVersionOptions {
  /**
   * Columns by whose values the files are put apart. They stand last in the query, in this order. More than 100 partitions are
   * written by several statements, as Athena writes no more at once.
   * @default not partitioned
   * @see https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html
   */
  readonly partitionedBy?: string[];
}

/** What becomes of a statement's result. */
export class AthenaOutput {
  /**
   * Each run makes the table anew, `<name>_<run>`, and then the view `<name>` shows it.
   *
   * @param options format, partitions, how many old versions stay
   * @throws `InvalidKeepVersions`
   */
  public static view(options: AthenaViewOptions = {}): AthenaOutput {
    return new AthenaOutput('view', options);
  }

  /**
   * Each run makes the table anew, `<name>_<run>`, and then the table `<name>`, which the template declares, moves to its
   * files: it stays, with all that is granted on it. For data sets of which some may see a part only, since Athena reads no
   * such table through a view.
   *
   * @param options format, how many old versions stay
   * @throws `InvalidKeepVersions`
   * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
   */
  public static declaredTable(options: AthenaVersionOptions = {}): AthenaOutput {
    return new AthenaOutput('table', options);
  }

  /**
   * Whatever the statement does to the table in place: INSERT, MERGE, UPDATE, DELETE, or UNLOAD below its location. Run once;
   * if it fails, the task fails.
   */
  public static statement(): AthenaOutput {
    return new AthenaOutput('statement', {});
  }

  private constructor(
    /** @internal `view`, `table` or `statement`. */
    public readonly _kind: 'view' | 'table' | 'statement',
    /** @internal As they were given. */
    public readonly _options: AthenaViewOptions,
  ) {
    const { keepVersions = 1 } = _options;
    if (!Number.isInteger(keepVersions) || keepVersions < 0) {
      refuse('InvalidKeepVersions', `keepVersions "${keepVersions}"`, 'whole numbers, 0 at least', 'give such a one');
    }
  }
}
