import { type ScalarFunction, scalar } from '../support';

/**
 * Sums of the powers of the deviations from the mean, kept up to date value by value: a sum of powers loses all its
 * digits where values differ little. P. Pébay, "Formulas for robust, one-pass parallel computation of covariances and
 * arbitrary-order statistical moments" (2008).
 */
function centralMoments(values: readonly number[]): { n: number; m2: number; m3: number; m4: number } {
  let [n, mean, m2, m3, m4] = [0, 0, 0, 0, 0];
  for (const value of values) {
    const before = n++;
    const delta = value - mean;
    const step = delta / n;
    const term = delta * step * before;
    mean += step;
    m4 += term * step * step * (n * n - 3 * n + 3) + 6 * step * step * m2 - 4 * step * m3;
    m3 += term * step * (n - 2) - 3 * step * m2;
    m2 += term;
  }
  return { n, m2, m3, m4 };
}

/** Of equal values NaN, as in Trino; not corrected for the sample's size. */
function skewness(values: readonly number[]): number {
  const { n, m2, m3 } = centralMoments(values);
  return (Math.sqrt(n) * m3) / m2 ** 1.5;
}

function kurtosis(values: readonly number[]): number {
  const { n, m2, m4 } = centralMoments(values);
  const pairs = (n - 2) * (n - 3);
  return (((n - 1) * n * (n + 1)) / pairs) * (m4 / (m2 * m2)) - (3 * (n - 1) * (n - 1)) / pairs;
}

/** Of lists without NULL. */
export const momentScalars: readonly ScalarFunction[] = [
  scalar('lw_skewness', ['DOUBLE[]'], 'DOUBLE', skewness),
  scalar('lw_kurtosis', ['DOUBLE[]'], 'DOUBLE', kurtosis),
];
