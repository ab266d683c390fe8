import { LakeError } from '@lakewright/core';
import { type TaskJson, taskJson } from './private/app-flow-task';

/** Name and type of a column. */
export interface AppFlowFieldOptions {
  /**
   * The column's name.
   * @default the field's
   */
  readonly column?: string;

  /**
   * The field's type as the application calls it: `string`, `double`, `datetime`.
   * @default what AppFlow finds in the application
   */
  readonly sourceType?: string;

  /**
   * The column's type.
   * @default sourceType
   */
  readonly columnType?: string;
}

/** How the fields of a concatenation are put together. */
export interface AppFlowConcatenationOptions {
  /**
   * Between two values.
   * @default " "
   */
  readonly separator?: string;
}

/** A column of a flow's files: a field of the application, or one made of several. */
export class AppFlowField {
  /**
   * A field as it is, or renamed.
   *
   * @param field the application's name of it
   * @param options the column's name, types
   */
  public static of(field: string, options: AppFlowFieldOptions = {}): AppFlowField {
    const column = options.column ?? field;
    const { sourceType, columnType = sourceType } = options;
    const properties = { SOURCE_DATA_TYPE: sourceType, DESTINATION_DATA_TYPE: columnType };
    return new AppFlowField(column, [field], [field], [taskJson('Map', 'NO_OP', [field], properties, column)]);
  }

  /**
   * Texts put together.
   *
   * @param column the column's name
   * @param fields two or more
   * @param options what is between them
   * @throws `InvalidComputation` for fewer than two fields
   */
  public static concatenation(
    column: string,
    fields: string[],
    options: AppFlowConcatenationOptions = {},
  ): AppFlowField {
    if (fields.length < 2) {
      throw new Error(
        LakeError.message(
          'InvalidComputation',
          `a concatenation of "${fields.join(', ')}"`,
          'two fields or more',
          'add a field, or use AppFlowField.of',
        ),
      );
    }
    const format = fields.map((field) => `\${${field}}`).join(options.separator ?? ' ');
    return computed('Merge', 'NO_OP', column, fields, { CONCAT_FORMAT: format }, 'string');
  }

  /**
   * Two numbers added.
   *
   * @param column the column's name
   * @param left a field
   * @param right a field
   */
  public static sum(column: string, left: string, right: string): AppFlowField {
    return arithmetic('ADDITION', column, left, right);
  }

  /**
   * One number less another.
   *
   * @param column the column's name
   * @param left a field
   * @param right a field
   */
  public static difference(column: string, left: string, right: string): AppFlowField {
    return arithmetic('SUBTRACTION', column, left, right);
  }

  /**
   * Two numbers multiplied.
   *
   * @param column the column's name
   * @param left a field
   * @param right a field
   */
  public static product(column: string, left: string, right: string): AppFlowField {
    return arithmetic('MULTIPLICATION', column, left, right);
  }

  /**
   * One number divided by another.
   *
   * @param column the column's name
   * @param left a field
   * @param right a field
   */
  public static quotient(column: string, left: string, right: string): AppFlowField {
    return arithmetic('DIVISION', column, left, right);
  }

  /** @internal */
  public static _computed(column: string, fields: string[], tasks: TaskJson[]): AppFlowField {
    return new AppFlowField(column, [], fields, tasks);
  }

  private constructor(
    /** @internal */
    public readonly _column: string,
    /** @internal Fields that masks and validations can name. */
    public readonly _mapped: string[],
    /** @internal Fields that have to be read. */
    public readonly _reads: string[],
    /** @internal */
    public readonly _tasks: TaskJson[],
  ) {}
}

/** What `AppFlowMapping.all` leaves out. */
export interface AppFlowAllFieldsOptions {
  /**
   * Fields that aren't taken.
   * @default all are taken
   */
  readonly excluding?: string[];
}

/** Which fields a flow takes. */
export class AppFlowMapping {
  /**
   * All fields, under their names. The default.
   *
   * @param options what to leave out
   */
  public static all(options: AppFlowAllFieldsOptions = {}): AppFlowMapping {
    const excluding = options.excluding ?? [];
    const task = taskJson('Map_all', 'NO_OP', [], { EXCLUDE_SOURCE_FIELDS_LIST: JSON.stringify(excluding) });
    return new AppFlowMapping([task], [], undefined, excluding);
  }

  /**
   * These fields.
   *
   * @param fields at least one
   * @throws `EmptyMapping`, `DuplicateDestinationField`, `InvalidComputation`
   */
  public static fields(...fields: AppFlowField[]): AppFlowMapping {
    if (fields.length === 0) {
      throw new Error(
        LakeError.message('EmptyMapping', 'a mapping of no fields', 'at least one', 'use AppFlowMapping.all()'),
      );
    }
    const columns = fields.map(({ _column }) => _column);
    const twice = columns.find((column, index) => columns.indexOf(column) !== index);
    if (twice !== undefined) {
      throw new Error(
        LakeError.message(
          'DuplicateDestinationField',
          `column "${twice}" twice`,
          'each column once',
          'give one of the fields another name: AppFlowField.of(field, { column })',
        ),
      );
    }
    checkComputations(fields);
    return new AppFlowMapping(
      fields.flatMap(({ _tasks }) => _tasks),
      [...new Set(fields.flatMap(({ _reads }) => _reads))],
      fields.flatMap(({ _mapped }) => _mapped),
      [],
    );
  }

  private constructor(
    /** @internal */
    public readonly _tasks: TaskJson[],
    /** @internal Fields that the mapping has to read; of no meaning for all fields. */
    public readonly _reads: string[],
    /** @internal Fields of which there is a column; undefined for all. */
    public readonly _mapped: string[] | undefined,
    /** @internal */
    public readonly _excluding: string[],
  ) {}
}

function arithmetic(operator: string, column: string, left: string, right: string): AppFlowField {
  const order = { MATH_OPERATION_FIELDS_ORDER: `${left},${right}` };
  return computed('Arithmetic', operator, column, [left, right], order, 'double');
}

/** AppFlow computes into a field named after those it is made of, and maps that one to the column. */
function computed(
  type: string,
  operator: string,
  column: string,
  fields: string[],
  properties: Record<string, string>,
  columnType: string,
): AppFlowField {
  const between = fields.join(',');
  const types = { SOURCE_DATA_TYPE: 'string', DESTINATION_DATA_TYPE: columnType };
  return AppFlowField._computed(column, fields, [
    taskJson(type, operator, fields, properties, between),
    taskJson('Map', 'NO_OP', [between], types, column),
  ]);
}

/** Two results of the same fields would have one name. */
function checkComputations(fields: AppFlowField[]): void {
  const between = fields
    .flatMap(({ _tasks }) => _tasks)
    .filter(({ taskType }) => taskType === 'Merge' || taskType === 'Arithmetic')
    .map(({ destinationField }) => destinationField);
  const twice = between.find((name, index) => between.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new Error(
    LakeError.message(
      'InvalidComputation',
      `two columns computed of the fields "${twice}" in this order`,
      'AppFlow names the result after its fields, so there can be one',
      'compute the second one after the data has arrived',
    ),
  );
}
