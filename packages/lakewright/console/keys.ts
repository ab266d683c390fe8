import { switchTheme } from './app';
import { go, href, VIEWS } from './router';
import { singleKeys } from './store';

export const KEYS: readonly (readonly [string, string])[] = [
  ['1 – 6', 'Map, Tables, SQL, Runs, Access, Coverage'],
  ['Ctrl K', 'Go to a table, task, view or action'],
  ['← → ↑ ↓', 'Follow the graph; move in the matrix and in results'],
  ['J  K', 'Next and last in a list'],
  ['R', 'Retry what failed'],
  ['Ctrl Enter', 'Run the query'],
  ['Esc, Tab', 'Leave the editor'],
  ['T', 'Light or dark'],
  ['?', 'This list'],
];

export function onKey(event: KeyboardEvent, open: (dialog: 'palette' | 'help') => void): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    open('palette');
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || singleKeys.value === 'off') return;
  const target = event.target as Element;
  if (target.closest('input,textarea,select,dialog,[contenteditable=true]')) return;
  const view = VIEWS[Number(event.key) - 1];
  if (view) go(href(view[0]));
  else actions(open)[event.key.toLowerCase()]?.();
}

const actions = (open: (dialog: 'palette' | 'help') => void): Readonly<Record<string, () => void>> => ({
  '?': () => open('help'),
  t: switchTheme,
  r: () => document.querySelector<HTMLButtonElement>('[data-retry]')?.click(),
  j: () => step(1),
  k: () => step(-1),
});

/** To the next or last entry of the view's list. */
function step(by: number): void {
  const all = [...document.querySelectorAll<HTMLElement>('.side a:not([hidden])')];
  const at = all.findIndex((one) => one.getAttribute('aria-current') === 'page');
  const next = all[at + by];
  next?.click();
  next?.focus();
}
