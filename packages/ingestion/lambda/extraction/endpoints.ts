/**
 * Sends requests somewhere else than where they are addressed, for a local run: `LAKEWRIGHT_ENDPOINTS` is JSON, a URL prefix
 * to the URL that stands for it.
 *
 * Only loopback addresses are taken, so that the variable can't carry data or credentials away. The longest prefix wins, and
 * it ends at a slash, a question mark or the end: `https://api.example.com/v1` doesn't stand for `…/v10`.
 *
 * @param url what is asked for
 * @param variable the JSON; none means no rewriting
 * @throws if the JSON isn't such an object, or an address isn't http(s) on loopback
 */
export function localUrl(url: string, variable: string | undefined): string {
  if (variable === undefined || variable === '') return url;
  const endpoints = parse(variable);
  const prefix = Object.keys(endpoints)
    .filter((candidate) => startsWith(url, candidate))
    .sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return url;
  const target = endpoints[prefix] ?? '';
  const rest = url.slice(prefix.length);
  // `https://api/` → `http://localhost:1`: the slash belongs to the prefix, and is needed once
  const joint = prefix.endsWith('/') && !target.endsWith('/') ? '/' : '';
  return rest.startsWith('/') && target.endsWith('/') ? target.slice(0, -1) + rest : target + joint + rest;
}

function parse(variable: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(variable);
  } catch {
    throw new Error(`LAKEWRIGHT_ENDPOINTS is no JSON: ${variable}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`LAKEWRIGHT_ENDPOINTS must be a JSON object of URL prefix to URL: ${variable}`);
  }
  for (const [prefix, target] of Object.entries(value)) {
    if (!isLoopback(target)) {
      throw new Error(
        `LAKEWRIGHT_ENDPOINTS sends "${prefix}" to "${String(target)}": only http(s) on loopback is allowed`,
      );
    }
  }
  return value as Record<string, string>;
}

function isLoopback(target: unknown): boolean {
  if (typeof target !== 'string' || !URL.canParse(target)) return false;
  const { protocol, hostname } = new URL(target);
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  return loopback && (protocol === 'http:' || protocol === 'https:');
}

function startsWith(url: string, prefix: string): boolean {
  if (prefix === '' || !url.startsWith(prefix)) return false;
  return prefix.endsWith('/') || url.length === prefix.length || ['/', '?'].includes(url.charAt(prefix.length));
}
