/** Java's `String.hashCode`. */
export function hashCode(text: string): number {
  let code = 0;
  for (let i = 0; i < text.length; i++) code = (Math.imul(code, 31) + text.charCodeAt(i)) | 0;
  return code;
}

/** `java.util.HashMap` doubles its table beyond three quarters of it. */
const SMALLEST_TABLE = 16;

/**
 * The entries in the order in which a `java.util.HashMap` of their keys gives them: by the place in its table, entries
 * of one place as they came. Trino's `JSON_OBJECT` keeps its members in one. Keys are different.
 */
export function inHashMapOrder<T>(entries: readonly T[], keyOf: (entry: T) => string): T[] {
  let size = SMALLEST_TABLE;
  while (entries.length > size * 0.75) size *= 2;
  const place = (entry: T): number => {
    const code = hashCode(keyOf(entry));
    return (code ^ (code >>> 16)) & (size - 1);
  };
  return entries
    .map((entry, index) => ({ entry, index, place: place(entry) }))
    .sort((a, b) => a.place - b.place || a.index - b.index)
    .map(({ entry }) => entry);
}
