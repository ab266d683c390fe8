/** Which keys, relative to the source's prefix, are copied. */
export interface KeyFilter {
  /** Empty: all. */
  readonly include: string[];
  readonly exclude: string[];
}

/** Tells for each relative key whether it is copied. */
export function keyFilter({ include, exclude }: KeyFilter): (key: string) => boolean {
  const [included, excluded] = [include.map(glob), exclude.map(glob)];
  return (key) =>
    (included.length === 0 || included.some((pattern) => pattern.test(key))) &&
    !excluded.some((pattern) => pattern.test(key));
}

/**
 * `*` and `?` stay within a folder, `**` crosses folders; a glob without a slash is asked of the last segment, so `*.csv`
 * means CSV files in every folder.
 */
export function glob(text: string): RegExp {
  const anywhere = text.includes('/') ? '' : '(?:.*/)?';
  const body = text.replace(/\*\*\/|\*+|\?|[\\^$.|+()[\]{}]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return token.startsWith('*') ? '.*' : `\\${token}`;
  });
  return new RegExp(`^${anywhere}${body}$`, 'su');
}
