/** A metric math expression: numbers, ids of metrics, `+ - * /`, brackets, `FILL(m1, 0)` and `SUM([m1, m2])`. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'metric'; readonly id: string }
  | { readonly kind: 'fill'; readonly of: Expression; readonly value: number }
  | { readonly kind: 'sum'; readonly of: readonly Expression[] }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** What isn't evaluated here, by its name. */
export class UnsupportedMath extends Error {}

/**
 * Parses an expression.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 * @throws UnsupportedMath
 */
export function parseMath(text: string): Expression {
  const tokens = text.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|\S/g) ?? [];
  let at = 0;
  const refuse = (): never => {
    throw new UnsupportedMath(`'${tokens[at] ?? 'its end'}' in the metric math '${text}'`);
  };
  const expect = (token: string): void => {
    if (tokens[at] !== token) refuse();
    at += 1;
  };
  const factor = (): Expression => {
    const token = tokens[at] ?? refuse();
    if (token === '(') {
      at += 1;
      const inner = sum();
      expect(')');
      return inner;
    }
    if (token === '-') {
      at += 1;
      return { kind: 'binary', operator: '-', left: { kind: 'number', value: 0 }, right: factor() };
    }
    if (/^\d/.test(token)) {
      at += 1;
      return { kind: 'number', value: Number(token) };
    }
    if (token === 'FILL') {
      at += 1;
      expect('(');
      const of = sum();
      expect(',');
      const value = tokens[at] ?? '';
      if (!/^\d/.test(value)) refuse();
      at += 1;
      expect(')');
      return { kind: 'fill', of, value: Number(value) };
    }
    if (token === 'SUM') {
      at += 1;
      expect('(');
      expect('[');
      const of = [sum()];
      while (tokens[at] === ',') {
        at += 1;
        of.push(sum());
      }
      expect(']');
      expect(')');
      return { kind: 'sum', of };
    }
    // Ids begin with a small letter, functions with a capital.
    if (!/^[a-z]/.test(token)) refuse();
    at += 1;
    return { kind: 'metric', id: token };
  };
  const chain = (operators: string, next: () => Expression) => (): Expression => {
    let left = next();
    while (operators.includes(tokens[at] ?? 'none')) {
      const operator = tokens[at++] as string;
      left = { kind: 'binary', operator, left, right: next() };
    }
    return left;
  };
  const product = chain('*/', factor);
  const sum = chain('+-', product);
  const parsed = sum();
  if (at < tokens.length) refuse();
  return parsed;
}

/** The metrics that an expression reads. */
export function idsOf(expression: Expression): string[] {
  if (expression.kind === 'metric') return [expression.id];
  if (expression.kind === 'fill') return idsOf(expression.of);
  if (expression.kind === 'sum') return expression.of.flatMap(idsOf);
  return expression.kind === 'binary' ? [...idsOf(expression.left), ...idsOf(expression.right)] : [];
}

/**
 * The value in one period; undefined where a metric that isn't filled has none.
 *
 * FILL has nothing for a metric that never had a point; SUM of an array adds what there is.
 */
export function evaluateMath(
  expression: Expression,
  value: (id: string) => number | undefined,
  everHad: (id: string) => boolean,
): number | undefined {
  const of = (one: Expression): number | undefined => evaluateMath(one, value, everHad);
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'metric':
      return value(expression.id);
    case 'fill':
      return of(expression.of) ?? (idsOf(expression.of).some(everHad) ? expression.value : undefined);
    case 'sum': {
      const known = expression.of.map(of).filter((one) => one !== undefined);
      return known.length === 0 ? undefined : known.reduce((all, one) => all + one, 0);
    }
    case 'binary': {
      const [left, right] = [of(expression.left), of(expression.right)];
      if (left === undefined || right === undefined) return undefined;
      switch (expression.operator) {
        case '+':
          return left + right;
        case '-':
          return left - right;
        case '*':
          return left * right;
        default:
          return right === 0 ? undefined : left / right;
      }
    }
  }
}
