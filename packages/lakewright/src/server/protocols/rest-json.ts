import type { RawRoute, RestRoute } from '../../services/service';

export interface RestMatch {
  readonly operation: string;
  readonly raw?: RawRoute;
  /** Fields from the path and the query string. */
  readonly fields: Readonly<Record<string, string | string[]>>;
}

/** The route that a request takes, with the fields that its URL carries; literal routes win over placeholders. */
export function matchRoute(
  routes: readonly RestRoute[],
  method: string,
  path: string,
  query: URLSearchParams,
): RestMatch | undefined {
  const matches = routes
    .filter((route) => route.method === method)
    .map((route) => ({ route, fields: matchPath(route.path, path) }))
    .filter(({ fields }) => fields !== undefined)
    .sort((a, b) => placeholders(a.route) - placeholders(b.route));
  if (matches.length === 0) return undefined;
  const { route, fields } = matches[0];
  return { operation: route.operation, raw: route.raw, fields: { ...queryFields(query), ...fields } };
}

function placeholders(route: RestRoute): number {
  return route.path.split('{').length;
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      names.push(part.slice(1, -1).replace(/\+$/, ''));
      return part.endsWith('+}') ? '(.+)' : '([^/]+)';
    })
    .join('');
  const match = new RegExp(`^${pattern}/?$`).exec(path);
  if (match === null) return undefined;
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1])]));
}

function queryFields(query: URLSearchParams): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}
