import { LakeError } from '@lakewright/core';
import type { SheetConfig } from './private/file-drop-config';

/** Which sheets of a workbook are taken. */
export class SheetSelection {
  /**
   * One sheet by its place.
   *
   * @param index counted from 1, hidden ones too
   * @throws `InvalidSheet`
   */
  public static index(index: number): SheetSelection {
    if (!Number.isInteger(index) || index < 1) {
      throw new Error(
        LakeError.message(
          'InvalidSheet',
          `sheet "${index}"`,
          'sheets are counted from 1',
          'use SheetSelection.index(1)',
        ),
      );
    }
    return new SheetSelection({ kind: 'index', index });
  }

  /**
   * One sheet by its name; a workbook without it is refused.
   *
   * @param name exactly as in the workbook
   */
  public static named(name: string): SheetSelection {
    return new SheetSelection({ kind: 'name', name });
  }

  /** Each sheet that has a cell, to a Parquet file of its own; all of them must fit the schema. */
  public static all(): SheetSelection {
    return new SheetSelection({ kind: 'all' });
  }

  private constructor(
    /** @internal */
    public readonly _config: SheetConfig,
  ) {}
}
