import type { TypedRelation, TypedSelect } from '../analyze/typed';
import { isSubquery, some } from '../analyze/walk';
import type { TableScan } from '../contract';

type Scans = ReadonlyMap<string, TableScan>;

/** As many rows as Trino surely aggregates without passing groups on before the end (16 MB of groups). */
const FEW = 10_000;

/**
 * How many values of a group an aggregate of the query takes in Trino in one go and in the order in which it takes them
 * here; none where several threads may share the rows. Summaries whose answer depends on it (t-digests, histograms) ask.
 * Measured on Trino 476.
 */
export function valuesInOrder(select: TypedSelect, scans: Scans): number {
  const rows = rowsInOrder(select, scans);
  const expressions = [...select.items, ...select.orderBy.map((item) => item.expression)];
  if (select.having) expressions.push(select.having);
  const mixed = expressions.some((expression) =>
    some(expression, (node) => node.kind === 'aggregate' && !node.window && (node.distinct || node.orderBy.length > 0)),
  );
  if (rows === undefined || mixed) return 0;
  if (select.groupBy) return rows <= FEW ? FEW : 0;
  return Number.POSITIVE_INFINITY;
}

/** As many rows as one thread of Trino reads for the aggregates of a SELECT; undefined: several threads may. */
function rowsInOrder({ from, where }: TypedSelect, scans: Scans): number | undefined {
  if (where && some(where, isSubquery)) return undefined;
  const [first, ...others] = from;
  if (!first) return 1;
  // A cross join's rows come in another order here.
  return others.length === 0 ? rowsOf(first, scans) : undefined;
}

function rowsOf(relation: TypedRelation, scans: Scans): number | undefined {
  switch (relation.kind) {
    case 'scan':
      return scans.get(relation.alias)?.oneSplit?.rows;
    case 'unnest':
      return FEW;
    case 'sequence':
      return Number((relation.stop - relation.start) / relation.step) + 1;
    case 'derived': {
      const { body, with: common, orderBy, limit, offset } = relation.query;
      if (common.length > 0 || orderBy.length > 0 || limit !== undefined || offset !== undefined) return undefined;
      if (body.kind === 'values') return body.rows.length;
      return body.kind === 'select' && isPlain(body) ? rowsInOrder(body, scans) : undefined;
    }
    default:
      return undefined;
  }
}

/** Reads its rows one by one. */
const isPlain = (select: TypedSelect): boolean =>
  !select.distinct &&
  !select.groupBy &&
  !select.having &&
  select.orderBy.length === 0 &&
  !select.items.some((item) => some(item, (node) => node.kind === 'aggregate' || isSubquery(node)));
