import { NotCoveredError } from '../../../engines/sql/errors';
import { quoteName } from '../../../engines/sql/types/physical';
import { typeText } from '../../../engines/sql/types/text';
import type { TrinoType } from '../../../engines/sql/types/type';
import { literal } from '../tables/table-engine';
import type { OutputFormat } from './output-format';

const INSTEAD = 'write PARQUET, ORC or AVRO, or CAST the column';

export interface WriteColumn {
  readonly name: string;
  readonly type: TrinoType;
  /** SQL over the source relation. */
  readonly sql: string;
}

/** A row as one line of a text or JSON file. */
export function lineSql(columns: readonly WriteColumn[], format: OutputFormat): string {
  if (format.kind === 'orc' || format.kind === 'avro') {
    const members = columns.map((column, index) => `${quoteName(`c${index}`)} := ${rowValue(column)}`);
    return `CAST(to_json(struct_pack(${members.join(', ')})) AS VARCHAR)`;
  }
  if (format.kind === 'json') {
    const members = columns.map((column) => `${quoteName(column.name)} := ${jsonValue(column)}`);
    return `CAST(to_json(struct_pack(${members.join(', ')})) AS VARCHAR)`;
  }
  const fields = columns.map((column) => `coalesce(${textValue(column)}, ${literal(format.nullText)})`);
  return fields.join(` || ${literal(format.delimiter)} || `);
}

/** As LazySimpleSerDe reads it back. */
function textValue({ name, type, sql }: WriteColumn): string {
  switch (type.kind) {
    case 'varchar':
    case 'char':
    case 'json':
      return sql;
    case 'real':
    case 'double':
      return `CASE WHEN isinf(${sql}) THEN if(${sql} > 0, 'Infinity', '-Infinity') WHEN isnan(${sql}) THEN 'NaN' ELSE CAST(${sql} AS VARCHAR) END`;
    case 'varbinary':
      return `to_base64(${sql})`;
    case 'array':
    case 'map':
    case 'row':
      throw new NotCoveredError(`writing column ${name} of type ${typeText(type)} to TEXTFILE`, undefined, INSTEAD);
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}

/** JSON has no numbers for NaN and the infinities. */
function rowValue({ type, sql }: WriteColumn): string {
  return ['real', 'double', 'varbinary', 'decimal'].includes(type.kind) ? `CAST(${sql} AS VARCHAR)` : sql;
}

function jsonValue({ name, type, sql }: WriteColumn): string {
  if (type.kind === 'varbinary')
    throw new NotCoveredError(`writing column ${name} of type varbinary to JSON`, undefined, INSTEAD);
  return sql;
}
