import { type ColumnInfo, columnInfo } from '../../../engines/sql/result';
import { parseTypeText } from '../../../engines/sql/types/text';
import type { StoredColumn } from './execution';

/** `ColumnInfo` of a result's column; the lines of utility statements are of Hive's type `string`. */
export function describeColumn({ name, type }: StoredColumn): ColumnInfo {
  if (type !== 'string') return columnInfo({ name, type: parseTypeText(type) });
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: 'string',
    Precision: 0,
    Scale: 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: false,
  };
}
