import type { Check } from './doctor';

const MARK: Record<Check['state'], string> = { ok: 'ok      ', optional: 'optional', missing: 'MISSING ' };

export function renderChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, state, found, meaning }) => `${MARK[state]}  ${name.padEnd(width)}  ${found}: ${meaning}`)
    .join('\n');
}
