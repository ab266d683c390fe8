import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(__dirname, '..');

test('the README lists every error code of the package, and no other', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'));
  const used = sources.flatMap((text) => [...text.matchAll(/refuse\(\s*'(\w+)'/g)].map(([, code]) => code));
  const section = readFileSync(join(root, 'README.md'), 'utf8').split('## Error codes')[1] ?? '';
  const listed = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  expect(listed).toEqual([...new Set(used)].sort());
});
