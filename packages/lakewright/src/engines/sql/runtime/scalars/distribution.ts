import { invalidArgument, notCovered, type ScalarFunction, scalar } from '../support';

/** The error function: a series near zero, a continued fraction farther out. Exact to about 1e-15. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 3) {
    let sum = 0;
    let term = size;
    for (let n = 0; n < 200 && Math.abs(term) >= 1e-18; n++) {
      sum += term / (2 * n + 1);
      term *= (-size * size) / (n + 1);
    }
    return ((Math.sign(x) * 2) / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 120; k > 0; k--) fraction = k / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction));
}

const standardNormal = (z: number): number => 0.5 * (1 + erf(z / Math.SQRT2));

/** Where a growing function has the value: halving, until two doubles are neighbours. */
function invert(f: (x: number) => number, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (f(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** 1 - erf, exact in the tail, too. */
function erfc(x: number): number {
  if (x < 1) return 1 - erf(x);
  let fraction = 0;
  for (let k = 400; k > 0; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Of 2p - 1, as Trino's library has it: a p close to 0 has lost its digits by then. */
function inverseErf(x: number): number {
  const size = Math.abs(x);
  if (size === 1) return x * Number.POSITIVE_INFINITY;
  if (size < 0.5) return Math.sign(x) * invert(erf, size, 0, 1);
  return Math.sign(x) * invert((y) => -erfc(y), size - 1, 0, 7);
}

/** Lanczos' approximation (g = 7, n = 9). */
const LANCZOS = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
];

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const t = y + 7.5;
  const sum = LANCZOS.reduce((total, coefficient, i) => total + (i === 0 ? coefficient : coefficient / (y + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The regularized incomplete beta function, by Lentz' continued fraction. */
function regularizedBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(b, a, 1 - x);
  const front = Math.exp(a * Math.log(x) + b * Math.log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let result = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return front * result;
}

/**
 * Brent's method between 0 and 1, from the middle, to 1e-9: Trino's library is no more exact, and its answer shows it.
 */
function inverseBeta(alpha: number, beta: number, probability: number): number {
  const distance = (x: number) => regularizedBeta(alpha, beta, x) - probability;
  const isZero = (y: number) => Math.abs(y) <= 1e-15;
  const middle = distance(0.5);
  if (isZero(middle)) return 0.5;
  const [low, high] = [distance(0), distance(1)];
  if (isZero(low)) return 0;
  if (middle * low < 0) return brent(distance, { x: 0, y: low }, { x: 0.5, y: middle });
  return isZero(high) ? 1 : brent(distance, { x: 0.5, y: middle }, { x: 1, y: high });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function brent(f: (x: number) => number, from: Point, to: Point): number {
  let [previous, best, opposite] = [from, to, from];
  let step = to.x - from.x;
  let stepBefore = step;
  for (;;) {
    if (Math.abs(opposite.y) < Math.abs(best.y)) [previous, best, opposite] = [best, opposite, best];
    const tolerance = 2e-14 * Math.abs(best.x) + 1e-9;
    const half = 0.5 * (opposite.x - best.x);
    if (Math.abs(half) <= tolerance || best.y === 0) return best.x;
    const next =
      Math.abs(stepBefore) < tolerance || Math.abs(previous.y) <= Math.abs(best.y)
        ? undefined
        : interpolated(previous, best, opposite, { half, tolerance, stepBefore });
    stepBefore = next === undefined ? half : step;
    step = next ?? half;
    previous = best;
    const x = best.x + (Math.abs(step) > tolerance ? step : half > 0 ? tolerance : -tolerance);
    best = { x, y: f(x) };
    if (best.y > 0 === opposite.y > 0) {
      opposite = previous;
      step = best.x - previous.x;
      stepBefore = step;
    }
  }
}

/** The secant's or the inverse parabola's step; undefined where halving is the better one. */
function interpolated(
  a: Point,
  b: Point,
  c: Point,
  { half, tolerance, stepBefore }: { half: number; tolerance: number; stepBefore: number },
): number | undefined {
  const s = b.y / a.y;
  const [q0, r] = [a.y / c.y, b.y / c.y];
  const isSecant = a.x === c.x;
  const p = isSecant ? 2 * half * s : s * (2 * half * q0 * (q0 - r) - (b.x - a.x) * (r - 1));
  const divisor = isSecant ? 1 - s : (q0 - 1) * (r - 1) * (s - 1);
  const [size, q] = p > 0 ? [p, -divisor] : [-p, divisor];
  const isTooLong = size >= 1.5 * half * q - Math.abs(tolerance * q) || size >= Math.abs(0.5 * stepBefore * q);
  return isTooLong ? undefined : size / q;
}

function checkBeta(a: number, b: number): void {
  if (!(a > 0)) invalidArgument('a must be > 0');
  if (!(b > 0)) invalidArgument('b must be > 0');
}

function wilson(successes: bigint, trials: bigint, z: number, sign: number): number {
  if (successes < 0n) invalidArgument('number of successes must not be negative');
  if (trials <= 0n) invalidArgument('number of trials must be positive');
  if (successes > trials) invalidArgument('number of successes must not be larger than number of trials');
  if (!(z >= 0)) invalidArgument('z-score must not be negative');
  const n = Number(trials);
  const p = Number(successes) / n;
  const a = 1 + (z * z) / n;
  const b = 2 * p + (z * z) / n;
  return (b + sign * Math.sqrt(b * b - 4 * a * p * p)) / (2 * a);
}

function checkDegrees(degrees: number): void {
  if (degrees < 1) invalidArgument('degrees of freedom must be greater than or equal to 1');
  // The logarithms of the gamma function lose the digits of the answer.
  if (degrees > 1e5 && Number.isFinite(degrees)) notCovered('more than 100000 degrees of freedom');
}

/** Student's t. */
function studentCdf(value: number, degrees: number): number {
  checkDegrees(degrees);
  if (Number.isNaN(value) || !Number.isFinite(degrees)) return Number.NaN;
  if (!Number.isFinite(value)) return value > 0 ? 1 : 0;
  const tail = 0.5 * regularizedBeta(0.5 * degrees, 0.5, degrees / (degrees + value * value));
  return value < 0 ? tail : 1 - tail;
}

function studentDensity(value: number, degrees: number): number {
  checkDegrees(degrees);
  if (!Number.isFinite(degrees)) return Number.NaN;
  const half = (degrees + 1) / 2;
  const factor = logGamma(half) - 0.5 * (Math.log(Math.PI) + Math.log(degrees)) - logGamma(degrees / 2);
  return Math.exp(factor - half * Math.log(1 + (value * value) / degrees));
}

/** `width_bucket` as Trino searches: it checks no more of the bins than it comes to. */
function binOf(operand: number, bins: readonly number[]): bigint {
  let [lower, upper] = [0, bins.length];
  while (lower < upper) {
    if ((bins[lower] as number) > (bins[upper - 1] as number)) {
      invalidArgument('Bin values are not sorted in ascending order');
    }
    const index = (lower + upper) >> 1;
    const bin = bins[index] as number;
    if (!Number.isFinite(bin)) invalidArgument(`Bin value must be finite, got ${bin}`);
    if (operand < bin) upper = index;
    else lower = index + 1;
  }
  return BigInt(lower);
}

/** Distributions and confidence intervals. */
export const distributionScalars: readonly ScalarFunction[] = [
  scalar('lw_normal_cdf', ['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (mean, deviation, value) => {
    if (!(deviation > 0)) invalidArgument('standardDeviation must be > 0');
    return standardNormal((value - mean) / deviation);
  }),
  scalar('lw_inv_normal', ['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (mean, deviation, p) => {
    if (!(p > 0 && p < 1)) invalidArgument('p must be 0 > p > 1');
    if (!(deviation > 0)) invalidArgument('sd must be > 0');
    return mean + deviation * Math.SQRT2 * inverseErf(2 * p - 1);
  }),
  scalar('lw_beta_cdf', ['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (a, b, value) => {
    checkBeta(a, b);
    if (!(value >= 0 && value <= 1)) invalidArgument('value must be in the interval [0, 1]');
    return regularizedBeta(a, b, value);
  }),
  scalar('lw_inv_beta', ['DOUBLE', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (a, b, p) => {
    if (!(p >= 0 && p <= 1)) invalidArgument('p must be in the interval [0, 1]');
    checkBeta(a, b);
    return p === 0 || p === 1 ? p : inverseBeta(a, b, p);
  }),
  scalar('lw_bin', ['DOUBLE', 'DOUBLE[]'], 'BIGINT', binOf),
  scalar('lw_t_cdf', ['DOUBLE', 'DOUBLE'], 'DOUBLE', studentCdf),
  scalar('lw_t_pdf', ['DOUBLE', 'DOUBLE'], 'DOUBLE', studentDensity),
  scalar('lw_wilson', ['BIGINT', 'BIGINT', 'DOUBLE', 'DOUBLE'], 'DOUBLE', wilson),
];
