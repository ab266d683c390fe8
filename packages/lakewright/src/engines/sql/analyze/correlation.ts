import { isInteger } from '../types/build';
import type { Column, Typed, TypedBody, TypedGrouping, TypedQuery, TypedRelation, TypedSelect } from './typed';
import { containsAggregate, containsWindow, fingerprint, some } from './walk';

/** How a subquery is used: Trino rewrites each to a join in its own way. */
export type SubqueryUse = 'scalar' | 'exists' | 'in' | 'quantified' | 'lateral';

/**
 * Can Trino turn the correlated subquery into a join? It has no nested loop over subqueries: what its
 * `PlanNodeDecorrelator` can't rewrite fails with "Given correlated subquery is not supported", and on Athena too.
 */
export function isPlannable(query: TypedQuery, captures: readonly Column[], use: SubqueryUse): boolean {
  if (captures.length === 0) return true;
  return new Decorrelator(new Set(captures.map(fingerprint))).supports(query, use);
}

/** What a rewritten part of the subquery gives: columns are named by their fingerprints. */
interface Rewritten {
  /** Columns that the join needs: those that conditions on outer columns read. */
  readonly needed: ReadonlySet<string>;
  /** Of them, those with one value for each row of the outer query (`u.a = t.a`). */
  readonly constant: ReadonlySet<string>;
  readonly atMostOneRow: boolean;
  readonly isCorrelated: boolean;
}

const UNCORRELATED: Rewritten = { needed: new Set(), constant: new Set(), atMostOneRow: false, isCorrelated: false };

const containsAll = (set: ReadonlySet<string>, names: Iterable<string>): boolean =>
  [...names].every((name) => set.has(name));

class Decorrelator {
  /** Columns of derived tables that are columns of the query inside. */
  private readonly renamed = new Map<string, string>();
  private readonly commonTables = new Map<string, TypedQuery>();

  public constructor(private readonly outer: ReadonlySet<string>) {}

  public supports(query: TypedQuery, use: SubqueryUse): boolean {
    for (const { name, query: item } of query.with) this.commonTables.set(name, item);
    if (use === 'in') return this.isFilterOnly(query);
    if (use !== 'quantified' && isSingleRow(query)) return true;
    const global = this.globalAggregation(query);
    if (use === 'exists') {
      if (global && !global.having) return true;
      return global === undefined && this.query(query, false) !== undefined;
    }
    if (!global) return this.unnestsOuter(query) || this.query(query, true) !== undefined;
    if (use === 'quantified' || global.having || this.source(global, true) === undefined) return false;
    return !argumentsOf(global).some((node) => this.mentions(node));
  }

  /** IN knows conditions and columns only. */
  private isFilterOnly(query: TypedQuery): boolean {
    const { body } = query;
    const limited = query.limit !== undefined || query.offset !== undefined;
    if (body.kind === 'query') return !limited && this.isFilterOnly(body);
    if (body.kind !== 'select' || limited || body.distinct || isAggregated(body) || body.items.some(containsWindow)) {
      return false;
    }
    return this.unitOf(body) && this.source(body, false) !== undefined;
  }

  private unitOf(select: TypedSelect): boolean {
    return select.from.length > 0 && !select.items.some((item) => this.mentions(item));
  }

  /** `SELECT max(x) …` without GROUP BY, also below a SELECT that only computes with it. */
  private globalAggregation(query: TypedQuery): TypedSelect | undefined {
    const { body } = query;
    if (body.kind === 'query') return this.globalAggregation(body);
    if (body.kind !== 'select') return undefined;
    if (isAggregated(body)) return isGlobal(body.groupBy) ? body : undefined;
    const [only, ...more] = body.from;
    if (!only || more.length > 0 || body.where || body.distinct || body.items.some(containsWindow)) return undefined;
    const inner = only.kind === 'derived' ? only.query : undefined;
    return inner && this.globalAggregation(inner);
  }

  /** `SELECT … FROM UNNEST(outer.items)`, without conditions. */
  private unnestsOuter({ body }: TypedQuery): boolean {
    if (body.kind === 'query') return this.unnestsOuter(body);
    if (body.kind !== 'select' || body.from.length !== 1 || body.where || isAggregated(body)) return false;
    return body.from[0]?.kind === 'unnest';
  }

  private query(query: TypedQuery, outputsUsed: boolean): Rewritten | undefined {
    for (const { name, query: item } of query.with) this.commonTables.set(name, item);
    const { body, limit, offset } = query;
    const rewritten = this.body(body, outputsUsed);
    if (!rewritten?.isCorrelated || rewritten.atMostOneRow) return rewritten;
    if (offset !== undefined) return undefined;
    if (limit === undefined) return rewritten;
    if (limit === '0' || query.withTies) return undefined;
    const sorted = body.kind === 'select' ? body.orderBy.length > 0 : query.orderBy.length > 0;
    const { needed, constant } = rewritten;
    if (!containsAll(constant, needed)) return undefined;
    const one = limit === '1';
    if (one && !sorted && outputsUsed && !containsAll(constant, this.outputsOf(body))) return undefined;
    return { ...rewritten, atMostOneRow: one };
  }

  private body(body: TypedBody, outputsUsed: boolean): Rewritten | undefined {
    if (body.kind === 'query') return this.query(body, outputsUsed);
    if (body.kind === 'select') return this.select(body, outputsUsed);
    return this.bodyMentions(body) ? undefined : UNCORRELATED;
  }

  private select(select: TypedSelect, outputsUsed: boolean): Rewritten | undefined {
    if (outputsUsed && select.items.some((item) => this.mentions(item))) return undefined;
    const source = this.source(select, false);
    const keys = (select.groupBy ?? []).flatMap((element) => (element.kind === 'simple' ? element.keys : []));
    if (keys.some((key) => this.mentions(key))) return undefined;
    if (!source?.isCorrelated) return source;
    if (outputsUsed && select.items.some(containsWindow)) return undefined;
    const grouped = isAggregated(select) ? this.grouped(select, source) : source;
    if (!grouped || !select.distinct) return grouped;
    return keyed(grouped, this.outputsOf(select));
  }

  private grouped(select: TypedSelect, source: Rewritten): Rewritten | undefined {
    const { groupBy } = select;
    if (isGlobal(groupBy) || !groupBy?.every((element) => element.kind === 'simple')) return undefined;
    if (argumentsOf(select).some((node) => this.mentions(node))) return undefined;
    const keys = groupBy.flatMap((element) => (element.kind === 'simple' ? element.keys : []));
    const result = keyed(
      source,
      keys.map((key) => this.symbolOf(key)),
    );
    return result && select.having ? this.filtered(result, select.having) : result;
  }

  /** FROM and WHERE. */
  private source(select: TypedSelect, allowUnnest: boolean): Rewritten | undefined {
    const [only, ...more] = select.from;
    if (allowUnnest && only?.kind === 'unnest' && more.length === 0 && !select.where) return UNCORRELATED;
    const from = only && more.length === 0 ? this.relation(only, select) : this.separate(select.from);
    return from && select.where ? this.filtered(from, select.where) : from;
  }

  private relation(relation: TypedRelation, reader: TypedSelect): Rewritten | undefined {
    if (relation.kind === 'join' && (relation.type === 'INNER' || relation.type === 'CROSS')) {
      const sides = this.separate([relation.left, relation.right]);
      return sides && relation.on ? this.filtered(sides, relation.on) : sides;
    }
    const inner =
      relation.kind === 'derived'
        ? relation.query
        : relation.kind === 'common table'
          ? this.commonTables.get(relation.name)
          : undefined;
    if (!inner || !('alias' in relation)) return this.separate([relation]);
    const read = [...reader.items, reader.where, reader.having].flatMap((node) => (node ? columnsOf(node) : []));
    const isRead = read.some((column) => fingerprint(column).startsWith(`${relation.alias}.`));
    const rewritten = this.query(inner, isRead || reader.groupBy !== undefined);
    this.outputsOf(inner.body).forEach((name, index) => {
      this.renamed.set(`${relation.alias}.c${index + 1}`, name);
    });
    return rewritten;
  }

  private separate(relations: readonly TypedRelation[]): Rewritten | undefined {
    return relations.some((relation) => this.relationMentions(relation)) ? undefined : UNCORRELATED;
  }

  private filtered(source: Rewritten, condition: Typed): Rewritten | undefined {
    const conjuncts = condition.kind === 'logical' && condition.operator === 'AND' ? condition.terms : [condition];
    const correlated = conjuncts.filter((conjunct) => this.mentions(conjunct));
    if (correlated.length === 0) return source;
    if (correlated.some((conjunct) => some(conjunct, (part) => this.capturesOuter(part)))) return undefined;
    const needed = new Set(source.needed);
    const constant = new Set(source.constant);
    for (const conjunct of correlated) {
      for (const column of columnsOf(conjunct)) if (!this.isOuter(column)) needed.add(this.symbolOf(column));
      if (conjunct.kind !== 'comparison' || conjunct.operator !== '=') continue;
      const { left, right } = conjunct;
      for (const [own, other] of [[left, right] as const, [right, left] as const]) {
        const column = withoutInjectiveCast(own);
        if (column && !this.isOuter(column) && columnsOf(other).every((item) => this.isOuter(item))) {
          constant.add(this.symbolOf(column));
        }
      }
    }
    return { needed, constant, atMostOneRow: source.atMostOneRow, isCorrelated: true };
  }

  private outputsOf(body: TypedBody): string[] {
    if (body.kind === 'query') return this.outputsOf(body.body);
    return body.kind === 'select' ? body.items.map((item) => this.symbolOf(item)) : [];
  }

  private symbolOf(node: Typed): string {
    const print = fingerprint(node);
    return this.renamed.get(print) ?? print;
  }

  private isOuter(node: Typed): boolean {
    return node.kind === 'column' && this.outer.has(fingerprint(node));
  }

  private capturesOuter(node: Typed): boolean {
    return 'captures' in node && node.captures.some((column) => this.isOuter(column));
  }

  private mentions(node: Typed): boolean {
    return some(node, (part) => this.isOuter(part) || this.capturesOuter(part));
  }

  private relationMentions(relation: TypedRelation): boolean {
    switch (relation.kind) {
      case 'derived':
        return this.queryMentions(relation.query);
      case 'unnest':
        return relation.items.some(({ value }) => this.mentions(value));
      case 'join':
        return (
          this.relationMentions(relation.left) ||
          this.relationMentions(relation.right) ||
          (relation.on !== undefined && this.mentions(relation.on))
        );
      case 'common table': {
        const definition = this.commonTables.get(relation.name);
        return definition !== undefined && this.queryMentions(definition);
      }
      default:
        return false;
    }
  }

  private queryMentions(query: TypedQuery): boolean {
    return this.bodyMentions(query.body) || query.with.some((item) => this.queryMentions(item.query));
  }

  private bodyMentions(body: TypedBody): boolean {
    switch (body.kind) {
      case 'query':
        return this.queryMentions(body);
      case 'values':
        return body.rows.some((row) => row.some((cell) => this.mentions(cell)));
      case 'set operation':
        return this.bodyMentions(body.left) || this.bodyMentions(body.right);
      case 'select': {
        const nodes = [...body.items, body.where, body.having, ...body.orderBy.map((item) => item.expression)];
        return (
          body.from.some((relation) => this.relationMentions(relation)) ||
          nodes.some((node) => node !== undefined && this.mentions(node))
        );
      }
    }
  }
}

/** Grouping by columns: others that are needed must be constant to be added to the key. */
function keyed(source: Rewritten, keys: readonly string[]): Rewritten | undefined {
  const own = new Set(keys);
  if (
    !containsAll(
      source.constant,
      [...source.needed].filter((name) => !own.has(name)),
    )
  )
    return undefined;
  return { ...source, atMostOneRow: containsAll(source.constant, own) };
}

const isAggregated = (select: TypedSelect): boolean =>
  select.groupBy !== undefined || select.having !== undefined || select.items.some(containsAggregate);

const isGlobal = (groupBy: readonly TypedGrouping[] | undefined): boolean =>
  !groupBy || groupBy.every((element) => element.kind === 'simple' && element.keys.length === 0);

/** Exactly one row, computed from nothing. */
function isSingleRow({ body, limit, offset }: TypedQuery): boolean {
  if (limit !== undefined || offset !== undefined) return false;
  if (body.kind === 'query') return isSingleRow(body);
  if (body.kind === 'values') return body.rows.length === 1;
  if (body.kind !== 'select' || body.where || body.having || body.distinct || isAggregated(body)) return false;
  const [only, ...more] = body.from;
  if (!only) return true;
  return more.length === 0 && only.kind === 'derived' && isSingleRow(only.query);
}

/** What stands inside the aggregations. */
function argumentsOf(select: TypedSelect): Typed[] {
  const found: Typed[] = [];
  for (const item of select.having ? [...select.items, select.having] : select.items) {
    some(item, (part) => {
      if (part.kind === 'aggregate') found.push(part);
      return false;
    });
  }
  return found;
}

function columnsOf(node: Typed): Column[] {
  const found: Column[] = [];
  some(node, (part) => {
    if (part.kind === 'column') found.push(part);
    if ('captures' in part) found.push(...part.captures);
    return false;
  });
  return found;
}

/** The column, also below a coercion that keeps different values different. */
function withoutInjectiveCast(node: Typed): Column | undefined {
  if (node.kind === 'column') return node;
  if (node.kind !== 'cast' || !node.implicit || node.operand.kind !== 'column') return undefined;
  const from = node.operand.type;
  const isLossy = from.kind === 'bigint' || !isInteger(from);
  if ((node.type.kind === 'double' || node.type.kind === 'real') && isLossy) return undefined;
  return node.operand;
}
