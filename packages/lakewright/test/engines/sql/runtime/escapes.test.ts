import { describe, expect, test } from 'vitest';
import { claimEscapes, escapeClock, escapeSince, noteEscape } from '../../../../src/engines/sql/runtime/escapes';
import { inHashMapOrder } from '../../../../src/engines/sql/runtime/scalars/java-hash-map';

const NOT_COVERED = 'LW:NOT_COVERED: this';

describe('what TRY swallows', () => {
  test("is Trino's four failures, no other", () => {
    const before = escapeClock();
    noteEscape('lw_date', 'LW:INVALID_FUNCTION_ARGUMENT: a value');
    noteEscape('lw_date', 'LW:DIVISION_BY_ZERO: a value');
    expect(escapeSince(before, before)).toBeUndefined();
    noteEscape('lw_date', NOT_COVERED);
    expect(escapeSince(before, before)).toBe(NOT_COVERED);
    claimEscapes(NOT_COVERED);
  });

  test('counts from when the statement began, where a branch is tried while it is planned', () => {
    const prepared = escapeClock();
    noteEscape('lw_fail', 'LW:NOT_SUPPORTED: a branch');
    const begun = escapeClock();
    expect(escapeSince(prepared, begun)).toBeUndefined();
    noteEscape('lw_fail', 'LW:NOT_SUPPORTED: a branch');
    expect(escapeSince(prepared, begun)).toBe('LW:NOT_SUPPORTED: a branch');
    claimEscapes('LW:NOT_SUPPORTED: a branch');
  });

  test("is no other statement's failure", () => {
    const before = escapeClock();
    noteEscape('lw_date', NOT_COVERED);
    claimEscapes(`Invalid Input Error: ${NOT_COVERED}`);
    expect(escapeSince(before, before)).toBeUndefined();
  });
});

describe('the order of a Java HashMap', () => {
  test('is that of the hashes, not of the names nor of their coming', () => {
    expect(inHashMapOrder(['id', 'name', 'total'], (key) => key)).toEqual(['total', 'name', 'id']);
  });

  test('follows the table as it grows', () => {
    const keys = Array.from({ length: 14 }, (_, index) => `k${index + 1}`);
    expect(inHashMapOrder(keys, (key) => key).join()).toBe('k1,k2,k3,k4,k5,k11,k6,k10,k7,k13,k8,k12,k9,k14');
  });
});
