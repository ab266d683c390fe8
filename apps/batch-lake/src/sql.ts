import { readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(__dirname, '..', 'sql');

/**
 * The text of `sql/<name>.sql` as a JSONata expression, for a Step Functions state.
 *
 * `{{name}}` is replaced at synthesis by what `values` says, or, with `expressions`, by a JSONata expression that is
 * evaluated when the state runs.
 */
export function sqlExpression(
  name: string,
  values: Record<string, string>,
  expressions: Record<string, string>,
): string {
  const text = readFileSync(path.join(FOLDER, `${name}.sql`), 'utf8')
    .replace(/^--.*\n/gm, '')
    .trim();
  return jsonata(text, values, expressions);
}

/** The same for a text. */
export function jsonata(text: string, values: Record<string, string>, expressions: Record<string, string>): string {
  const parts = text.split(/\{\{(\w+)\}\}/).map((part, index) => {
    if (index % 2 === 0) return JSON.stringify(part);
    if (part in values) return JSON.stringify(values[part]);
    if (part in expressions) return expressions[part];
    throw new Error(`no value for {{${part}}}`);
  });
  return `{% ${parts.filter((part) => part !== '""').join(' & ')} %}`;
}
