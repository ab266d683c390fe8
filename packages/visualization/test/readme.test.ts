import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(__dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8').split('## Error codes')[1] ?? '';

test('the README lists every error code of the package, and no other', () => {
  const sources = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, 'src', name), 'utf8'));
  const used = sources.flatMap((text) => [...text.matchAll(/refuse\(\s*'(\w+)'/g)].map(([, code]) => code));
  const listed = [...readme.matchAll(/^\| `([A-Z]\w+)` \|/gm)].map(([, code]) => code);
  expect(used.length).toBeGreaterThan(0);
  expect(listed.sort()).toEqual([...new Set(used)].sort());
});
