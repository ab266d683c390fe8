import { notCovered } from '../support';
import { javaDouble } from './java-number';
import type {
  ArithmeticOperator,
  PathComparison,
  PathExpression,
  PathMethod,
  PathPredicate,
  PathSubscript,
  SqlJsonPath,
} from './json-path-parse';
import type { JsonNumber, JsonValue } from './json-value';

/** What the evaluation of a path fails with: unknown inside a predicate, ON ERROR outside. */
export class PathError extends Error {}

const fail = (): never => {
  throw new PathError();
};

/** The sequence that a path gives for a document. */
export function evaluatePath(
  path: SqlJsonPath,
  root: JsonValue,
  variables: ReadonlyMap<string, JsonValue>,
): readonly JsonValue[] {
  return new Evaluator(path.lax, root, variables).sequence(path.expression, {});
}

interface Scope {
  readonly current?: JsonValue;
  /** Index of the last item of the array that's subscripted. */
  readonly last?: number;
}

class Evaluator {
  /** `keyvalue()` numbers the objects that it takes apart. */
  private objects = 0;

  constructor(
    private readonly lax: boolean,
    private readonly root: JsonValue,
    private readonly variables: ReadonlyMap<string, JsonValue>,
  ) {}

  public sequence(node: PathExpression, scope: Scope): readonly JsonValue[] {
    switch (node.kind) {
      case 'root':
        return [this.root];
      case 'current':
        return [scope.current ?? fail()];
      case 'last':
        return [{ kind: 'number', text: String(scope.last ?? fail()) }];
      case 'literal':
        return [node.value];
      case 'variable':
        return [this.variables.get(node.name) ?? fail()];
      case 'member':
        return this.unwrapped(this.sequence(node.base, scope)).flatMap((value) => this.member(value, node.name));
      case 'descendant':
        return this.sequence(node.base, scope).flatMap((value) => descendants(value, node.name ?? ''));
      case 'items':
        return this.sequence(node.base, scope).flatMap((value) => this.items(value, node.subscripts, scope));
      case 'filter': {
        const values = this.unwrapped(this.sequence(node.base, scope));
        return values.filter((current) => this.test(node.predicate, { ...scope, current }) === true);
      }
      case 'method':
        return this.method(node.method, this.sequence(node.base, scope));
      case 'sign': {
        const values = this.unwrapped(this.sequence(node.operand, scope)).map(asNumber);
        return node.operator === '+' ? values : values.map((value) => calculate('-', ZERO, value));
      }
      case 'arithmetic': {
        const [left, right] = [this.single(node.left, scope), this.single(node.right, scope)];
        return [calculate(node.operator, left, right)];
      }
    }
  }

  private single(node: PathExpression, scope: Scope): JsonNumber {
    const [value, more] = this.unwrapped(this.sequence(node, scope));
    return value && !more ? asNumber(value) : fail();
  }

  /** Lax: arrays in place of their items. */
  private unwrapped(values: readonly JsonValue[]): readonly JsonValue[] {
    return this.lax ? values.flatMap((value) => (value.kind === 'array' ? value.items : [value])) : values;
  }

  private member(value: JsonValue, name: string | undefined): readonly JsonValue[] {
    if (value.kind !== 'object') return this.lax ? [] : fail();
    if (name === undefined) return [...value.fields.values()];
    const field = value.fields.get(name);
    return field ? [field] : this.lax ? [] : fail();
  }

  /** Lax: a value that isn't an array is taken for an array of it, what's out of range is left out. */
  private items(
    value: JsonValue,
    subscripts: readonly PathSubscript[] | undefined,
    scope: Scope,
  ): readonly JsonValue[] {
    const items = value.kind === 'array' ? value.items : this.lax ? [value] : fail();
    if (!subscripts) return items;
    const inner = { ...scope, last: items.length - 1 };
    return subscripts.flatMap(({ from, to }) => {
      const first = this.index(from, inner);
      const final = to ? this.index(to, inner) : first;
      if (!this.lax && (first < 0 || final >= items.length || first > final)) return fail();
      return first > final ? [] : items.slice(Math.max(0, first), Math.max(0, final + 1));
    });
  }

  private index(node: PathExpression, scope: Scope): number {
    const value = this.single(node, scope);
    return Math.round(Number(value.text));
  }

  private method(method: PathMethod, values: readonly JsonValue[]): readonly JsonValue[] {
    if (method === 'type') return values.map((value) => ({ kind: 'string', value: value.kind }));
    if (method === 'size') {
      return values.map((value) => {
        if (value.kind === 'array') return { kind: 'number', text: String(value.items.length) };
        return this.lax ? { kind: 'number', text: '1' } : fail();
      });
    }
    const items = this.unwrapped(values);
    if (method === 'keyvalue') return items.flatMap((value) => this.entries(value));
    if (method === 'double') return items.map(toDouble);
    return items.map((value) => rounded(method, asNumber(value)));
  }

  private entries(value: JsonValue): readonly JsonValue[] {
    if (value.kind !== 'object') return fail();
    const id: JsonValue = { kind: 'number', text: String(this.objects++) };
    return [...value.fields].map(([name, item]) => ({
      kind: 'object',
      fields: new Map<string, JsonValue>([
        ['name', { kind: 'string', value: name }],
        ['value', item],
        ['id', id],
      ]),
    }));
  }

  /** Undefined: unknown. */
  private test(node: PathPredicate, scope: Scope): boolean | undefined {
    switch (node.kind) {
      case 'and': {
        const [left, right] = [this.test(node.left, scope), this.test(node.right, scope)];
        return left === false || right === false ? false : left && right;
      }
      case 'or': {
        const [left, right] = [this.test(node.left, scope), this.test(node.right, scope)];
        return left || right ? true : left === undefined || right === undefined ? undefined : false;
      }
      case 'not': {
        const operand = this.test(node.operand, scope);
        return operand === undefined ? undefined : !operand;
      }
      case 'is unknown':
        return this.test(node.operand, scope) === undefined;
      case 'exists':
        return this.known(() => this.sequence(node.path, scope).length > 0);
      case 'starts with':
        return this.known(() => {
          const [start, more] = this.unwrapped(this.sequence(node.start, scope));
          const values = this.unwrapped(this.sequence(node.value, scope));
          if (start?.kind !== 'string' || more) return fail();
          return this.anyPair(values, [start], startsWith);
        });
      case 'comparison':
        return this.known(() => {
          const left = this.unwrapped(this.sequence(node.left, scope));
          const right = this.unwrapped(this.sequence(node.right, scope));
          return this.anyPair(left, right, (a, b) => compare(node.operator, a, b));
        });
    }
  }

  private known(test: () => boolean | undefined): boolean | undefined {
    try {
      return test();
    } catch (error) {
      if (error instanceof PathError) return undefined;
      throw error;
    }
  }

  /** Lax stops at the first pair that decides; strict looks at all, and one that can't be compared makes it unknown. */
  private anyPair(
    left: readonly JsonValue[],
    right: readonly JsonValue[],
    test: (a: JsonValue, b: JsonValue) => boolean | undefined,
  ): boolean | undefined {
    let [found, unknown] = [false, false];
    for (const a of left) {
      for (const b of right) {
        const result = test(a, b);
        if (result === undefined) unknown = true;
        else if (result) found = true;
        if (this.lax && (found || unknown)) return found ? true : undefined;
      }
    }
    return unknown ? undefined : found;
  }
}

function descendants(value: JsonValue, name: string): readonly JsonValue[] {
  if (value.kind === 'array') return value.items.flatMap((item) => descendants(item, name));
  if (value.kind !== 'object') return [];
  const own = value.fields.get(name);
  return [...(own ? [own] : []), ...[...value.fields.values()].flatMap((item) => descendants(item, name))];
}

function startsWith(value: JsonValue, start: JsonValue): boolean | undefined {
  if (value.kind !== 'string' || start.kind !== 'string') return undefined;
  return value.value.startsWith(start.value);
}

/** Undefined: the two can't be compared. */
function compare(operator: PathComparison, a: JsonValue, b: JsonValue): boolean | undefined {
  if (a.kind === 'null' || b.kind === 'null') {
    const same = a.kind === b.kind;
    if (operator === '==') return same;
    return operator === '<>' ? !same : same ? operator.endsWith('=') : false;
  }
  if (a.kind !== b.kind || a.kind === 'array' || a.kind === 'object') return undefined;
  const order = orderOf(a, b);
  switch (operator) {
    case '==':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
  }
}

function orderOf(a: JsonValue, b: JsonValue): number {
  if (a.kind === 'string' && b.kind === 'string') return Buffer.compare(Buffer.from(a.value), Buffer.from(b.value));
  if (a.kind === 'boolean' && b.kind === 'boolean') return Number(a.value) - Number(b.value);
  const [x, y] = [asNumber(a), asNumber(b)];
  if (kindOf(x) === 'integer' && kindOf(y) === 'integer') {
    const [m, n] = [BigInt(x.text), BigInt(y.text)];
    return m < n ? -1 : m > n ? 1 : 0;
  }
  return Number(x.text) - Number(y.text);
}

const ZERO: JsonNumber = { kind: 'number', text: '0' };
const LONG = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const INT = { min: -(2n ** 31n), max: 2n ** 31n - 1n };

/** An integer beyond bigint is a number that can't be worked with. */
function asNumber(value: JsonValue): JsonNumber {
  return value.kind === 'number' && !isBeyondLong(value) ? value : fail();
}

export function isBeyondLong(value: JsonNumber): boolean {
  return kindOf(value) === 'integer' && (BigInt(value.text) < LONG.min || BigInt(value.text) > LONG.max);
}

type NumberKind = 'integer' | 'decimal' | 'double';

/** A number of a document with a fraction or an exponent is a double, one of a path or a variable may be a decimal. */
export function kindOf({ text, decimal }: JsonNumber): NumberKind {
  if (decimal) return 'decimal';
  return /[.eE]|NaN|Infinity/.test(text) ? 'double' : 'integer';
}

function calculate(operator: ArithmeticOperator, a: JsonNumber, b: JsonNumber): JsonNumber {
  const kinds = [kindOf(a), kindOf(b)];
  if (kinds.includes('double')) {
    const [x, y] = [Number(a.text), Number(b.text)];
    const results = { '+': x + y, '-': x - y, '*': x * y, '/': x / y, '%': x % y };
    return { kind: 'number', text: javaDouble(results[operator]) };
  }
  if (kinds.includes('decimal')) return decimals(operator, a.text, b.text);
  const [x, y] = [BigInt(a.text), BigInt(b.text)];
  if ((operator === '/' || operator === '%') && y === 0n) return fail();
  const result =
    operator === '+' ? x + y : operator === '-' ? x - y : operator === '*' ? x * y : quotient(operator, x, y);
  const isInt = (value: bigint) => value >= INT.min && value <= INT.max;
  const range = isInt(x) && isInt(y) ? INT : LONG;
  return result < range.min || result > range.max ? fail() : { kind: 'number', text: String(result) };
}

const quotient = (operator: '/' | '%', x: bigint, y: bigint): bigint => (operator === '/' ? x / y : x % y);

/** Sums, differences and products are exact; quotients have a scale of their own in Trino. */
function decimals(operator: ArithmeticOperator, a: string, b: string): JsonNumber {
  if (operator === '/' || operator === '%') return notCovered('division of decimals in a JSON path');
  const [scaleA, scaleB] = [scaleOf(a), scaleOf(b)];
  const scale = operator === '*' ? scaleA + scaleB : Math.max(scaleA, scaleB);
  const unscaled = (text: string, to: number) => BigInt(text.replace('.', '')) * 10n ** BigInt(to - scaleOf(text));
  const product = unscaled(a, scaleA) * unscaled(b, scaleB);
  const [x, y] = [unscaled(a, Math.max(scaleA, scaleB)), unscaled(b, Math.max(scaleA, scaleB))];
  const result = operator === '*' ? product : operator === '+' ? x + y : x - y;
  const digits = (result < 0n ? -result : result).toString().padStart(scale + 1, '0');
  const cut = digits.length - scale;
  const text = `${result < 0n ? '-' : ''}${digits.slice(0, cut)}${scale > 0 ? `.${digits.slice(cut)}` : ''}`;
  return { kind: 'number', text, decimal: true };
}

const scaleOf = (text: string): number => text.split('.')[1]?.length ?? 0;

function rounded(method: 'ceiling' | 'floor' | 'abs', value: JsonNumber): JsonNumber {
  const kind = kindOf(value);
  if (kind === 'integer') {
    return method === 'abs' ? { kind: 'number', text: value.text.replace(/^-/, '') } : value;
  }
  if (kind === 'decimal' && method !== 'abs') return notCovered(`${method}() of a decimal in a JSON path`);
  if (kind === 'decimal') return { ...value, text: value.text.replace(/^-/, '') };
  const number = Number(value.text);
  const results = { ceiling: Math.ceil(number), floor: Math.floor(number), abs: Math.abs(number) };
  return { kind: 'number', text: javaDouble(results[method]) };
}

function toDouble(value: JsonValue): JsonNumber {
  const text = value.kind === 'number' ? value.text : value.kind === 'string' ? value.value.trim() : fail();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return fail();
  return { kind: 'number', text: javaDouble(Number(text)) };
}
