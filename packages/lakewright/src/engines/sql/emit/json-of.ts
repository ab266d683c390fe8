import { NotCoveredError } from '../errors';
import * as build from '../types/build';
import { physicalFields, physicalType, quoteName } from '../types/physical';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { castSql } from './casts';
import { bindOnce, check, fresh, quoteText } from './text';
import { textOf } from './text-of';

/** `CAST(value AS JSON)`: canonical JSON text. The operand may be named several times: it's short. */
export function jsonOf(x: string, type: TrinoType): string {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return `CAST(${x} AS VARCHAR)`;
    case 'decimal':
      return type.scale > 6 ? `lw_java_decimal(CAST(${x} AS VARCHAR))` : textOf(x, type);
    case 'double':
    case 'real':
      return jsonNumber(x, type);
    case 'varchar':
      return `lw_jquote(${x})`;
    case 'char':
      return `lw_jquote(${textOf(x, type)})`;
    case 'json':
      return x;
    case 'date':
    case 'timestamp':
    case 'timestamp with time zone':
      return `('"' || ${textOf(x, type)} || '"')`;
    case 'unknown':
      return 'CAST(NULL AS VARCHAR)';
    case 'array': {
      const e = fresh('e');
      const items = `list_transform(${x}, lambda ${e}: coalesce(${jsonOf(e, type.element)}, 'null'))`;
      return `('[' || CASE WHEN len(${x}) = 0 THEN '' ELSE array_to_string(${items}, ',') END || ']')`;
    }
    case 'map':
      return jsonMap(x, type);
    case 'row': {
      const members = physicalFields(type.fields).map((field, index) => {
        const name = quoteText(`${JSON.stringify(type.fields[index]?.name ?? '')}:`);
        return `${name} || coalesce(${jsonOf(`struct_extract_at(${x}, ${index + 1})`, field.type)}, 'null')`;
      });
      return `CASE WHEN ${x} IS NULL THEN NULL ELSE '{' || ${members.join(" || ',' || ")} || '}' END`;
    }
    default:
      throw new NotCoveredError(`CAST of ${typeText(type)} to json`);
  }
}

/** As Java prints doubles; NaN and the infinities are strings. */
const jsonNumber = (x: string, type: TrinoType): string =>
  `CASE WHEN NOT isfinite(${x}) THEN '"' || ${javaNumber(x, type)} || '"' ELSE ${javaNumber(x, type)} END`;

function javaNumber(x: string, type: TrinoType): string {
  if (type.kind === 'real') return `lw_java_real(${x})`;
  const plain = `${x} = 0 OR (abs(${x}) >= 0.001 AND abs(${x}) < 10000000)`;
  return `CASE WHEN ${plain} THEN CAST(${x} AS VARCHAR) ELSE lw_d2s(CAST(${x} AS DOUBLE)) END`;
}

/** Keys in order: JSON objects are canonical in Trino. */
function jsonMap(x: string, type: build.MapType): string {
  const e = fresh('e');
  const key = build.isFloating(type.key) ? javaNumber(`${e}.key`, type.key) : textOf(`${e}.key`, type.key);
  const value = jsonOf(`${e}.value`, type.value);
  const entries = `list_transform(map_entries(${x}), lambda ${e}: lw_jquote(${key}) || ':' || coalesce(${value}, 'null'))`;
  return `('{' || CASE WHEN cardinality(${x}) = 0 THEN '' ELSE array_to_string(list_sort(${entries}), ',') END || '}')`;
}

/** `CAST(json AS type)`. */
export function castFromJson(x: string, to: TrinoType): string {
  const target = physicalType(to);
  switch (to.kind) {
    case 'varchar':
    case 'char': {
      const { length } = to;
      if (length === undefined) return `lw_jcast(${x}, 'varchar')`;
      // Trino doesn't cut the text, it fails.
      return bindOnce([`lw_jcast(${x}, 'varchar')`], ([text = '']) =>
        check(
          `length(${text}) > ${length}`,
          'GENERIC_INTERNAL_ERROR',
          `Character count exceeds length limit ${length}`,
          to,
          castSql(text, build.VARCHAR, to),
        ),
      );
    }
    case 'boolean':
      return `CAST(lw_jcast(${x}, 'boolean') AS BOOLEAN)`;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return `CAST(lw_jcast(${x}, 'integer') AS ${target})`;
    case 'decimal':
      return `CAST(lw_jcast(${x}, 'decimal') AS ${target})`;
    case 'double':
    case 'real':
      return `CAST(lw_jcast(${x}, 'double') AS ${target})`;
    case 'array': {
      const e = fresh('e');
      return `list_transform(${texts(`lw_jitems(${x})`)}, lambda ${e}: ${castSql(e, build.JSON_TYPE, to.element)})`;
    }
    case 'map': {
      const e = fresh('e');
      const keys = `list_transform(${texts(`lw_jkeys(${x})`)}, lambda ${e}: ${castSql(e, build.VARCHAR, to.key)})`;
      const values = `list_transform(${texts(`lw_jvals(${x})`)}, lambda ${e}: ${castSql(e, build.JSON_TYPE, to.value)})`;
      return `CASE WHEN lw_jkeys(${x}) IS NULL THEN NULL ELSE map(${keys}, ${values}) END`;
    }
    case 'row': {
      const fields = physicalFields(to.fields).map((field, index) => {
        const name = quoteText((to.fields[index]?.name ?? '').toLowerCase());
        const value = castSql(
          `lw_jfield(${x}, ${index}::BIGINT, ${name}, ${to.fields.length}::BIGINT)`,
          build.JSON_TYPE,
          field.type,
        );
        return `${quoteName(field.name)}: ${value}`;
      });
      return `CASE WHEN ${x} IS NULL OR ${x} = 'null' THEN NULL ELSE {${fields.join(', ')}} END`;
    }
    default:
      throw new NotCoveredError(`CAST of json to ${typeText(to)}`);
  }
}

/** A JSON array of strings → a list. */
const texts = (json: string): string => `CAST(from_json(${json}, '["VARCHAR"]') AS VARCHAR[])`;
