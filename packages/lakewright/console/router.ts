import { Shared } from './store';

export const VIEWS = [
  ['map', 'Map'],
  ['tables', 'Tables'],
  ['sql', 'SQL'],
  ['runs', 'Runs'],
  ['access', 'Access'],
  ['coverage', 'Coverage'],
] as const;

export type ViewName = (typeof VIEWS)[number][0];

/** `#runs/Lake%2FNightly/42/load`: what is seen is in the address, so that it survives a reload and can be passed on. */
export interface Route {
  readonly view: ViewName;
  readonly rest: readonly string[];
}

export const route = new Shared<Route>(read());

addEventListener('hashchange', () => {
  route.value = read();
});

function read(): Route {
  const [view, ...rest] = location.hash.slice(1).split('/').map(decoded);
  const known = VIEWS.find(([name]) => name === view)?.[0];
  return { view: known ?? 'map', rest: known ? rest : [] };
}

/** An address that somebody typed may have a `%` that is none. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const href = (view: ViewName, ...rest: readonly (string | number)[]): string =>
  `#${[view, ...rest.map((one) => encodeURIComponent(one))].join('/')}`;

export function go(hash: string): void {
  location.hash = hash;
}

/** A selection within a view: no step of the browser's history. */
export function replace(hash: string): void {
  history.replaceState(null, '', hash);
  route.value = read();
}
