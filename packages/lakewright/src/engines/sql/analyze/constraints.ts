import type { ScanConstraint } from '../contract';
import type { Column, Literal, Typed } from './typed';

/**
 * Notes on the scans what a condition says about partition keys: conjuncts of a key with literals. Every row that may
 * reach the result satisfies them, so a scan may leave out the partitions that don't. `scans`: the aliases for which
 * this condition decides.
 */
export function constrain(condition: Typed, scans: ReadonlySet<string>, allowNull = true): void {
  if (condition.kind === 'logical' && condition.operator === 'AND') {
    for (const term of condition.terms) constrain(term, scans, allowNull);
    return;
  }
  const found = constraintOf(condition);
  if (!found) return;
  const { column, constraint } = found;
  const { scan } = column.field;
  if (!scan || !scans.has(scan.alias) || (constraint.operator === 'is null' && !allowNull)) return;
  scan.constraints.push(constraint);
}

const MIRRORED = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function constraintOf(node: Typed): { column: Column; constraint: ScanConstraint } | undefined {
  switch (node.kind) {
    case 'comparison':
      return (
        constraint(node.left, node.operator, [node.right]) ??
        constraint(node.right, MIRRORED[node.operator], [node.left])
      );
    case 'in list':
      return constraint(node.operand, 'in', node.list);
    case 'like':
      return node.escape ? undefined : constraint(node.operand, 'like', [node.pattern]);
    case 'is null':
      return constraint(node.operand, 'is null', []);
    case 'not':
      return node.operand.kind === 'is null' ? constraint(node.operand.operand, 'is not null', []) : undefined;
    default:
      return undefined;
  }
}

function constraint(side: Typed, operator: ScanConstraint['operator'], values: readonly Typed[]) {
  const column = partitionKey(side);
  const texts = values.map(literalText);
  if (!column || texts.some((text) => text === undefined)) return undefined;
  const name = column.field.name?.toLowerCase() ?? '';
  return { column, constraint: { column: declaredName(column) ?? name, operator, values: texts as string[] } };
}

const declaredName = ({ field }: Column): string | undefined =>
  'column' in field.source ? field.source.column : undefined;

/** A partition key itself, or one widened by an implicit cast between texts or integers: its order doesn't change. */
function partitionKey(node: Typed): Column | undefined {
  if (node.kind === 'cast' && node.implicit) {
    const kinds = [node.type.kind, node.operand.type.kind];
    const text = kinds.every((kind) => kind === 'varchar');
    const integers = kinds.every((kind) => ['tinyint', 'smallint', 'integer', 'bigint'].includes(kind));
    return text || integers ? partitionKey(node.operand) : undefined;
  }
  if (node.kind !== 'column') return undefined;
  const name = declaredName(node);
  const column = node.field.scan?.table.columns.find((item) => item.name === name);
  return column?.partitionKey ? node : undefined;
}

/** As Trino prints it; undefined when it isn't a literal or its text isn't that of the partition's value. */
function literalText(node: Typed): string | undefined {
  if (node.kind === 'cast' && node.implicit) {
    return node.type.kind === 'varchar' || node.type.kind === 'bigint' ? literalText(node.operand) : undefined;
  }
  if (node.kind !== 'literal') return undefined;
  return textOf(node);
}

function textOf({ type, value }: Literal): string | undefined {
  switch (type.kind) {
    case 'varchar':
    case 'date':
      return value === null ? undefined : String(value);
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return value === null ? undefined : String(value);
    default:
      return undefined;
  }
}
