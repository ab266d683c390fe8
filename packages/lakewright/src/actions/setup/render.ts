import type { SetupResult } from './setup';

export function renderSetup(results: readonly SetupResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  return results
    .map(({ name, purpose, state, folder }) => `${state.padEnd(7)}  ${name.padEnd(width)}  ${folder ?? purpose}`)
    .join('\n');
}
