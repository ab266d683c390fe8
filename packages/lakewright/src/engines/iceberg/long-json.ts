/**
 * JSON whose 64-bit integers survive: snapshot ids don't fit JavaScript's numbers.
 *
 * Integers of 16 digits and more, and every snapshot id, are `bigint`; other numbers stay numbers.
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARK = '\u0001long:';
const MARKED = /"\\u0001long:(-?\d+)"/g;
const SNAPSHOT_ID = /^(?:(?:\w+-)*snapshot-id|snapshotId)$/;

export function parseLongJson<T>(text: string): T {
  const marked = text.replace(TOKEN, (token) =>
    /^-?\d{16,}$/.test(token) ? `"${MARK.replace('\u0001', '\\u0001')}${token}"` : token,
  );
  return JSON.parse(marked, (key, value) => {
    if (typeof value === 'string') return value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value;
    if (typeof value === 'number' && SNAPSHOT_ID.test(key)) return BigInt(value);
    if (key === 'snapshot-ids' && Array.isArray(value)) return value.map(BigInt);
    return value;
  }) as T;
}

export function printLongJson(value: unknown): string {
  const text = JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${MARK}${item}` : item));
  return text.replace(MARKED, '$1');
}
