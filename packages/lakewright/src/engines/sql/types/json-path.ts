/**
 * Whether an SQL/JSON path is one that the runtime's evaluator covers: `lax|strict $` followed by `.key`, `."key"`,
 * `[0]`, `[*]` and `.size()`. The rest of the path language (filters, wildcards on members, methods) is refused.
 */
export function parseJsonPath(path: string): 'covered' | 'not covered' | 'invalid' {
  const match = /^\s*(?:(?:lax|strict)\s+)?(\$[\s\S]*)$/.exec(path);
  if (!match) return 'invalid';
  let rest = (match[1] ?? '').slice(1).trim();
  while (rest) {
    const step =
      /^\.\s*[A-Za-z_][A-Za-z0-9_]*(?!\s*\()/.exec(rest) ??
      /^\.\s*"[^"]*"/.exec(rest) ??
      /^\[\s*\d+\s*\]/.exec(rest) ??
      /^\[\s*\*\s*\]/.exec(rest) ??
      /^\.\s*size\s*\(\s*\)/.exec(rest);
    if (!step) return 'not covered';
    rest = rest.slice(step[0].length).trim();
  }
  return 'covered';
}
