import type { TableColumn } from '../../../engines/sql/contract';
import { SqlError } from '../../../engines/sql/errors';
import type { Expression, Query } from '../../../engines/sql/parse/ast';
import { parseQuery } from '../../../engines/sql/parse/index';
import type { TrinoType } from '../../../engines/sql/types/type';

const LONGEST = 2_047;

/** What a filter isn't allowed to say; `what` may name columns that a caller doesn't see. */
export class RowFilterError extends Error {}

/**
 * The predicate of a data cells filter: comparisons of a column of the table with constants, joined by AND, OR and NOT.
 *
 * @param columns all of the table's, those that the filter hides too
 * @throws RowFilterError for what Lake Formation's subset of PartiQL doesn't have
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
 */
export function parseRowFilter(text: string, columns: readonly TableColumn[]): Expression {
  if (text.length > LONGEST) throw new RowFilterError(`it has ${text.length} characters, ${LONGEST} are allowed`);
  const expression = parse(text);
  // The console takes the word for all rows.
  if (expression.kind !== 'boolean') check(expression, columns);
  return expression;
}

/** The text as a whole is one expression: nothing of a query may follow it. */
function parse(text: string): Expression {
  let query: Query;
  try {
    query = parseQuery(`SELECT ${text}`);
  } catch (error) {
    if (error instanceof SqlError) throw new RowFilterError(`it can't be read: ${error.message}`);
    throw error;
  }
  const { body, orderBy, limit, offset } = query;
  if (body.kind === 'select' && body.items.length === 1 && !orderBy.length && limit === undefined && !offset) {
    const { items, distinct, from, where, groupBy, having, windows } = body;
    const [item] = items;
    const more = distinct || from.length || where || groupBy || having || windows.length;
    if (item?.kind === 'expression' && item.alias === undefined && !more) return item.expression;
  }
  throw new RowFilterError('it is no predicate');
}

function check(node: Expression, columns: readonly TableColumn[]): void {
  switch (node.kind) {
    case 'logical':
      for (const term of node.terms) check(term, columns);
      break;
    case 'not':
      check(node.operand, columns);
      break;
    case 'comparison': {
      const left = typeOf(node.left, columns);
      const column = left ?? columnType(node.right, columns);
      constant(left ? node.right : node.left, column);
      break;
    }
    case 'between':
      constants([node.low, node.high], columnType(node.operand, columns));
      break;
    case 'in list':
      constants(node.list, columnType(node.operand, columns));
      break;
    case 'like': {
      const column = columnType(node.operand, columns);
      if (column !== 'text' || node.escape) throw new RowFilterError('LIKE compares a text, without ESCAPE');
      constant(node.pattern, column);
      break;
    }
    case 'is null':
      columnType(node.operand, columns);
      if (partOf(node.operand, columns)?.partitionKey) throw new RowFilterError('IS NULL of a partition key');
      break;
    default:
      throw new RowFilterError(`${node.kind} isn't part of a row filter`);
  }
}

type Family = 'text' | 'number' | 'boolean';

function columnType(node: Expression, columns: readonly TableColumn[]): Family {
  const type = typeOf(node, columns);
  if (!type) throw new RowFilterError('a column is compared with constants');
  return type;
}

/** Undefined for what isn't a column. */
function typeOf(node: Expression, columns: readonly TableColumn[]): Family | undefined {
  const path = pathOf(node);
  if (!path) return undefined;
  const [name = '', ...fields] = path.map((part) => part.toLowerCase());
  const column = columns.find((item) => item.name === name && !item.hidden);
  if (!column) throw new RowFilterError(`the table has no column ${name}`);
  let { type } = column;
  for (const field of fields) {
    const found = type.kind === 'row' ? type.fields.find((item) => item.name?.toLowerCase() === field) : undefined;
    if (!found) throw new RowFilterError(`${path.join('.')} is no field of a struct`);
    type = found.type;
  }
  return familyOf(type, path.join('.'));
}

function partOf(node: Expression, columns: readonly TableColumn[]): TableColumn | undefined {
  const name = pathOf(node)?.[0]?.toLowerCase();
  return columns.find((column) => column.name === name);
}

function pathOf(node: Expression): readonly string[] | undefined {
  if (node.kind === 'name') return node.parts;
  if (node.kind !== 'dereference') return undefined;
  const base = pathOf(node.base);
  return base && [...base, node.field];
}

function familyOf({ kind }: TrinoType, column: string): Family {
  switch (kind) {
    case 'varchar':
    case 'char':
      return 'text';
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'real':
    case 'double':
    case 'decimal':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      throw new RowFilterError(`column ${column} is of type ${kind}`);
  }
}

function constants(nodes: readonly Expression[], family: Family): void {
  for (const node of nodes) constant(node, family);
}

/** A constant of the column's own type. */
function constant(node: Expression, family: Family): void {
  const value = node.kind === 'sign' ? node.operand : node;
  const own = { string: 'text', number: 'number', boolean: 'boolean' }[value.kind as 'string'];
  if (own === family && (value === node || own === 'number')) return;
  throw new RowFilterError(`a constant that is a ${family} is wanted, it is a ${value.kind}`);
}
