import { positionOf } from '../ddl/tokens';
import { SqlError, type SqlPosition } from '../errors';
import type { Assignment, MergeCase, PropertyItem, Statement } from './ast';
import { booleanExpression, toExpression } from './expressions';
import { identifier, qualifiedName, stringText } from './literals';
import { rootQuery } from './queries';
import { toRelation } from './relations';
import type { TreeNode } from './tree';

/** Distributes over a union. */
type Unnumbered<T> = T extends Statement ? Omit<T, 'parameters'> : never;
/** A statement whose parameters aren't counted yet. */
export type RawStatement = Unnumbered<Statement>;

/** The `statement` rule. */
export function toStatement(node: TreeNode, source: string): RawStatement {
  const { position } = node;
  switch (node.kind) {
    case 'StatementDefault':
      return { kind: 'query statement', query: rootQuery(node.child('rootQuery')), position };
    case 'InsertInto':
      return {
        kind: 'insert',
        table: qualifiedName(node.child('tableRef')),
        columns: columnNames(node.maybe('columnList'), 'columnRef'),
        query: rootQuery(node.child('rootQuery')),
        position,
      };
    case 'CreateTableAsSelect':
      // Trino's grammar has it, Athena's hasn't; its words are Athena's own.
      if (node.has('KW_REPLACE')) {
        throw new SqlError(
          'SYNTAX_ERROR',
          "mismatched input 'TABLE'. Expecting: 'MATERIALIZED', 'MULTI', 'PROTECTED', 'VIEW'",
          positionOf(source, node.range.start + source.slice(node.range.start).search(/\bTABLE\b/i)),
        );
      }
      return {
        kind: 'create table as',
        table: qualifiedName(node.child('tableNameCreate')),
        ifNotExists: node.has('KW_EXISTS'),
        columns: columnNames(node.maybe('columnListCreate'), 'columnNameCreate'),
        comment: commentOf(node),
        properties: propertiesOf(node),
        withData: !node.has('KW_NO'),
        query: rootQuery(node.child('rootQuery')),
        position,
      };
    case 'CreateView': {
      const query = node.child('rootQuery');
      return {
        kind: 'create view',
        view: qualifiedName(node.child('viewNameCreate')),
        orReplace: node.has('KW_REPLACE'),
        comment: commentOf(node),
        security: node.has('KW_INVOKER') ? 'INVOKER' : node.has('KW_DEFINER') ? 'DEFINER' : undefined,
        text: source.slice(query.range.start, query.range.end),
        query: rootQuery(query),
        position,
      };
    }
    case 'DropView':
      return {
        kind: 'drop view',
        view: qualifiedName(node.child('viewRef')),
        ifExists: node.has('KW_EXISTS'),
        position,
      };
    case 'Explain':
    case 'ExplainAnalyze':
      return explain(node, source);
    case 'Prepare': {
      const inner = node.child('statement');
      return {
        kind: 'prepare',
        name: identifier(node.child('identifier')),
        text: source.slice(inner.range.start, inner.range.end),
        statement: { ...toStatement(inner, source), parameters: 0 },
        position,
      };
    }
    case 'Execute':
      return {
        kind: 'execute',
        name: identifier(node.child('identifier')),
        args: node.all('expression').map(toExpression),
        position,
      };
    case 'ExecuteImmediate':
      return {
        kind: 'execute immediate',
        text: stringText(node.child('string')),
        args: node.all('expression').map(toExpression),
        position,
      };
    case 'Deallocate':
      return { kind: 'deallocate', name: identifier(node.child('identifier')), position };
    case 'Delete':
      return { kind: 'delete', table: qualifiedName(node.child('tableRef')), where: whereOf(node), position };
    case 'Update':
      return {
        kind: 'update',
        table: qualifiedName(node.child('tableRef')),
        assignments: node.all('updateAssignment').map(updateAssignment),
        where: whereOf(node),
        position,
      };
    case 'Merge':
      return merge(node);
    case 'ShowTables':
    case 'ShowSchemas':
    case 'ShowColumns':
      return show(node);
    default:
      return node.notCovered(`statement ${wordsOf(node.kind)}`);
  }
}

/** The grammar's name as SQL writes it: `CreateRole` → `CREATE ROLE`. */
const wordsOf = (kind: string): string => kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();

function columnNames(list: TreeNode | undefined, rule: string): string[] | undefined {
  return list?.all(rule).map((column) => qualifiedName(column).at(-1) ?? column.text);
}

function commentOf(node: TreeNode): string | undefined {
  const comment = node.maybeLabelled('comment');
  return comment && stringText(comment);
}

function whereOf(node: TreeNode) {
  const where = node.maybe('whereClause');
  return where && booleanExpression(where.child('booleanExpression'));
}

function propertiesOf(node: TreeNode): PropertyItem[] {
  const list = node.maybe('properties')?.child('propertyAssignments').all('property') ?? [];
  return list.map((property) => {
    const value = property.child('propertyValue');
    return {
      name: identifier(property.child('identifier')).toLowerCase(),
      value:
        value.kind === 'DefaultPropertyValue'
          ? { kind: 'null', position: value.position }
          : toExpression(value.child('expression')),
      position: property.position,
    };
  });
}

function explain(node: TreeNode, source: string): RawStatement {
  let type = 'DISTRIBUTED';
  let format = 'TEXT';
  for (const option of node.all('explainOption')) {
    const value = option.token('value') ?? '';
    if (option.kind === 'ExplainFormat') format = value;
    else type = value;
  }
  return {
    kind: 'explain',
    analyze: node.kind === 'ExplainAnalyze',
    verbose: node.has('KW_VERBOSE'),
    type,
    format,
    statement: { ...toStatement(node.child('statement'), source), parameters: 0 },
    position: node.position,
  };
}

function updateAssignment(node: TreeNode): Assignment {
  return {
    column: identifier(node.child('identifier')),
    value: toExpression(node.child('expression')),
    position: node.position,
  };
}

function merge(node: TreeNode): RawStatement {
  const alias = node.maybe('identifier');
  return {
    kind: 'merge',
    target: qualifiedName(node.child('tableRef')),
    alias: alias && identifier(alias),
    source: toRelation(node.child('relation')),
    on: toExpression(node.child('expression')),
    cases: node.all('mergeCase').map(mergeCase),
    position: node.position,
  };
}

function mergeCase(node: TreeNode): MergeCase {
  const conditionNode = node.maybeLabelled('condition');
  const condition = conditionNode && toExpression(conditionNode);
  const expressions = node.all('expression').slice(condition ? 1 : 0);
  const columns = node.all('identifier');
  switch (node.kind) {
    case 'MergeInsert':
      return {
        kind: 'insert',
        condition,
        columns: columns.length > 0 ? columns.map(identifier) : undefined,
        values: expressions.map(toExpression),
      };
    case 'MergeUpdate':
      return {
        kind: 'update',
        condition,
        assignments: columns.map((column, index) => {
          const value = expressions[index];
          if (!value) return node.notCovered('MERGE assignment');
          return { column: identifier(column), value: toExpression(value), position: column.position };
        }),
      };
    case 'MergeDelete':
      return { kind: 'delete', condition };
    default:
      return node.notCovered(node.kind);
  }
}

function show(node: TreeNode): RawStatement {
  const position: SqlPosition = node.position;
  const pattern = node.maybeLabelled('pattern');
  const like = pattern && stringText(pattern);
  const schema = node.maybe('schemaRef');
  if (node.kind === 'ShowTables') {
    return { kind: 'show', what: 'tables', name: schema && qualifiedName(schema), like, position };
  }
  if (node.kind === 'ShowSchemas') return { kind: 'show', what: 'schemas', like, position };
  const table = node.child('tableOrViewName');
  const name = qualifiedName(table.maybe('tableRef') ?? table.child('viewRef'));
  return { kind: 'show', what: 'columns', name, like, position };
}
