import type { ResultColumn } from '../contract';
import { baseTypeName } from '../types/text';
import type { TrinoType } from '../types/type';

/** `ColumnInfo` of Athena's GetQueryResults. */
export interface ColumnInfo {
  readonly CatalogName: string;
  readonly SchemaName: string;
  readonly TableName: string;
  readonly Name: string;
  readonly Label: string;
  readonly Type: string;
  readonly Precision: number;
  readonly Scale: number;
  readonly Nullable: 'UNKNOWN';
  readonly CaseSensitive: boolean;
}

const PRECISIONS: Readonly<Partial<Record<TrinoType['kind'], number>>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  real: 17,
  double: 17,
  varbinary: 1_073_741_824,
};
const UNBOUNDED = 2_147_483_647;

/** Athena describes a column by the first word of its type, with these precisions; the other types have 0. */
export function columnInfo({ name, type }: ResultColumn): ColumnInfo {
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: baseTypeName(type),
    Precision: precisionOf(type),
    Scale: type.kind === 'decimal' ? type.scale : 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: type.kind === 'varchar' || type.kind === 'char',
  };
}

function precisionOf(type: TrinoType): number {
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return type.length ?? UNBOUNDED;
    case 'decimal':
    case 'timestamp':
    case 'time':
    case 'timestamp with time zone':
    case 'time with time zone':
      return type.precision;
    default:
      return PRECISIONS[type.kind] ?? 0;
  }
}
