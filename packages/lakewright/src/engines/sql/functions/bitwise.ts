import type { TrinoType } from '../types/type';
import type { CallText, FunctionArea } from './entry';

const WIDTH: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, integer: 32, bigint: 64 };

function width(type: TrinoType): number {
  const bits = WIDTH[type.kind];
  if (bits === undefined) throw new Error(`not an integer: ${type.kind}`);
  return bits;
}

/**
 * Shifts the argument's own bits as an unsigned number of its width, and reads the result back as a signed one.
 * DuckDB's `<<` refuses negative numbers and overflow; 128-bit arithmetic doesn't.
 */
function shift(direction: 'left' | 'right'): (call: CallText) => string {
  return (call) => {
    const [value = '', bits = ''] = call.args;
    const modulus = 2n ** BigInt(width(call.result));
    // Java takes the last six bits of a negative distance.
    const distance = `CAST(CASE WHEN ${bits} < 0 THEN (${bits} % 64 + 64) % 64 ELSE ${bits} END AS DOUBLE)`;
    const factor = `CAST(pow(2, ${distance}) AS HUGEINT)`;
    const unsigned = `((CAST(${value} AS HUGEINT) + ${modulus}) % ${modulus})`;
    const moved =
      direction === 'left' ? `(${unsigned} * ${factor} % CAST('${modulus}' AS HUGEINT))` : `(${unsigned} // ${factor})`;
    const signed = `CASE WHEN ${moved} >= ${modulus / 2n} THEN ${moved} - ${modulus} ELSE ${moved} END`;
    const target = call.physical(call.result);
    return `CASE WHEN ${bits} >= ${width(call.result)} THEN CAST(CASE WHEN ${value} IS NOT NULL THEN 0 END AS ${target}) ELSE CAST(${signed} AS ${target}) END`;
  };
}

/** Bit patterns of integers. */
export const bitwise: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/bitwise.html',
  scalar: {
    'bitwise_and(bigint, bigint): bigint': '($1 & $2)',
    'bitwise_or(bigint, bigint): bigint': '($1 | $2)',
    'bitwise_xor(bigint, bigint): bigint': 'xor($1, $2)',
    'bitwise_not(bigint): bigint': '(~$1)',
    'bit_count(bigint, bigint): bigint': {
      sql: 'CAST(CASE WHEN $2 = 64 THEN bit_count($1) ELSE bit_count($1 & CAST((1::HUGEINT << CAST($2 AS HUGEINT)) - 1 AS BIGINT)) END AS BIGINT)',
      errors: [
        {
          when: '$2 < 2 OR $2 > 64',
          name: 'INVALID_FUNCTION_ARGUMENT',
          message: 'Bits specified in bit_count must be between 2 and 64',
        },
        {
          when: '$2 < 64 AND ($1 >= pow(2, $2 - 1) OR $1 < -pow(2, $2 - 1))',
          name: 'INVALID_FUNCTION_ARGUMENT',
          message: 'Number must be representable with the bits specified',
        },
      ],
    },
    'bitwise_left_shift(I, integer): I': { sql: shift('left') },
    'bitwise_right_shift(I, integer): I': { sql: shift('right') },
    'bitwise_right_shift_arithmetic(I, integer): I':
      'CAST(CASE WHEN $2 > 63 THEN CASE WHEN $1 < 0 THEN -1 WHEN $1 >= 0 THEN 0 END ELSE CAST($1 AS BIGINT) >> (CAST(CASE WHEN $2 < 0 THEN ($2 % 64 + 64) % 64 ELSE $2 END AS BIGINT)) END AS @R)',
  },
  aggregate: {
    'bitwise_and_agg(bigint): bigint': '{bit_and($D$1)}',
    'bitwise_or_agg(bigint): bigint': '{bit_or($D$1)}',
    'bitwise_xor_agg(bigint): bigint': '{bit_xor($D$1)}',
  },
};
