import { LakeError } from '@lakewright/core';
import { type TaskJson, taskJson } from './private/app-flow-task';

/** How a value is masked. */
export interface AppFlowMaskOptions {
  /**
   * The character that is seen instead.
   * @default "*"
   */
  readonly character?: string;
}

/** Changes values of one field on their way: personal data needn't arrive in the lake in clear. */
export class AppFlowTransform {
  /**
   * Nothing of the value is seen but mask characters. AWS doesn't document whether their number tells the value's length.
   *
   * @param field the application's name of it
   * @param options the mask
   */
  public static maskAll(field: string, options: AppFlowMaskOptions = {}): AppFlowTransform {
    return mask('MASK_ALL', field, 5, options);
  }

  /**
   * The first characters are masked.
   *
   * @param field the application's name of it
   * @param length how many, at least 1
   * @param options the mask
   */
  public static maskFirst(field: string, length: number, options: AppFlowMaskOptions = {}): AppFlowTransform {
    return mask('MASK_FIRST_N', field, length, options);
  }

  /**
   * The last characters are masked.
   *
   * @param field the application's name of it
   * @param length how many, at least 1
   * @param options the mask
   */
  public static maskLast(field: string, length: number, options: AppFlowMaskOptions = {}): AppFlowTransform {
    return mask('MASK_LAST_N', field, length, options);
  }

  /**
   * Longer values are cut.
   *
   * @param field the application's name of it
   * @param length how many characters are kept, at least 1
   */
  public static truncate(field: string, length: number): AppFlowTransform {
    const properties = { TRUNCATE_LENGTH: count(length, field) };
    return AppFlowTransform._of(field, taskJson('Truncate', 'NO_OP', [field], properties));
  }

  /** @internal */
  public static _of(field: string, task: TaskJson): AppFlowTransform {
    return new AppFlowTransform(field, task);
  }

  private constructor(
    /** @internal */
    public readonly _field: string,
    /** @internal */
    public readonly _task: TaskJson,
  ) {}
}

function mask(operator: string, field: string, length: number, { character = '*' }: AppFlowMaskOptions) {
  if ([...character].length !== 1) {
    refuse(`the mask "${character}" for "${field}"`, 'one character', 'write one, like "*"');
  }
  const properties = { MASK_LENGTH: count(length, field), MASK_VALUE: character };
  return AppFlowTransform._of(field, taskJson('Mask', operator, [field], properties));
}

function count(length: number, field: string): string {
  if (!Number.isInteger(length) || length < 1) {
    refuse(`length "${length}" for "${field}"`, 'a whole number, at least 1', 'say how many characters');
  }
  return String(length);
}

function refuse(wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message('InvalidTransform', wrote, allowed, change));
}
