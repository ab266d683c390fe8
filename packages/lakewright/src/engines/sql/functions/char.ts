import type { TrinoType } from '../types/type';
import type { BehaviourSpec, CallText, CallTypes, FunctionArea } from './entry';
import { string, WHITESPACE } from './string';

/**
 * Functions of `char(n)`. It's carried without its trailing blanks, and never becomes a varchar by itself: what has no
 * overload here doesn't take a char.
 */
export const char: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/string.html',
  scalar: {
    'length(char(n)): bigint': {
      sql: (call) => `CASE WHEN ${call.args[0]} IS NOT NULL THEN CAST(${charLength(call)} AS BIGINT) END`,
    },
    'lower(char(n)): char(n)': 'CASE WHEN strlen($1) = length($1) THEN lower($1) ELSE lw_lower($1) END',
    'upper(char(n)): char(n)': 'CASE WHEN strlen($1) = length($1) THEN upper($1) ELSE lw_upper($1) END',
    'trim(char(n)): varchar(n)': `trim($1, ${WHITESPACE})`,
    'ltrim(char(n)): varchar(n)': `ltrim($1, ${WHITESPACE})`,
    'rtrim(char(n)): varchar(n)': `rtrim($1, ${WHITESPACE})`,
    'trim(char(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE trim($1, $2) END",
    'ltrim(char(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE ltrim($1, $2) END",
    'rtrim(char(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE rtrim($1, $2) END",
    // Trino's own fails for text that isn't ASCII: it counts bytes where the type counts characters.
    'reverse(char(n)): char(n)': {
      sql: (call) => `rtrim(reverse(${padded(call, 0)}), ' ')`,
      errors: [
        { when: 'strlen($1) <> length($1)', name: 'GENERIC_INTERNAL_ERROR', message: 'Index out of bounds' },
        {
          when: "$1 = '' OR starts_with($1, ' ')",
          name: 'GENERIC_INTERNAL_ERROR',
          message: 'Slice representing Char should not have trailing spaces',
        },
      ],
    },
    'substr(char(n), bigint): varchar(n)': onPadded('substr(varchar(n), bigint): varchar(n)'),
    'substr(char(n), bigint, bigint): varchar(n)': onPadded('substr(varchar(n), bigint, bigint): varchar(n)'),
    'substring(char(n), bigint): varchar(n)': onPadded('substr(varchar(n), bigint): varchar(n)'),
    'substring(char(n), bigint, bigint): varchar(n)': onPadded('substr(varchar(n), bigint, bigint): varchar(n)'),
    'lpad(char(n), bigint, varchar): varchar': onPadded('lpad(varchar, bigint, varchar): varchar'),
    'to_utf8(char(n)): varbinary': { sql: (call) => `encode(${padded(call, 0)})` },
    'concat(char(n), char(m)): char(n)': { sql: concat, type: joinedLength },
  },
};

function charLength(call: CallTypes, argument = 0): number {
  const type = call.types[argument];
  if (type?.kind !== 'char') throw new Error(`not a char: ${type?.kind}`);
  return type.length;
}

/** The argument with its trailing blanks. */
function padded(call: CallText, argument: number): string {
  return `rpad(${call.args[argument]}, ${charLength(call, argument)}, ' ')`;
}

/** The behaviour of varchar's overload on the first argument with its trailing blanks. */
function onPadded(signature: string): BehaviourSpec {
  const behaviour = string.scalar?.[signature];
  if (typeof behaviour !== 'object' || typeof behaviour.sql !== 'string') throw new Error(`no template: ${signature}`);
  const { sql, errors } = behaviour;
  // A trailing blank at least: the length counts, whatever the value is.
  return {
    ...behaviour,
    sql: (call) =>
      sql.replace(/\$(\d)/g, (_match, n: string) => (n === '1' ? padded(call, 0) : (call.args[Number(n) - 1] ?? ''))),
    errors: errors?.filter(({ when }) => !when.includes('$1')),
  };
}

function concat(call: CallText): string {
  return `rtrim(${call.args.map((_, argument) => padded(call, argument)).join(' || ')}, ' ')`;
}

function joinedLength(call: CallTypes): TrinoType {
  return { kind: 'char', length: charLength(call, 0) + charLength(call, 1) };
}
