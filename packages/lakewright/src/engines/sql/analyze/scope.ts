import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import { fieldIndex } from '../types/build';
import type { Context } from './context';
import type { Column, Field, LambdaParameter, Typed } from './typed';

/** The columns that names may refer to at one level of nesting; names not found go to the parent. */
export interface Scope {
  readonly fields: readonly Field[];
  readonly parent: Scope | undefined;
  /** Lambda parameters, lower case. */
  readonly parameters?: ReadonlyMap<string, LambdaParameter>;
  readonly depth: number;
}

export function childScope(
  fields: readonly Field[],
  parent: Scope | undefined,
  parameters?: ReadonlyMap<string, LambdaParameter>,
): Scope {
  return { fields, parent, parameters, depth: (parent?.depth ?? 0) + 1 };
}

/** The columns of enclosing queries that a subquery reads, noted while it's analyzed. */
export interface Captures {
  /** The scope that the subquery stands in. */
  readonly scope: Scope | undefined;
  readonly columns: Column[];
  readonly outer: Captures | undefined;
}

/**
 * `a`, `t.a`, `s.t.a`, `c.s.t.a`, followed by field names of rows. The longest qualifier that fits wins, as the
 * innermost scope does.
 */
export function resolveName(parts: readonly string[], context: Context, position: SqlPosition): Typed {
  const lower = parts.map((part) => part.toLowerCase());
  for (let scope = context.scope; scope; scope = scope.parent) {
    const parameter = scope.parameters?.get(lower[0] ?? '');
    if (parameter) return accessFields({ ...parameter, position }, parts.slice(1), position);
    for (let qualifiers = Math.min(lower.length - 1, 3); qualifiers >= 0; qualifiers--) {
      const [first, second] = findFields(scope.fields, lower.slice(0, qualifiers), lower[qualifiers] ?? '');
      if (!first) continue;
      if (second) throw new SqlError('AMBIGUOUS_NAME', `Column '${parts.join('.')}' is ambiguous`, position);
      const column = readField(first, context, scope, position);
      return accessFields(column, parts.slice(qualifiers + 1), position);
    }
  }
  throw new SqlError('COLUMN_NOT_FOUND', `Column '${parts.join('.')}' cannot be resolved`, position);
}

function findFields(fields: readonly Field[], qualifier: readonly string[], name: string): Field[] {
  return fields.filter(
    (field) =>
      field.name?.toLowerCase() === name &&
      (qualifier.length === 0 ? !field.qualifiedOnly : hasQualifier(field, qualifier)),
  );
}

/** `t` and `s.t` fit a column of `c.s.t`. */
export function hasQualifier(field: Field, qualifier: readonly string[]): boolean {
  const own = field.qualifier;
  if (!own || qualifier.length > own.length) return false;
  return qualifier.every((part, index) => own[own.length - qualifier.length + index]?.toLowerCase() === part);
}

/** A reference to the field; reads of table columns and reads from outside a subquery are noted. */
export function readField(field: Field, context: Context, scope: Scope, position?: SqlPosition): Typed {
  if ('expression' in field.source) {
    noteReads(field.source.expression, context, scope);
    return field.source.expression;
  }
  const column: Column = { kind: 'column', type: field.type, field, position };
  noteReads(column, context, scope);
  return column;
}

function noteReads(node: Typed, context: Context, scope: Scope): void {
  if (node.kind === 'coalesce') for (const item of node.items) noteReads(item, context, scope);
  else if (node.kind === 'cast') noteReads(node.operand, context, scope);
  if (node.kind !== 'column') return;
  const { field } = node;
  if (field.scan && 'column' in field.source) field.scan.used.add(field.source.column);
  for (let captures = context.captures; captures; captures = captures.outer) {
    if (captures.scope && scope.depth <= captures.scope.depth) captures.columns.push(node);
  }
}

function accessFields(base: Typed, names: readonly string[], position: SqlPosition): Typed {
  return names.reduce((node, name) => accessField(node, name, position), base);
}

/** `expression.name`. */
export function accessField(base: Typed, name: string, position: SqlPosition): Typed {
  if (base.type.kind !== 'row') {
    throw new SqlError('TYPE_MISMATCH', `Expression ${describe(base)} is not of type ROW`, position);
  }
  const index = fieldIndex(base.type, name);
  const field = base.type.fields[index];
  if (!field) {
    throw new SqlError('INVALID_COLUMN_REFERENCE', `Column '${name}' cannot be resolved`, position);
  }
  const twins = base.type.fields.filter((other) => other.name?.toLowerCase() === name.toLowerCase());
  if (twins.length > 1) throw new NotCoveredError(`row with two fields named ${name}`, position);
  return { kind: 'field', type: field.type, base, index, position };
}

const describe = (node: Typed): string => (node.kind === 'column' ? (node.field.name ?? '') : node.kind);
