import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import { parseSqlJsonPath } from '../runtime/scalars/sql-json';
import * as build from '../types/build';
import { castSupport } from '../types/cast-matrix';
import { typeText } from '../types/text';
import { coerce, nullLiteral, textLiteral } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import type { Typed } from './typed';

type JsonNode = ast.JsonExists | ast.JsonValue | ast.JsonQuery | ast.JsonArray | ast.JsonObject;

/** The SQL/JSON functions: syntax of their own. */
export function jsonForm(node: JsonNode, context: Context): Typed {
  const { position } = node;
  switch (node.kind) {
    case 'json_exists':
      if (node.onError !== 'FALSE') throw new NotCoveredError(`JSON_EXISTS ${node.onError} ON ERROR`, position);
      return {
        kind: 'special',
        form: 'json exists',
        type: build.BOOLEAN,
        args: pathArguments(node, context),
        options: {},
        position,
      };
    case 'json_value':
      return jsonValue(node, context);
    case 'json_query':
      return {
        kind: 'special',
        form: 'json query',
        type: build.VARCHAR,
        args: pathArguments(node, context),
        options: { wrapper: node.wrapper },
        position,
      };
    case 'json_array':
      return {
        kind: 'special',
        form: 'json array',
        type: build.VARCHAR,
        args: node.items.map((item) => jsonItem(item, context)),
        options: { absentOnNull: node.absentOnNull },
        position,
      };
    case 'json_object':
      return {
        kind: 'special',
        form: 'json object',
        type: build.VARCHAR,
        args: node.members.flatMap(({ key, value }) => [jsonKey(key, context), jsonItem(value, context)]),
        options: { absentOnNull: node.absentOnNull },
        position,
      };
  }
}

/** Input and path: the path is checked now. */
function pathArguments(node: ast.JsonExists | ast.JsonValue | ast.JsonQuery, context: Context): [Typed, Typed] {
  const input = analyze(node.input, context);
  if (!build.isText(input.type) && input.type.kind !== 'unknown') {
    throw new NotCoveredError(`${node.kind} over ${typeText(input.type)}`, node.position);
  }
  if (!isCoveredPath(node)) throw new NotCoveredError(`JSON path ${node.path}`, node.position);
  return [coerce(input, build.VARCHAR), textLiteral(node.path)];
}

function isCoveredPath({ path, position }: { path: string; position: SqlPosition }): boolean {
  try {
    return parseSqlJsonPath(path) !== undefined;
  } catch {
    throw new SqlError('SYNTAX_ERROR', `Invalid JSON path: ${path}`, position);
  }
}

function jsonValue(node: ast.JsonValue, context: Context): Typed {
  const { type, position } = node;
  if (castSupport(build.VARCHAR, type) !== 'yes' || build.isStructural(type)) {
    throw new NotCoveredError(`JSON_VALUE RETURNING ${typeText(type)}`, position);
  }
  const fallback = (behaviour: ast.JsonBehaviour): Typed =>
    behaviour.value ? coerce(analyze(behaviour.value, context), type) : nullLiteral(type);
  return {
    kind: 'special',
    form: 'json value',
    type,
    args: [...pathArguments(node, context), fallback(node.onEmpty), fallback(node.onError)],
    options: { onEmpty: node.onEmpty.kind, onError: node.onError.kind },
    position,
  };
}

const ITEM_KINDS: ReadonlySet<string> = new Set([
  'unknown',
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'decimal',
  'varchar',
]);

function jsonItem(item: ast.Expression, context: Context): Typed {
  const value = analyze(item, context);
  if (ITEM_KINDS.has(value.type.kind)) return value;
  throw new NotCoveredError(`JSON constructor over ${typeText(value.type)}`, item.position);
}

function jsonKey(key: ast.Expression, context: Context): Typed {
  const value = analyze(key, context);
  if (build.isText(value.type)) return coerce(value, build.VARCHAR);
  throw new SqlError('TYPE_MISMATCH', `Invalid type of JSON object key: ${typeText(value.type)}`, key.position);
}
