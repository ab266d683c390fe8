import type { CallText } from './entry';

/** What a HyperLogLog is made from, as aggregates over a column of hashes. */
interface Registers {
  /** How many different buckets of 26 bits, which decides its form. */
  readonly count: string;
  /** At most `SPARSE_ENTRIES` of them, for the sparse form. */
  readonly entries: string;
  /** What changes the dense form: bounded by its size, however many rows there are. */
  readonly registers: string;
}

/** More than any sparse form holds. */
const SPARSE_ENTRIES = 10_000;

/** `value` is what the hash is of: where it's NULL, nothing is added. */
export function registersOf(hash: string, value: string, indexBits: number, call: CallText): Registers {
  const condition = `${value} IS NOT NULL`;
  const entry = `lw_hll_entry(${hash})`;
  const registers = call.aggregate(`list(DISTINCT lw_hll_register(${hash}, ${indexBits}))`, condition);
  return {
    count: call.aggregate(`count(DISTINCT ${entry} >> 6)`, condition),
    entries: `CAST(${call.aggregate(`min(DISTINCT ${entry}, ${SPARSE_ENTRIES})`, condition)} AS DOUBLE[])`,
    registers: `CAST(${registers} AS DOUBLE[])`,
  };
}
