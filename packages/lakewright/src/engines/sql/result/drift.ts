import type { ResultColumn } from '../contract';
import { SqlError } from '../errors';
import { physicalType } from '../types/physical';
import { typeText } from '../types/text';

/** A column whose DuckDB type isn't the one that carries its Trino type. */
export interface Drift {
  readonly column: string;
  readonly type: string;
  readonly expected: string;
  readonly actual: string;
}

/**
 * Compares what a statement gives with what the analyzer said it gives. A difference is this engine's bug: shown, it
 * would be a wrong value (a HUGEINT where a bigint should have overflowed).
 */
export function findDrift(columns: readonly ResultColumn[], actual: readonly string[]): Drift[] {
  return columns.flatMap(({ name, type }, i) => {
    const expected = physicalType(type);
    const found = actual[i] ?? 'missing';
    return normalize(expected) === normalize(found)
      ? []
      : [{ column: name, type: typeText(type), expected, actual: found }];
  });
}

/** @throws SqlError LOCAL_ENGINE_ERROR for the first difference */
export function checkDrift(columns: readonly ResultColumn[], actual: readonly string[]): void {
  const [drift] = findDrift(columns, actual);
  if (!drift && actual.length === columns.length) return;
  throw new SqlError(
    'LOCAL_ENGINE_ERROR',
    drift
      ? `column "${drift.column}" of type ${drift.type} is carried as ${drift.actual} instead of ${drift.expected}`
      : `the translated statement has ${actual.length} columns instead of ${columns.length}`,
  );
}

function normalize(type: string): string {
  return type.replace(/["\s]/g, '').toUpperCase();
}
