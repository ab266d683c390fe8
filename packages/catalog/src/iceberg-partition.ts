import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';

/**
 * How an Iceberg table is partitioned by a column: hidden from queries, which filter by the column itself.
 *
 * Fixed when the table is made: Athena's DDL can't change it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export class IcebergPartition {
  /**
   * By value.
   *
   * @param column any column but a nested one
   */
  public static identity(column: string): IcebergPartition {
    return new IcebergPartition(column, `\`${column}\``, /^(?!array|map|struct)/);
  }

  /**
   * By year.
   *
   * @param column a date or timestamp
   */
  public static year(column: string): IcebergPartition {
    return new IcebergPartition(column, `year(\`${column}\`)`, TEMPORAL);
  }

  /**
   * By month.
   *
   * @param column a date or timestamp
   */
  public static month(column: string): IcebergPartition {
    return new IcebergPartition(column, `month(\`${column}\`)`, TEMPORAL);
  }

  /**
   * By day.
   *
   * @param column a date or timestamp
   */
  public static day(column: string): IcebergPartition {
    return new IcebergPartition(column, `day(\`${column}\`)`, TEMPORAL);
  }

  /**
   * By hour.
   *
   * @param column a timestamp
   */
  public static hour(column: string): IcebergPartition {
    return new IcebergPartition(column, `hour(\`${column}\`)`, /^timestamp$/);
  }

  /**
   * By hash.
   *
   * @param column not a boolean, a float, a double or a nested column
   * @param buckets how many partitions
   */
  public static bucket(column: string, buckets: number): IcebergPartition {
    const count = atLeastOne('buckets', buckets);
    return new IcebergPartition(
      column,
      `bucket(${count}, \`${column}\`)`,
      /^(?!array|map|struct|boolean|float|double)/,
    );
  }

  /**
   * By the first characters of a text, or by ranges of a number.
   *
   * @param column an int, bigint, decimal, string or binary
   * @param width characters, or size of the range
   */
  public static truncate(column: string, width: number): IcebergPartition {
    const size = atLeastOne('width', width);
    return new IcebergPartition(column, `truncate(${size}, \`${column}\`)`, /^(int|bigint|decimal.*|string|binary)$/);
  }

  private constructor(
    /** The column. */
    public readonly column: string,
    /** As in Athena's DDL, for example ``day(`ts`)``. */
    public readonly text: string,
    private readonly types: RegExp,
  ) {}

  /** @internal */
  public _accepts(type: string): boolean {
    return this.types.test(type);
  }
}

const TEMPORAL = /^(date|timestamp)$/;

function atLeastOne(what: string, value: number): number {
  if (Token.isUnresolved(value) || (Number.isInteger(value) && value >= 1)) return value;
  throw new Error(
    LakeError.message(
      'InvalidPartitionTransform',
      `${what} "${value}"`,
      'a whole number from 1',
      'write it like IcebergPartition.bucket("id", 16)',
    ),
  );
}
