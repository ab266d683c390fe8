import type { TrinoType } from '../sql/types/type';
import type { Cell } from './cell';

export interface FormatColumn {
  /** Lower case. */
  readonly name: string;
  readonly type: TrinoType;
}

export interface SerdeOptions {
  /** All data columns of the table, in order. */
  readonly columns: readonly FormatColumn[];
  /** SerDe parameters, over the table's. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Turns a line of a text file into the table's columns. Throws `SqlError` HIVE_CURSOR_ERROR or HIVE_BAD_DATA. */
export type LineDecoder = (line: string) => readonly Cell[];
