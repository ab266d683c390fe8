import type { TrinoType } from '../types/type';
import { asDecimal, rescaled, unscaled } from './decimal-text';
import { type BehaviourSpec, type CallText, type FunctionArea, invalid, type RuntimeError } from './entry';

const NAN = "CAST('NaN' AS DOUBLE)";
const NEGATIVE_INFINITY = "CAST('-Infinity' AS DOUBLE)";

/** DuckDB fails where Java's Math gives NaN or -Infinity. */
const javaLog = (name: string, x = '$1'): string =>
  `CASE WHEN ${x} < 0 THEN ${NAN} WHEN ${x} = 0 THEN ${NEGATIVE_INFINITY} ELSE ${name}(${x}) END`;

/** Trino's ceil, floor and round of a decimal give no fraction: one more digit unless there was none to lose. */
function wholeNumber(call: { readonly types: readonly TrinoType[] }): TrinoType {
  const { precision, scale } = asDecimal(call.types[0]);
  return { kind: 'decimal', precision: Math.min(38, precision - scale + Math.min(scale, 1)), scale: 0 };
}

/** HALF_UP (or towards zero) at the given digit, on the stored integers. */
function decimalAt(rounding: 'round' | 'truncate'): (call: CallText) => string {
  return (call) => {
    const [value = '', digits = ''] = call.args;
    const type = call.types[0] as TrinoType;
    const { scale } = asDecimal(type);
    const unit = `CAST(rpad('1', CAST(least(38, greatest(0, ${scale} - ${digits})) AS INTEGER) + 1, '0') AS HUGEINT)`;
    const stored = unscaled(type, value);
    const divided = rounding === 'round' ? `lw_divh(${stored}, ${unit})` : `(${stored} // ${unit})`;
    const target = call.physical(call.result);
    return (
      `CASE WHEN ${digits} IS NULL THEN NULL WHEN ${digits} >= ${scale} THEN CAST(${value} AS ${target}) ` +
      `WHEN ${scale} - ${digits} > 37 THEN CAST(CASE WHEN ${value} IS NOT NULL THEN 0 END AS ${target}) ` +
      `ELSE ${rescaled(call, call.result, `(${divided} * ${unit})`)} END`
    );
  };
}

/** Division by zero is Java's own exception here, unlike that of the operator. */
function integerRemainder({ args: [left, right], literals, fail, result }: CallText): string {
  if (Number(literals[1] ?? 0) !== 0) return `(${left} % ${right})`;
  const failure = fail('GENERIC_INTERNAL_ERROR', '/ by zero', result);
  return `CASE WHEN ${right} = 0 AND ${left} IS NOT NULL THEN ${failure} ELSE (${left} % ${right}) END`;
}

/** On the stored integers, at the larger of the two scales. */
function decimalRemainder(call: CallText): string {
  const scale = asDecimal(call.result).scale;
  const [left, right] = call.args.map((arg, i) => {
    const type = call.types[i] as TrinoType;
    const missing = scale - asDecimal(type).scale;
    return missing > 0 ? `(${unscaled(type, arg)} * CAST('1${'0'.repeat(missing)}' AS HUGEINT))` : unscaled(type, arg);
  });
  return rescaled(call, call.result, `(${left} % ${right})`);
}

const randomInteger: BehaviourSpec = {
  sql: 'CAST(floor(random() * $1) AS @R)',
  errors: [invalid('$1 <= 0', 'bound must be positive')],
  deterministic: false,
};

const randomBetween: BehaviourSpec = {
  sql: 'CAST($1 + floor(random() * (CAST($2 AS DOUBLE) - $1)) AS @R)',
  errors: [invalid('$1 >= $2', 'start value must be less than stop value')],
  deterministic: false,
};

/** Numbers: rounding, powers, logarithms, trigonometry, bases, distributions, distances. */
/** A NULL among the elements is what Trino's memory had in its place: 0 in a literal, another element's value elsewhere. */
const vectors = (name: string): RuntimeError[] => [
  invalid('len($1) <> len($2)', 'The arguments must have the same length'),
  {
    when: 'list_count($1) < len($1) OR list_count($2) < len($2)',
    name: 'NOT_COVERED',
    message: `not covered by the local SQL engine: ${name} of an array that holds NULL, which has no value in Trino, either`,
  },
];

export const math: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/math.html',
  scalar: {
    'abs(I): I': 'abs($1)',
    'abs(real): real': 'abs($1)',
    'abs(double): double': 'abs($1)',
    'abs(decimal(p,s)): decimal(p,s)': 'abs($1)',
    'sign(I): I': 'CAST(sign($1) AS @R)',
    'sign(double): double': 'CASE WHEN isnan($1) THEN $1 ELSE CAST(sign($1) AS DOUBLE) END',
    'sign(real): real': 'CASE WHEN isnan($1) THEN $1 ELSE CAST(sign($1) AS FLOAT) END',
    'sign(decimal(p,s)): decimal(1,0)': 'CAST(sign($1) AS DECIMAL(1,0))',
    'ceil(I): I': '$1',
    'ceil(double): double': 'ceil($1)',
    'ceil(real): real': 'ceil($1)',
    'ceil(decimal(p,s)): decimal(p,0)': { sql: 'CAST(ceil($1) AS @R)', type: wholeNumber },
    'floor(I): I': '$1',
    'floor(double): double': 'floor($1)',
    'floor(real): real': 'floor($1)',
    'floor(decimal(p,s)): decimal(p,0)': { sql: 'CAST(floor($1) AS @R)', type: wholeNumber },
    'round(I): I': '$1',
    'round(I, integer): I': {
      sql: 'CAST(lw_round_int($1, $2) AS @R)',
      errors: [{ when: '$2 < -18', name: 'NUMERIC_VALUE_OUT_OF_RANGE', message: 'numerical overflow' }],
    },
    'round(double): double': 'round($1)',
    'round(real): real': 'CAST(round($1) AS FLOAT)',
    'round(double, integer): double': 'lw_round_dbl($1, $2)',
    'round(real, integer): real': 'CAST(lw_round_dbl(CAST($1 AS DOUBLE), $2) AS FLOAT)',
    'round(decimal(p,s)): decimal(p,0)': { sql: 'CAST($1 AS @R)', type: wholeNumber },
    'round(decimal(p,s), integer): decimal(p,s)': {
      sql: decimalAt('round'),
      type: ({ types }) => {
        const { precision, scale } = asDecimal(types[0]);
        return { kind: 'decimal', precision: Math.min(38, precision + 1), scale };
      },
      errors: [{ when: '$2 < -2147483600', name: 'NUMERIC_VALUE_OUT_OF_RANGE', message: 'decimal overflow' }],
    },
    'truncate(double): double': 'trunc($1)',
    'truncate(real): real': 'trunc($1)',
    'truncate(decimal(p,s)): decimal(p,0)': {
      sql: 'CAST(trunc($1) AS @R)',
      type: ({ types }) => {
        const { precision, scale } = asDecimal(types[0]);
        return { kind: 'decimal', precision: Math.max(1, precision - scale), scale: 0 };
      },
    },
    'truncate(decimal(p,s), integer): decimal(p,s)': { sql: decimalAt('truncate') },
    'mod(I, I): I': { sql: integerRemainder },
    'mod(double, double): double': `CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN ${NAN} ELSE ($1 % $2) END`,
    'mod(real, real): real': "CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN CAST('NaN' AS FLOAT) ELSE ($1 % $2) END",
    'mod(decimal(p,s), decimal(q,r)): decimal(p,s)': {
      sql: decimalRemainder,
      type: ({ types }) => {
        const [left, right] = [asDecimal(types[0]), asDecimal(types[1])];
        const scale = Math.max(left.scale, right.scale);
        const whole = Math.min(left.precision - left.scale, right.precision - right.scale);
        return { kind: 'decimal', precision: whole + scale, scale };
      },
      errors: [{ when: '$2 = 0', name: 'DIVISION_BY_ZERO', message: 'Division by zero' }],
    },
    'sqrt(double): double': `CASE WHEN $1 < 0 THEN ${NAN} ELSE sqrt($1) END`,
    // Java's is exact for cubes of whole numbers, the C library's isn't.
    'cbrt(double): double': 'CASE WHEN pow(round(cbrt($1)), 3) = $1 THEN round(cbrt($1)) ELSE cbrt($1) END',
    'exp(double): double': 'exp($1)',
    'ln(double): double': javaLog('ln'),
    'log2(double): double': javaLog('log2'),
    'log10(double): double': javaLog('log10'),
    'log(double, double): double': `(${javaLog('ln', '$2')} / ${javaLog('ln')})`,
    'power(double, double): double': 'pow($1, $2)',
    'sin(double): double': `CASE WHEN isinf($1) THEN ${NAN} ELSE sin($1) END`,
    'cos(double): double': `CASE WHEN isinf($1) THEN ${NAN} ELSE cos($1) END`,
    'tan(double): double': `CASE WHEN isinf($1) THEN ${NAN} ELSE tan($1) END`,
    'asin(double): double': `CASE WHEN abs($1) > 1 THEN ${NAN} ELSE asin($1) END`,
    'acos(double): double': `CASE WHEN abs($1) > 1 THEN ${NAN} ELSE acos($1) END`,
    'atan(double): double': 'atan($1)',
    'atan2(double, double): double': 'atan2($1, $2)',
    'sinh(double): double': 'sinh($1)',
    'cosh(double): double': 'cosh($1)',
    'tanh(double): double': 'tanh($1)',
    'degrees(double): double': 'degrees($1)',
    'radians(double): double': 'radians($1)',
    'pi(): double': 'pi()',
    'e(): double': 'exp(1::DOUBLE)',
    'nan(): double': NAN,
    'infinity(): double': "CAST('Infinity' AS DOUBLE)",
    'is_nan(double): boolean': 'isnan($1)',
    'is_nan(real): boolean': 'isnan($1)',
    'is_finite(double): boolean': 'isfinite($1)',
    'is_finite(real): boolean': 'isfinite($1)',
    'is_infinite(double): boolean': 'isinf($1)',
    'is_infinite(real): boolean': 'isinf($1)',
    'random(): double': { sql: 'random()', deterministic: false },
    'random(I): I': randomInteger,
    'random(I, I): I': randomBetween,
    'width_bucket(double, double, double, bigint): bigint': {
      sql: 'CASE WHEN $2 IS NULL OR $3 IS NULL THEN NULL ELSE lw_width_bucket($1, $2, $3, $4) END',
      errors: [
        invalid('$4 <= 0', 'bucketCount must be greater than 0'),
        invalid('isnan($1)', 'operand must not be NaN'),
        invalid('NOT isfinite($2)', 'first bound must be finite'),
        invalid('NOT isfinite($3)', 'second bound must be finite'),
        invalid('$2 = $3', 'bounds cannot equal each other'),
      ],
    },
    'width_bucket(double, array(double)): bigint': {
      // Bins that are in order have been checked; of others Trino's search sees some.
      sql:
        'CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ' +
        'WHEN list_count($2) = len($2) AND list_sort($2) = $2 AND isfinite($2[1]) AND isfinite($2[-1]) ' +
        'THEN CAST(len(list_filter($2, lambda lw_b: lw_b <= $1)) AS BIGINT) ELSE lw_bin($1, lw_vector($2)) END',
      errors: [invalid('len($2) = 0', 'Bins cannot be an empty array'), invalid('isnan($1)', 'Operand cannot be NaN')],
    },
    'from_base(varchar, bigint): bigint': 'lw_from_base($1, $2)',
    'to_base(bigint, bigint): varchar(64)': 'lw_to_base($1, $2)',
    'normal_cdf(double, double, double): double': 'lw_normal_cdf($1, $2, $3)',
    'inverse_normal_cdf(double, double, double): double': 'lw_inv_normal($1, $2, $3)',
    't_cdf(double, double): double': 'lw_t_cdf($1, $2)',
    't_pdf(double, double): double': 'lw_t_pdf($1, $2)',
    'beta_cdf(double, double, double): double': 'lw_beta_cdf($1, $2, $3)',
    'inverse_beta_cdf(double, double, double): double': 'lw_inv_beta($1, $2, $3)',
    'wilson_interval_lower(bigint, bigint, double): double': 'lw_wilson($1, $2, $3, -1::DOUBLE)',
    'wilson_interval_upper(bigint, bigint, double): double': 'lw_wilson($1, $2, $3, 1::DOUBLE)',
    'cosine_similarity(array(double), array(double)): double': 'lw_cosine($1, $2)',
    'cosine_distance(array(double), array(double)): double': '(1 - lw_cosine($1, $2))',
    'cosine_similarity(map(varchar,double), map(varchar,double)): double': 'lw_cosine_map($1, $2)',
    'dot_product(array(double), array(double)): double': {
      sql: 'list_inner_product($1, $2)',
      errors: vectors('dot_product'),
    },
    'euclidean_distance(array(double), array(double)): double': {
      sql: 'list_distance($1, $2)',
      errors: vectors('euclidean_distance'),
    },
  },
  aliases: { pow: 'power', ceiling: 'ceil', rand: 'random' },
};
