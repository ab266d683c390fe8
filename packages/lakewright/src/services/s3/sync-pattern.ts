/**
 * Whether a key fits a pattern of `aws s3 sync`: `*` is anything, slashes too, `?` one character, `[abc]` and `[!abc]`
 * one of a set.
 *
 * https://docs.aws.amazon.com/cli/latest/reference/s3/#use-of-exclude-and-include-filters
 */
export function matchesPattern(pattern: string, key: string): boolean {
  const source = pattern.replace(
    /\[(!?)([^\]]+)\]|[\s\S]/g,
    (part, negated: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${negated ? '^' : ''}${set.replace(/[\\^[\]]/g, '\\$&')}]`;
      if (part === '*') return '[\\s\\S]*';
      if (part === '?') return '[\\s\\S]';
      return part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    },
  );
  return new RegExp(`^${source}$`).test(key);
}
