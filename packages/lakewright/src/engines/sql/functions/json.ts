import type { CallText, FunctionArea } from './entry';

/** `$.a.b` with plain identifiers: DuckDB reads it as Trino does. */
const SIMPLE_PATH = /^\$(\.[A-Za-z_]\w*)+$/;

/**
 * Natively where DuckDB's answer is provably Trino's: a literal path of identifiers, and a value that isn't a fraction
 * (DuckDB reprints 12.50 as 12.5). JavaScript otherwise, which is some 20 times slower.
 */
function scalarAt(call: CallText): string {
  const [json = '', path = ''] = call.args;
  const literal = call.literals[1];
  if (typeof literal !== 'string' || !SIMPLE_PATH.test(literal)) return `lw_json_scalar(${json}, ${path})`;
  const text = `json_extract_string(${json}, ${path})`;
  return (
    `CASE WHEN json_valid(${json}) THEN CASE json_type(${json}, ${path}) WHEN 'VARCHAR' THEN ${text} ` +
    `WHEN 'UBIGINT' THEN ${text} WHEN 'BIGINT' THEN CASE ${text} WHEN '0' THEN '-0' ELSE ${text} END WHEN 'BOOLEAN' THEN ${text} ` +
    `WHEN 'DOUBLE' THEN lw_json_scalar(${json}, ${path}) END ELSE lw_json_scalar(${json}, ${path}) END`
  );
}

/** No text of JSON has an infinity or NaN, so Trino doesn't look whether it is JSON. */
const CONTAINS_DOUBLE =
  "CASE WHEN $1 IS NOT NULL AND NOT isfinite($2) THEN false ELSE lw_json_contains($1, 'd', lw_d2s($2)) END";

/** JSON. A json value is carried as its canonical text. */
export const json: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/json.html',
  scalar: {
    'json_parse(varchar): json': 'lw_json_parse($1)',
    'json_format(json): varchar': '$1',
    'json_extract(json, varchar): json': 'lw_json_extract($1, $2)',
    'json_extract(varchar, varchar): json': 'lw_json_extract($1, $2)',
    'json_extract_scalar(json, varchar): varchar': { sql: scalarAt },
    'json_extract_scalar(varchar(n), varchar): varchar(n)': { sql: scalarAt },
    'json_array_length(json): bigint': 'lw_json_len($1)',
    'json_array_length(varchar): bigint': 'lw_json_len($1)',
    'json_size(json, varchar): bigint': 'lw_json_size($1, $2)',
    'json_size(varchar, varchar): bigint': 'lw_json_size($1, $2)',
    'is_json_scalar(json): boolean': 'lw_json_isscalar($1)',
    'is_json_scalar(varchar): boolean': 'lw_json_isscalar($1)',
    'json_array_get(json, bigint): json': 'lw_json_get($1, $2)',
    'json_array_get(varchar, bigint): json': 'lw_json_get($1, $2)',
    'json_array_contains(varchar, bigint): boolean': "lw_json_contains($1, 'n', CAST($2 AS VARCHAR))",
    'json_array_contains(varchar, double): boolean': CONTAINS_DOUBLE,
    'json_array_contains(varchar, varchar): boolean': "lw_json_contains($1, 's', $2)",
    'json_array_contains(varchar, boolean): boolean': "lw_json_contains($1, 'b', CAST($2 AS VARCHAR))",
    'json_array_contains(json, bigint): boolean': "lw_json_contains($1, 'n', CAST($2 AS VARCHAR))",
    'json_array_contains(json, double): boolean': CONTAINS_DOUBLE,
    'json_array_contains(json, varchar): boolean': "lw_json_contains($1, 's', $2)",
    'json_array_contains(json, boolean): boolean': "lw_json_contains($1, 'b', CAST($2 AS VARCHAR))",
  },
  notCovered: ['json_table'],
};
