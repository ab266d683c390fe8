import { refuse } from './private/refuse';

/**
 * A data type of AWS DMS, to which a column is converted or with which one is added.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Reference.DataTypes.html
 */
export class DmsDataType {
  /** True or false. */
  public static readonly BOOLEAN = new DmsDataType({ type: 'boolean' });
  /** A whole number of 1 byte. */
  public static readonly INT1 = new DmsDataType({ type: 'int1' });
  /** A whole number of 2 bytes. */
  public static readonly INT2 = new DmsDataType({ type: 'int2' });
  /** A whole number of 4 bytes. */
  public static readonly INT4 = new DmsDataType({ type: 'int4' });
  /** A whole number of 8 bytes. */
  public static readonly INT8 = new DmsDataType({ type: 'int8' });
  /** A floating-point number of 4 bytes. */
  public static readonly REAL4 = new DmsDataType({ type: 'real4' });
  /** A floating-point number of 8 bytes. */
  public static readonly REAL8 = new DmsDataType({ type: 'real8' });
  /** Year, month and day. */
  public static readonly DATE = new DmsDataType({ type: 'date' });
  /** Hours, minutes and seconds. */
  public static readonly TIME = new DmsDataType({ type: 'time' });
  /** Text without limit; a LOB. */
  public static readonly CLOB = new DmsDataType({ type: 'clob' });

  /**
   * Text in a single-byte character set.
   *
   * @param length in characters
   * @throws `InvalidDataType`
   */
  public static string(length: number): DmsDataType {
    return new DmsDataType({ type: 'string', length: whole('string', 'length', length, 1, 1_000_000) });
  }

  /**
   * Text in Unicode.
   *
   * @param length in characters
   * @throws `InvalidDataType`
   */
  public static wideString(length: number): DmsDataType {
    return new DmsDataType({ type: 'wstring', length: whole('wstring', 'length', length, 1, 1_000_000) });
  }

  /**
   * Bytes.
   *
   * @param length in bytes
   * @throws `InvalidDataType`
   */
  public static bytes(length: number): DmsDataType {
    return new DmsDataType({ type: 'bytes', length: whole('bytes', 'length', length, 1, 1_000_000) });
  }

  /**
   * An exact number.
   *
   * @param precision digits in all, 1 to 38
   * @param scale digits after the point, 0 to `precision`
   * @throws `InvalidDataType`
   */
  public static numeric(precision: number, scale: number): DmsDataType {
    whole('numeric', 'precision', precision, 1, 38);
    return new DmsDataType({ type: 'numeric', precision, scale: whole('numeric', 'scale', scale, 0, precision) });
  }

  /**
   * Date and time.
   *
   * @param precision digits of the fraction of a second, 0 to 9
   * @throws `InvalidDataType`
   */
  public static datetime(precision: number): DmsDataType {
    return new DmsDataType({ type: 'datetime', precision: whole('datetime', 'precision', precision, 0, 9) });
  }

  private constructor(
    /** @internal */
    public readonly _rendered: Record<string, string | number>,
  ) {}
}

function whole(type: string, what: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    refuse('InvalidDataType', `${type} with ${what} "${value}"`, `a whole number from ${least} to ${most}`, 'mend it');
  }
  return value;
}
