import { type TaskJson, taskJson } from './private/app-flow-task';

/** What becomes of a record that a validation doesn't let pass. */
export enum OnInvalidRecord {
  /** The record is left out; the run goes on and counts it. */
  DROP = 'DropRecord',
  /** The run ends with an error. */
  TERMINATE = 'DropDataset',
}

/** Which records may pass. */
export class AppFlowValidation {
  /**
   * The field has a value.
   *
   * @param field the application's name of it
   * @param otherwise what becomes of the others
   */
  public static nonNull(field: string, otherwise: OnInvalidRecord): AppFlowValidation {
    return validation('VALIDATE_NON_NULL', field, otherwise);
  }

  /**
   * The number isn't zero.
   *
   * @param field the application's name of it
   * @param otherwise what becomes of the others
   */
  public static nonZero(field: string, otherwise: OnInvalidRecord): AppFlowValidation {
    return validation('VALIDATE_NON_ZERO', field, otherwise);
  }

  /**
   * The number is zero or more.
   *
   * @param field the application's name of it
   * @param otherwise what becomes of the others
   */
  public static nonNegative(field: string, otherwise: OnInvalidRecord): AppFlowValidation {
    return validation('VALIDATE_NON_NEGATIVE', field, otherwise);
  }

  /**
   * The value is a number.
   *
   * @param field the application's name of it
   * @param otherwise what becomes of the others
   */
  public static numeric(field: string, otherwise: OnInvalidRecord): AppFlowValidation {
    return validation('VALIDATE_NUMERIC', field, otherwise);
  }

  /** @internal */
  public static _of(field: string, task: TaskJson): AppFlowValidation {
    return new AppFlowValidation(field, task);
  }

  private constructor(
    /** @internal */
    public readonly _field: string,
    /** @internal */
    public readonly _task: TaskJson,
  ) {}
}

function validation(operator: string, field: string, otherwise: OnInvalidRecord): AppFlowValidation {
  const properties = { VALIDATION_ACTION: otherwise };
  return AppFlowValidation._of(field, taskJson('Validate', operator, [field], properties));
}
