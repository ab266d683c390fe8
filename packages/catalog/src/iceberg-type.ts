import { LakeError } from '@lakewright/core';

/** A field of a struct. */
export interface IcebergField {
  /** Lower case. */
  readonly name: string;
  /** What it holds. */
  readonly type: IcebergType;
}

/**
 * The type of an Iceberg column, as Athena's DDL can make it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-supported-data-types.html
 */
export class IcebergType {
  /** true or false */
  public static readonly BOOLEAN = new IcebergType('boolean');
  /** 32 bits with sign; can be widened to BIGINT */
  public static readonly INT = new IcebergType('int');
  /** 64 bits with sign */
  public static readonly BIGINT = new IcebergType('bigint');
  /** 32 bits, IEEE 754; can be widened to DOUBLE */
  public static readonly FLOAT = new IcebergType('float');
  /** 64 bits, IEEE 754 */
  public static readonly DOUBLE = new IcebergType('double');
  /** UTF-8, any length */
  public static readonly STRING = new IcebergType('string');
  /** bytes, any length */
  public static readonly BINARY = new IcebergType('binary');
  /** a day */
  public static readonly DATE = new IcebergType('date');
  /** microseconds, without time zone */
  public static readonly TIMESTAMP = new IcebergType('timestamp');

  /**
   * A decimal number; the precision can be widened later, the scale can't.
   *
   * @param precision digits in all, 1 to 38
   * @param scale digits after the point, 0 to `precision`
   * @throws `InvalidDecimal`
   */
  public static decimal(precision: number, scale: number = 0): IcebergType {
    const whole = Number.isInteger(precision) && Number.isInteger(scale);
    if (!whole || precision < 1 || precision > 38 || scale < 0 || scale > precision) {
      throw new Error(
        LakeError.message(
          'InvalidDecimal',
          `decimal "(${precision},${scale})"`,
          'a precision of 1 to 38 digits, and a scale of 0 to as many',
          'write it like IcebergType.decimal(10, 2)',
        ),
      );
    }
    return new IcebergType(`decimal(${precision},${scale})`);
  }

  /**
   * Values of one type, in order.
   *
   * @param element what it holds
   */
  public static array(element: IcebergType): IcebergType {
    return new IcebergType(`array<${element.text}>`);
  }

  /**
   * Values by key.
   *
   * @param key the keys' type
   * @param value the values' type
   */
  public static map(key: IcebergType, value: IcebergType): IcebergType {
    return new IcebergType(`map<${key.text},${value.text}>`);
  }

  /**
   * Named fields; more can be added later.
   *
   * @param fields in order
   */
  public static struct(...fields: IcebergField[]): IcebergType {
    return new IcebergType(`struct<${fields.map(({ name, type }) => `${name}:${type.text}`).join(',')}>`);
  }

  private constructor(
    /** As in Athena's DDL, for example `decimal(10,2)`. */
    public readonly text: string,
  ) {}
}

/** A column of an Iceberg table. */
export interface IcebergColumn {
  /** Lower case letters, digits and underscores. */
  readonly name: string;

  /** What it holds. */
  readonly type: IcebergType;

  /**
   * Shown in the catalog; without quotes and backslashes.
   * @default no comment
   */
  readonly comment?: string;

  /**
   * The name that the column had before: it is renamed and keeps its values. May stay when it is done.
   * @default the column never had another name
   */
  readonly renamedFrom?: string;
}
