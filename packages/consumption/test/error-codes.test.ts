import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the README lists every error code and every warning, and no other', () => {
  const folder = join(__dirname, '..');
  const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, 'src', name), 'utf8'))
    .join('\n');
  const [, section = ''] = readFileSync(join(folder, 'README.md'), 'utf8').split('## Errors and warnings');
  const all = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, one]) => one))].sort();
  expect(all(section, /^\| `([A-Z]\w+)` \|/gm)).toEqual(all(sources, /refuse\(\s*'(\w+)'/g));
  expect(all(section, /^\| `@lakewright\/consumption:(\w+)` \|/gm)).toEqual(
    all(sources, /'@lakewright\/consumption:(\w+)'/g),
  );
});
