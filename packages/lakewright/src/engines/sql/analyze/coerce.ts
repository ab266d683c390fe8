import { SqlError, type SqlPosition } from '../errors';
import { BOOLEAN } from '../types/build';
import { coercionCost, commonSuperType, sameType } from '../types/coercion';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import type { Literal, Typed } from './typed';

/** The value as another type, by an implicit cast where it takes one. */
export function coerce(node: Typed, type: TrinoType): Typed {
  if (sameType(node.type, type)) return node;
  if (coercionCost(node.type, type) === undefined) {
    throw new SqlError('TYPE_MISMATCH', `Cannot coerce ${typeText(node.type)} to ${typeText(type)}`, node.position);
  }
  const { position } = node;
  if (node.kind === 'literal' && node.value === null) return { ...node, type };
  if (
    node.kind === 'literal' &&
    typeof node.value === 'bigint' &&
    (type.kind === 'bigint' || type.kind === 'integer')
  ) {
    return { ...node, type };
  }
  return { kind: 'cast', type, operand: node, lenient: false, implicit: true, position };
}

/** The type that all of them coerce to; `what` names them in Trino's message. */
export function commonType(nodes: readonly Typed[], what: string): TrinoType {
  return nodes.reduce<TrinoType>((type, node) => {
    const common = commonSuperType(type, node.type);
    if (common) return common;
    throw new SqlError(
      'TYPE_MISMATCH',
      `All ${what} must be the same type or coercible to a common type. Cannot find common type between ${typeText(type)} and ${typeText(node.type)}, all types (without duplicates): [${[...new Set(nodes.map((n) => typeText(n.type)))].join(', ')}]`,
      node.position,
    );
  }, nodes[0]?.type ?? { kind: 'unknown' });
}

/** A condition: boolean, or NULL. */
export function condition(node: Typed, what: string): Typed {
  if (node.type.kind === 'boolean') return node;
  if (node.type.kind === 'unknown') return coerce(node, BOOLEAN);
  throw new SqlError(
    'TYPE_MISMATCH',
    `${what} must evaluate to a boolean (actual: ${typeText(node.type)})`,
    node.position,
  );
}

export const nullLiteral = (type: TrinoType, position?: SqlPosition): Literal => ({
  kind: 'literal',
  type,
  value: null,
  position,
});

export const textLiteral = (value: string, position?: SqlPosition): Literal => ({
  kind: 'literal',
  type: { kind: 'varchar', length: [...value].length },
  value,
  position,
});

/** The value of a literal, signs and coercions looked through; undefined when it isn't one. */
export function literalValue(node: Typed): Literal['value'] | undefined {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'cast':
      return node.implicit ? literalValue(node.operand) : undefined;
    case 'negation': {
      const value = literalValue(node.operand);
      if (typeof value === 'bigint' || typeof value === 'number') return -value;
      return typeof value === 'string' ? `-${value}` : undefined;
    }
    default:
      return undefined;
  }
}
