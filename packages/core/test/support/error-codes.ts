import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The error codes that a package's sources use, and those that its README lists; both sorted.
 *
 * @param directory the package's folder
 */
export function errorCodes(directory: string): { used: string[]; listed: string[] } {
  const sources = readdirSync(join(directory, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(directory, 'src', name), 'utf8'));
  const used = sources.flatMap((text) => [...text.matchAll(/LakeError\.message\(\s*'(\w+)'/g)].map(([, code]) => code));
  const section = readFileSync(join(directory, 'README.md'), 'utf8').split('## Error codes')[1] ?? '';
  const listed = [...section.matchAll(/^\| `(\w+)` \|(?!.*\(from core\))/gm)].map(([, code]) => code);
  return { used: unique(used), listed: unique(listed) };
}

function unique(codes: (string | undefined)[]): string[] {
  return [...new Set(codes.filter((code) => code !== undefined))].sort();
}
