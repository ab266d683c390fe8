import { type ScalarFunction, scalar } from '../support';

/** The stored integer of a decimal's text with zeros added: `-1.50`, 2 → -15000. */
const stored = (text: string, zeros: bigint): bigint => BigInt(text.replace('.', '')) * 10n ** zeros;

/** HALF_UP. */
function quotient(dividend: bigint, divisor: bigint): bigint {
  const [n, d] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const size = (2n * n + d) / (2n * d);
  return dividend < 0n === divisor < 0n ? size : -size;
}

/**
 * Decimals whose intermediate results don't fit into DuckDB's 128 bits. Results are stored integers; division by zero,
 * which is checked before, gives NULL: functions run over values that no row in question has.
 */
export const wideDecimalScalars: readonly ScalarFunction[] = [
  scalar('lw_wide_quotient', ['VARCHAR', 'VARCHAR', 'BIGINT', 'BIGINT'], 'VARCHAR', (left, right, ...zeros) => {
    const divisor = stored(right, zeros[1]);
    return divisor === 0n ? null : String(quotient(stored(left, zeros[0]), divisor));
  }),
  scalar('lw_wide_remainder', ['VARCHAR', 'VARCHAR', 'BIGINT', 'BIGINT'], 'VARCHAR', (left, right, ...zeros) => {
    const divisor = stored(right, zeros[1]);
    return divisor === 0n ? null : String(stored(left, zeros[0]) % divisor);
  }),
];
