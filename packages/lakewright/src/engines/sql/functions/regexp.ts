import type { FunctionArea } from './entry';
import { longest, textLength } from './string';

/** Lists cross the JavaScript boundary as JSON text: DuckDB's scalar functions can't return lists from JavaScript. */
const list = (call: string): string => `CAST(from_json(${call}, '["VARCHAR"]') AS VARCHAR[])`;

/** Regular expressions with Java's syntax (Trino's default library, joni, and Athena's). */
export const regexp: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/regexp.html',
  scalar: {
    'regexp_like(varchar, varchar): boolean': 'lw_re_like($1, $2)',
    'regexp_count(varchar, varchar): bigint': 'lw_re_count($1, $2)',
    'regexp_extract(varchar(n), varchar): varchar(n)': 'lw_re_extract($1, $2, 0::BIGINT)',
    'regexp_extract(varchar(n), varchar, bigint): varchar(n)': { sql: 'lw_re_extract($1, $2, $3)' },
    'regexp_extract_all(varchar(n), varchar): array(varchar(n))': list('lw_re_extract_all($1, $2, 0::BIGINT)'),
    'regexp_extract_all(varchar(n), varchar, bigint): array(varchar(n))': list('lw_re_extract_all($1, $2, $3)'),
    'regexp_split(varchar(n), varchar): array(varchar(n))': list('lw_re_split($1, $2)'),
    'regexp_replace(varchar(n), varchar): varchar(n)': "lw_re_replace($1, $2, '')",
    'regexp_replace(varchar(n), varchar, varchar(m)): varchar': {
      sql: 'lw_re_replace($1, $2, $3)',
      // Trino's own bound (JoniRegexpFunctions.regexpReplace).
      type: ({ types }) => {
        const [text, by] = [textLength(types[0]), textLength(types[2])];
        return longest(text + Math.max(Math.floor((text * by) / 2), by) * (text + 1));
      },
    },
    'regexp_replace(varchar, varchar, (array(varchar))->varchar(n)): varchar': {
      sql: (call) => {
        const [text = '', pattern = ''] = call.args;
        const [part, groups] = [call.fresh('e'), call.fresh('g')];
        const pieces = `CAST(from_json(lw_re_pieces(${text}, ${pattern}), '["JSON"]') AS JSON[])`;
        const captured = `CAST(from_json(${part}, '["VARCHAR"]') AS VARCHAR[])`;
        // Plain text comes as a JSON string, a match as the JSON array of its groups.
        const replaced = `list_transform([${captured}], lambda ${groups}: ${call.lambda(2, [groups])})[1]`;
        const parts = `list_transform(${pieces}, lambda ${part}: CASE WHEN json_type(${part}) = 'ARRAY' THEN ${replaced} ELSE ${part} ->> '$' END)`;
        const all = call.fresh('a');
        // One NULL makes all of it NULL.
        const joined = `list_transform([${parts}], lambda ${all}: CASE WHEN list_count(${all}) = len(${all}) THEN array_to_string(${all}, '') END)[1]`;
        return `CASE WHEN ${text} IS NULL OR ${pattern} IS NULL THEN NULL ELSE ${joined} END`;
      },
    },
    'regexp_position(varchar, varchar): integer': 'CAST(lw_re_position($1, $2, 1::BIGINT, 1::BIGINT) AS INTEGER)',
    'regexp_position(varchar, varchar, integer): integer': 'CAST(lw_re_position($1, $2, $3, 1::BIGINT) AS INTEGER)',
    'regexp_position(varchar, varchar, integer, integer): integer': 'CAST(lw_re_position($1, $2, $3, $4) AS INTEGER)',
  },
};
