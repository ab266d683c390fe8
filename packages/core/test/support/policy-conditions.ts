/** What is known of a request: `aws:SecureTransport`, `s3:prefix` …; keys ignore case, as in IAM. */
export type RequestContext = Readonly<Record<string, string | readonly string[] | undefined>>;

type Block = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Whether a statement's conditions hold.
 *
 * A key that the request lacks makes a condition false, and a negated one true; `…IfExists` makes it true.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionsHold(conditions: unknown, context: RequestContext): boolean {
  return Object.entries((conditions ?? {}) as Block).every(([operator, keys]) =>
    Object.entries(keys).every(([key, allowed]) => holds(operator, context, key, allowed)),
  );
}

/** IAM's text pattern: `*` any run of characters, `?` one; `${key}` stands for the value in the request. */
export function matches(pattern: string, text: string, context: RequestContext = {}): boolean {
  let known = true;
  const source = pattern.replace(/\$\{([^}]+)\}|[\s\S]/g, (piece, variable?: string) => {
    if (variable === undefined) return piece === '*' ? '[\\s\\S]*' : piece === '?' ? '[\\s\\S]' : literal(piece);
    if (['*', '?', '$'].includes(variable)) return literal(variable);
    const value = lookUp(context, variable);
    known &&= value?.length === 1;
    return literal(value?.[0] ?? '');
  });
  return known && new RegExp(`^${source}$`).test(text);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function holds(written: string, context: RequestContext, key: string, allowed: unknown): boolean {
  const [, quantifier, name = '', ifExists] = /^(ForAnyValue:|ForAllValues:)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  const wanted = [allowed].flat().map(String);
  const given = lookUp(context, key);
  if (name === 'Null') return wanted.includes(String(given === undefined));
  const negated = /Not/.test(name);
  if (given === undefined) return ifExists !== undefined || negated || quantifier === 'ForAllValues:';
  const test = comparison(name, context);
  const one = (value: string): boolean =>
    negated ? wanted.every((item) => !test(item, value)) : wanted.some((item) => test(item, value));
  return quantifier === 'ForAnyValue:' ? given.some(one) : given.every(one);
}

function comparison(name: string, context: RequestContext): (wanted: string, given: string) => boolean {
  const numeric = /^(?:Numeric|Date)(Not)?(Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)$/.exec(name);
  if (numeric) {
    return (wanted, given) => {
      const [a, b] = [Number(given), Number(wanted)];
      if (numeric[2] === 'Equals') return a === b;
      if (a === b) return numeric[2]?.endsWith('Equals') ?? false;
      return numeric[2]?.startsWith('Less') ? a < b : a > b;
    };
  }
  switch (name.replace('Not', '')) {
    case 'StringEquals':
      return (wanted, given) =>
        wanted.replace(/\$\{([^}]+)\}/g, (_, k: string) => lookUp(context, k)?.[0] ?? '') === given;
    case 'StringEqualsIgnoreCase':
      return (wanted, given) => wanted.toLowerCase() === given.toLowerCase();
    case 'StringLike':
    case 'ArnLike':
    case 'ArnEquals':
      return (wanted, given) => matches(wanted, given, context);
    case 'Bool':
      return (wanted, given) => wanted.toLowerCase() === given.toLowerCase();
    default:
      throw new Error(`the test evaluator doesn't know the condition operator "${name}"`);
  }
}

function lookUp(context: RequestContext, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
  return found === undefined ? undefined : [found].flat();
}
