import type { AggregateCall, Argument, Column, Typed, TypedLambda, TypedWindow } from './typed';

/** The sub-expressions of a node, bodies of lambdas included; what a subquery holds isn't. */
export function children(node: Typed): readonly Typed[] {
  switch (node.kind) {
    case 'literal':
    case 'column':
    case 'lambda parameter':
    case 'scalar subquery':
    case 'exists':
      return [];
    case 'logical':
      return node.terms;
    case 'not':
    case 'is null':
    case 'negation':
    case 'cast':
    case 'try':
    case 'in subquery':
    case 'quantified':
      return [node.operand];
    case 'comparison':
    case 'distinct from':
    case 'arithmetic':
      return [node.left, node.right];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'in list':
      return [node.operand, ...node.list];
    case 'like':
      return node.escape ? [node.operand, node.pattern, node.escape] : [node.operand, node.pattern];
    case 'case': {
      const parts = node.branches.flatMap((branch) => [branch.when, branch.result]);
      return node.otherwise ? [...parts, node.otherwise] : parts;
    }
    case 'coalesce':
    case 'row':
    case 'array':
      return node.items;
    case 'nullif':
      return [node.equal, node.value];
    case 'field':
      return [node.base];
    case 'subscript':
      return [node.base, node.index];
    case 'call':
    case 'special':
      return node.args.map(expressionOf);
    case 'aggregate':
      return aggregateChildren(node);
    case 'grouping':
      return node.columns;
  }
}

const expressionOf = (argument: Argument): Typed => (argument.kind === 'lambda' ? argument.body : argument);

function aggregateChildren(node: AggregateCall): readonly Typed[] {
  const own = [...node.args.map(expressionOf), ...node.orderBy.map((item) => item.expression)];
  if (node.filter) own.push(node.filter);
  return [...own, ...windowChildren(node)];
}

/** What the OVER clause of a window function holds. */
export const windowChildren = ({ window }: AggregateCall): readonly Typed[] => (window ? windowParts(window) : []);

export function windowParts({ partitionBy, orderBy, frame }: TypedWindow): readonly Typed[] {
  const bounds = [frame?.start, frame?.end].flatMap((bound) => (bound?.kind === 'offset' ? [bound.offset] : []));
  return [...partitionBy, ...orderBy.map((item) => item.expression), ...bounds];
}

/** Whether a node or one below it satisfies the predicate. */
export function some(node: Typed, predicate: (node: Typed) => boolean): boolean {
  return predicate(node) || children(node).some((child) => some(child, predicate));
}

/** An aggregation (not a window function over one) is in it. */
export const containsAggregate = (node: Typed): boolean =>
  some(node, (part) => (part.kind === 'aggregate' && !part.window) || part.kind === 'grouping');

export const containsGrouping = (node: Typed): boolean => some(node, ({ kind }) => kind === 'grouping');

export const isSubquery = ({ kind }: Typed): boolean =>
  kind === 'scalar subquery' || kind === 'exists' || kind === 'in subquery' || kind === 'quantified';

/** The columns that an expression reads, each once, by fingerprint; without what stands in a part that's left out. */
export function columnsIn(node: Typed, isLeftOut: (part: Typed) => boolean = () => false): Map<string, Column> {
  const found = new Map<string, Column>();
  const visit = (part: Typed): void => {
    if (isLeftOut(part)) return;
    if (part.kind === 'column') found.set(fingerprint(part), part);
    for (const child of children(part)) visit(child);
  };
  visit(node);
  return found;
}

export const containsWindow = (node: Typed): boolean =>
  some(node, (part) => part.kind === 'aggregate' && part.window !== undefined);

const prints = new WeakMap<object, string>();

/**
 * A text that is equal for expressions that are equal: what GROUP BY keys, DISTINCT and ORDER BY are matched by.
 * Positions don't count; lambda parameters are named by nesting, so their names in the statement don't either.
 */
export function fingerprint(node: Typed | TypedLambda): string {
  let print = prints.get(node);
  if (print === undefined) {
    print = describe(node);
    prints.set(node, print);
  }
  return print;
}

function describe(node: object): string {
  if ('kind' in node && node.kind === 'column' && 'field' in node) {
    const { source } = node.field as { source: { relation?: string; column?: string; expression?: Typed } };
    return source.expression ? fingerprint(source.expression) : `${source.relation}.${source.column}`;
  }
  const parts = Object.entries(node).map(([key, value]) =>
    key === 'position' ? '' : `${key}=${describeValue(value)}`,
  );
  return `{${parts.join(';')}}`;
}

function describeValue(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) return `[${value.map(describeValue).join(',')}]`;
  if ('signature' in value) return String(value.signature);
  return isNode(value) ? fingerprint(value) : describe(value);
}

const isNode = (value: object): value is Typed => 'kind' in value && 'type' in value;
