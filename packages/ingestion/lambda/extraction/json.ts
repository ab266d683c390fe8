const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON whose whole numbers beyond 2^53 come as texts of digits, so that none is rounded.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const large = (token: string) => /^-?[1-9]\d{15,}$/.test(token) && !Number.isSafeInteger(Number(token));
  return JSON.parse(text.replace(TOKEN, (token) => (large(token) ? `"${token}"` : token)));
}

/** A value below `data.items` or `/data/items`, where `~1` is a slash and `~0` a tilde; undefined if there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of segments(path)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function segments(path: string): string[] {
  if (path === '' || path === '/') return [];
  if (!path.startsWith('/')) return path.split('.');
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The same text for equal values, whatever the order of the fields. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
