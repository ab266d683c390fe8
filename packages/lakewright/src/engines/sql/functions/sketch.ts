import { NotCoveredError, SqlError } from '../errors';
import { limited, SINGLES } from './aggregate-approximate';
import type { Behaviour, CallText, FunctionArea } from './entry';
import { registersOf } from './hyper-log-log';

/** `approx_set`: 4,096 buckets. */
const APPROX_SET_BITS = 12;
/** A set digest: 2,048 buckets, and the lowest hashes. */
const SET_DIGEST_BITS = 11;
const SET_DIGEST_HASHES = 8192;

const exact = "Trino's own sketch: the same estimate and the same bytes";
const splitNote = 'over as many values as approx_percentile; over more only where an approximate answer is accepted';

function approxSet(hash: string): Behaviour {
  return {
    sql: (call) => {
      const value = call.args[0] ?? '';
      const { count, entries, registers } = registersOf(`${hash}(${value})`, value, APPROX_SET_BITS, call);
      return `lw_hll_build(${APPROX_SET_BITS}, ${count}, ${entries}, ${registers})`;
    },
    note: exact,
  };
}

function makeSetDigest(hashOf: (value: string) => string): Behaviour {
  return {
    sql: (call) => {
      const value = call.args[0] ?? '';
      const hash = hashOf(value);
      const { count, entries, registers } = registersOf(hash, value, SET_DIGEST_BITS, call);
      const counts = call.aggregate(`histogram(${hash})`, `${value} IS NOT NULL`);
      const lowest = (list: string, type: string): string =>
        `CAST(list_slice(${list}, 1, ${SET_DIGEST_HASHES}) AS ${type}[])`;
      const hashes = lowest(`map_keys(${counts})`, 'BIGINT');
      return `lw_set_digest(${hashes}, ${lowest(`map_values(${counts})`, 'BIGINT')}, ${count}, ${entries}, ${registers})`;
    },
    note: exact,
  };
}

/** The types that Trino's set digest takes: those of 64-bit integers and of bytes. */
const longDigest = makeSetDigest((value) => `lw_hash_murmur_long(CAST(${value} AS BIGINT))`);
const missing: Behaviour = {
  sql: '',
  validate: ({ types }) => {
    const message = `Unsupported type parameters of make_set_digest: ${types[0]?.kind}`;
    throw new SqlError('FUNCTION_IMPLEMENTATION_MISSING', message);
  },
};

const refused: Behaviour = {
  sql: '',
  validate: ({ types }) => {
    throw new NotCoveredError(`make_set_digest of type ${types[0]?.kind}`);
  },
};

const nonNull = (args: readonly string[]): string => args.map((arg) => `${arg} IS NOT NULL`).join(' AND ');

const merged = (name: string): Behaviour => ({
  sql: (call) => `${name}(${call.aggregate(`list(${call.args[0]})`, nonNull(call.args))})`,
});

function tDigestOf(call: CallText): string {
  const [value = '', weight] = call.args;
  const list = (arg: string): string => call.aggregate(`list(CAST(${arg} AS DOUBLE))`, nonNull(call.args));
  const digest = `lw_tdigest(${list(value)}, ${weight === undefined ? '[]::DOUBLE[]' : list(weight)})`;
  return limited('tdigest_agg', call.args, call, digest, weight === undefined ? SINGLES : 1);
}

const numbersOf = (text: string): string => `CAST(from_json(${text}, '["VARCHAR"]') AS DOUBLE[])`;

const DEFAULT_ACCURACY = 0.01;

function quantileDigestOf(type: string): (call: CallText) => string {
  return (call) => {
    const [value = '', weight, accuracy = `CAST(${DEFAULT_ACCURACY} AS DOUBLE)`] = call.args;
    const inputs = weight === undefined ? [value] : [value, weight];
    const list = (arg: string, element: string): string =>
      call.aggregate(`list(CAST(${arg} AS ${element}))`, nonNull(inputs));
    const values = list(value, type === 'long' ? 'BIGINT' : 'DOUBLE');
    const weights = weight === undefined ? '[]::BIGINT[]' : list(weight, 'BIGINT');
    return limited('qdigest_agg', inputs, call, `lw_qdigest_${type}(${values}, ${weights}, ${accuracy})`);
  };
}

function quantileDigests(): { scalar: Record<string, Behaviour>; aggregate: Record<string, Behaviour> } {
  const scalar: Record<string, Behaviour> = {};
  const aggregate: Record<string, Behaviour> = {};
  for (const type of ['bigint', 'double', 'real']) {
    const digest = `qdigest(${type})`;
    const form = type === 'bigint' ? 'long' : type;
    scalar[`value_at_quantile(${digest}, double): ${type}`] = `lw_qdigest_value_${form}($1, $2)`;
    scalar[`values_at_quantiles(${digest}, array(double)): array(${type})`] = {
      sql: (call) => {
        const q = call.fresh('q');
        const values = `list_transform(${call.args[1]}, lambda ${q}: lw_qdigest_value_${form}(${call.args[0]}, ${q}))`;
        return `CASE WHEN ${call.args[0]} IS NOT NULL THEN ${values} END`;
      },
    };
    scalar[`quantile_at_value(${digest}, ${type}): double`] = `lw_qdigest_rank_${form}($1, $2)`;
    const behaviour: Behaviour = { sql: quantileDigestOf(form), literals: [3], note: splitNote };
    aggregate[`qdigest_agg(${type}): ${digest}`] = behaviour;
    aggregate[`qdigest_agg(${type}, bigint): ${digest}`] = behaviour;
    aggregate[`qdigest_agg(${type}, bigint, double): ${digest}`] = behaviour;
    aggregate[`merge(${digest}): ${digest}`] = merged('lw_qdigest_merge');
  }
  return { scalar, aggregate };
}

const quantile = quantileDigests();

/** HyperLogLog, set digest, t-digest and quantile digest: carried as the bytes that Trino gives them. */
export const sketch: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/hyperloglog.html',
  scalar: {
    'cardinality(HyperLogLog): bigint': 'lw_hll_cardinality($1)',
    'empty_approx_set(): HyperLogLog': "'\\x02\\x0C\\x00\\x00'::BLOB",
    'cardinality(SetDigest): bigint': 'lw_set_cardinality($1)',
    'intersection_cardinality(SetDigest, SetDigest): bigint': 'lw_set_intersection($1, $2)',
    'jaccard_index(SetDigest, SetDigest): double': 'lw_set_jaccard($1, $2)',
    'hash_counts(SetDigest): map(bigint,smallint)': {
      sql: (call) => {
        const [list, e] = [call.fresh('l'), call.fresh('e')];
        const column = (index: number, type: string) =>
          `list_transform(${list}, lambda ${e}: CAST(${e}[${index}] AS ${type}))`;
        const all = `from_json(lw_set_counts(${call.args[0]}), '[["VARCHAR"]]')`;
        return `list_transform([${all}], lambda ${list}: CASE WHEN ${list} IS NOT NULL THEN map(${column(1, 'BIGINT')}, ${column(2, 'SMALLINT')}) END)[1]`;
      },
    },
    'value_at_quantile(tdigest, double): double': {
      sql: `CASE WHEN $2 IS NOT NULL THEN (${numbersOf('lw_tdigest_values($1, [$2])')})[1] END`,
    },
    'values_at_quantiles(tdigest, array(double)): array(double)': numbersOf('lw_tdigest_values($1, $2)'),
    ...quantile.scalar,
  },
  aggregate: {
    'approx_set(bigint): HyperLogLog': approxSet('lw_hash_murmur_long'),
    'approx_set(double): HyperLogLog': approxSet('lw_hash_murmur_double'),
    'approx_set(varchar): HyperLogLog': approxSet('lw_hash_murmur_text'),
    'make_set_digest(I): SetDigest': longDigest,
    'make_set_digest(varchar): SetDigest': makeSetDigest((value) => `lw_hash_murmur_text(${value})`),
    'make_set_digest(char(n)): SetDigest': makeSetDigest((value) => `lw_hash_murmur_text(${value})`),
    'make_set_digest(varbinary): SetDigest': makeSetDigest((value) => `lw_hash_murmur_bytes(${value})`),
    'make_set_digest(date): SetDigest': makeSetDigest(
      (value) => `lw_hash_murmur_long(CAST(${value} - DATE '1970-01-01' AS BIGINT))`,
    ),
    'make_set_digest(timestamp(p)): SetDigest': makeSetDigest((value) => `lw_hash_murmur_long(epoch_us(${value}))`),
    'make_set_digest(time(p)): SetDigest': makeSetDigest(
      (value) => `lw_hash_murmur_long(epoch_us(${value}) * 1000000)`,
    ),
    'make_set_digest(interval day to second): SetDigest': longDigest,
    'make_set_digest(interval year to month): SetDigest': longDigest,
    'make_set_digest(real): SetDigest': refused,
    'make_set_digest(decimal(p,s)): SetDigest': refused,
    'make_set_digest(double): SetDigest': missing,
    'make_set_digest(boolean): SetDigest': missing,
    'make_set_digest(unknown): SetDigest': missing,
    'merge(HyperLogLog): HyperLogLog': merged('lw_hll_merge'),
    'merge_set_digest(SetDigest): SetDigest': merged('lw_set_merge'),
    'tdigest_agg(double): tdigest': { sql: tDigestOf, note: splitNote },
    'tdigest_agg(double, double): tdigest': { sql: tDigestOf, note: splitNote },
    'merge(tdigest): tdigest': merged('lw_tdigest_merge'),
    ...quantile.aggregate,
  },
  partial: ['approx_set', 'make_set_digest', 'tdigest_agg', 'qdigest_agg', 'cardinality', 'merge'],
};
