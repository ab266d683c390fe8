/** A text as a literal of JSONata that stands between `{%` and `%}`. */
export function literal(text: string): string {
  return JSON.stringify(text).replaceAll('%}', '%\\u007d');
}

/** Parts of an expression, put together to one text. */
export function concat(parts: string[]): string {
  const seen = parts.filter((part) => part !== '""');
  return seen.length === 0 ? '""' : seen.join(' & ');
}

/** An expression as a field of a state. */
export function field(expression: string): string {
  return `{% ${expression} %}`;
}

/** A JSONPath of a pipeline (`$$.Execution.Name`, `$.day`) as JSONata. */
export function fromPath(path: string): string {
  return path.replace(/^\$\$/, '$states.context').replace(/^\$(?=[.[]|$)/, '$states.input');
}
