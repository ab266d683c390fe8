import { type ColumnInfo, columnInfo } from '../../../engines/sql/result';
import { VARCHAR } from '../../../engines/sql/types/build';
import { parseTypeText } from '../../../engines/sql/types/text';
import type { StoredColumn } from './execution';

/** `ColumnInfo` of a result's column; the lines of utility statements are of Hive's type `string`. */
export function describeColumn({ name, type }: StoredColumn): ColumnInfo {
  if (type !== 'string') return columnInfo({ name, type: parseTypeText(type) });
  return { ...columnInfo({ name, type: VARCHAR }), Type: 'string', Precision: 0, CaseSensitive: false };
}
