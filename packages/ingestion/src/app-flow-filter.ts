import { LakeError } from '@lakewright/core';
import { type TaskJson, taskJson } from './private/app-flow-task';

/** A value that a field is compared with. */
export class AppFlowValue {
  /**
   * A text.
   *
   * @param value the text
   * @param type the field's type as the application calls it: `string` if left out, `picklist`, `id`
   */
  public static text(value: string, type: string = 'string'): AppFlowValue {
    return new AppFlowValue(value, type, false);
  }

  /**
   * A number.
   *
   * @param value the number
   * @param type the field's type as the application calls it: `double` if left out, `int`, `currency`
   */
  public static number(value: number, type: string = 'double'): AppFlowValue {
    return new AppFlowValue(String(value), type, true);
  }

  /**
   * True or false.
   *
   * @param value the truth value
   */
  public static truth(value: boolean): AppFlowValue {
    return new AppFlowValue(String(value), 'boolean', false);
  }

  /**
   * A moment.
   *
   * @param value in milliseconds for AppFlow
   * @param type the field's type as the application calls it: `datetime` if left out, `date`
   */
  public static time(value: Date, type: string = 'datetime'): AppFlowValue {
    return new AppFlowValue(String(value.getTime()), type, true);
  }

  private constructor(
    /** @internal */
    public readonly _text: string,
    /** @internal */
    public readonly _type: string,
    /** @internal Whether less and greater mean something. */
    public readonly _ordered: boolean,
  ) {}
}

/**
 * Which records a flow takes. All filters of a flow have to hold.
 *
 * Not every application offers every comparison; the flow says so when it is made.
 */
export class AppFlowFilter {
  /**
   * The field has one of these values.
   *
   * @param field the application's name of it
   * @param values one or more, of one type
   * @throws `InvalidFilter`
   */
  public static equalTo(field: string, ...values: AppFlowValue[]): AppFlowFilter {
    return compare('EQUAL_TO', field, values);
  }

  /**
   * The field has none of these values.
   *
   * @param field the application's name of it
   * @param values one or more, of one type
   * @throws `InvalidFilter`
   */
  public static notEqualTo(field: string, ...values: AppFlowValue[]): AppFlowFilter {
    return compare('NOT_EQUAL_TO', field, values);
  }

  /**
   * The text has one of these in it.
   *
   * @param field the application's name of it
   * @param texts one or more
   * @throws `InvalidFilter`
   */
  public static contains(field: string, ...texts: string[]): AppFlowFilter {
    return compare(
      'CONTAINS',
      field,
      texts.map((text) => AppFlowValue.text(text)),
    );
  }

  /**
   * The value is greater.
   *
   * @param field the application's name of it
   * @param value a number or a time
   * @throws `InvalidFilter`
   */
  public static greaterThan(field: string, value: AppFlowValue): AppFlowFilter {
    return order('GREATER_THAN', field, value);
  }

  /**
   * The value is greater or the same.
   *
   * @param field the application's name of it
   * @param value a number or a time
   * @throws `InvalidFilter`
   */
  public static greaterThanOrEqualTo(field: string, value: AppFlowValue): AppFlowFilter {
    return order('GREATER_THAN_OR_EQUAL_TO', field, value);
  }

  /**
   * The value is less.
   *
   * @param field the application's name of it
   * @param value a number or a time
   * @throws `InvalidFilter`
   */
  public static lessThan(field: string, value: AppFlowValue): AppFlowFilter {
    return order('LESS_THAN', field, value);
  }

  /**
   * The value is less or the same.
   *
   * @param field the application's name of it
   * @param value a number or a time
   * @throws `InvalidFilter`
   */
  public static lessThanOrEqualTo(field: string, value: AppFlowValue): AppFlowFilter {
    return order('LESS_THAN_OR_EQUAL_TO', field, value);
  }

  /**
   * The value lies between these two, or is one of them.
   *
   * @param field the application's name of it
   * @param lower a number or a time
   * @param upper of the same type, not less than `lower`
   * @throws `InvalidFilter`
   */
  public static between(field: string, lower: AppFlowValue, upper: AppFlowValue): AppFlowFilter {
    if (!lower._ordered || lower._type !== upper._type || Number(lower._text) > Number(upper._text)) {
      refuse(
        `"${field}" between "${lower._text}" (${lower._type}) and "${upper._text}" (${upper._type})`,
        'two numbers or two times of one type, the lower one first',
        'swap them, or use AppFlowValue.number or AppFlowValue.time for both',
      );
    }
    const properties = { DATA_TYPE: lower._type, LOWER_BOUND: lower._text, UPPER_BOUND: upper._text };
    return AppFlowFilter._of(field, 'BETWEEN', properties);
  }

  /** @internal */
  public static _of(field: string, operator: string, properties: Record<string, string>): AppFlowFilter {
    return new AppFlowFilter(field, taskJson('Filter', operator, [field], properties));
  }

  private constructor(
    /** @internal */
    public readonly _field: string,
    /** @internal */
    public readonly _task: TaskJson,
  ) {}
}

function compare(operator: string, field: string, values: AppFlowValue[]): AppFlowFilter {
  const [first, ...more] = values;
  if (first === undefined || more.some(({ _type }) => _type !== first._type)) {
    const types = values.map(({ _type }) => _type).join(', ');
    refuse(
      `"${field}" ${operator} with values of the types "${types}"`,
      'one value or more, of one type',
      'make a filter for each type',
    );
  }
  if (more.length === 0) return AppFlowFilter._of(field, operator, { DATA_TYPE: first._type, VALUE: first._text });
  const comma = values.find(({ _text }) => _text.includes(','));
  if (comma) {
    refuse(
      `"${field}" ${operator} "${comma._text}" among others`,
      'AppFlow separates the values by commas, so none of several may have one',
      'compare with this value alone',
    );
  }
  const VALUES = values.map(({ _text }) => _text).join(',');
  return AppFlowFilter._of(field, operator, { DATA_TYPE: first._type, VALUES });
}

function order(operator: string, field: string, value: AppFlowValue): AppFlowFilter {
  if (!value._ordered) {
    refuse(
      `"${field}" ${operator} "${value._text}" (${value._type})`,
      'numbers and times have an order',
      'use AppFlowValue.number or AppFlowValue.time',
    );
  }
  return AppFlowFilter._of(field, operator, { DATA_TYPE: value._type, VALUE: value._text });
}

function refuse(wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message('InvalidFilter', wrote, allowed, change));
}
