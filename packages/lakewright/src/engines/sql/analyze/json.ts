import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import { parseSqlJsonPath } from '../runtime/scalars/json-path-parse';
import { ScalarFailure } from '../runtime/support';
import * as build from '../types/build';
import { castSupport } from '../types/cast-matrix';
import { sameType } from '../types/coercion';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { coerce, nullLiteral, textLiteral } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import type { SpecialForm, Typed } from './typed';

type JsonNode = ast.JsonExists | ast.JsonValue | ast.JsonQuery | ast.JsonArray | ast.JsonObject;
type PathNode = ast.JsonExists | ast.JsonValue | ast.JsonQuery;

/** The SQL/JSON functions: syntax of their own. */
export function jsonForm(node: JsonNode, context: Context): Typed {
  const { position } = node;
  switch (node.kind) {
    case 'json_exists':
      return {
        kind: 'special',
        form: 'json exists',
        type: build.BOOLEAN,
        args: pathArguments(node, context),
        options: { ...passedAs(node), onError: node.onError },
        position,
      };
    case 'json_value':
      return jsonValue(node, context);
    case 'json_query': {
      if (node.quotes && node.wrapper !== 'WITHOUT') {
        const text = `${node.quotes} QUOTES behavior specified with WITH WRAPPER`;
        throw new SqlError('INVALID_FUNCTION_ARGUMENT', text, position);
      }
      const { wrapper, onEmpty, onError } = node;
      const form: SpecialForm = {
        kind: 'special',
        form: 'json query',
        type: build.VARCHAR,
        args: pathArguments(node, context),
        options: { ...passedAs(node), wrapper, onEmpty, onError, omitQuotes: node.quotes === 'OMIT' },
        position,
      };
      return returning(form, node.type);
    }
    case 'json_array': {
      const form: SpecialForm = {
        kind: 'special',
        form: 'json array',
        type: build.VARCHAR,
        args: node.items.map((item) => jsonItem(item, context)),
        options: { absentOnNull: node.absentOnNull, formats: formats(node.items) },
        position,
      };
      return returning(form, node.type);
    }
    case 'json_object': {
      const form: SpecialForm = {
        kind: 'special',
        form: 'json object',
        type: build.VARCHAR,
        args: node.members.flatMap((member) => [jsonKey(member.key, context), jsonItem(member, context)]),
        options: { absentOnNull: node.absentOnNull, uniqueKeys: node.uniqueKeys, formats: formats(node.members) },
        position,
      };
      return returning(form, node.type);
    }
  }
}

/** Which of the items are JSON already: `1` with FORMAT JSON, `0` without. */
const formats = (items: readonly ast.JsonItem[]): string => items.map(({ format }) => (format ? '1' : '0')).join('');

/** `RETURNING type`: the text, cut to its length or as bytes. */
function returning(form: SpecialForm, type: TrinoType | undefined): Typed {
  if (!type || sameType(type, form.type)) return form;
  if (!build.isText(type) && type.kind !== 'varbinary') {
    throw new SqlError('TYPE_MISMATCH', `Cannot output JSON value as ${typeText(type)}`, form.position);
  }
  return { kind: 'cast', type, operand: form, lenient: false, implicit: false, position: form.position };
}

/** Input, path, variables: the path is checked now. */
function pathArguments(node: PathNode, context: Context): Typed[] {
  const input = analyze(node.input.value, context);
  if (input.type.kind === 'varbinary') throw new NotCoveredError(`${node.kind} over varbinary`, node.position);
  if (input.type.kind !== 'varchar' && input.type.kind !== 'unknown') {
    const text = `Cannot read input of type ${typeText(input.type)} as JSON using formatting JSON`;
    throw new SqlError('TYPE_MISMATCH', text, node.position);
  }
  const known = new Set(node.passing.map(({ name }) => name));
  for (const name of pathVariables(node)) {
    if (known.has(name)) continue;
    throw new SqlError('INVALID_PATH', `no value passed for parameter ${name}`, node.position);
  }
  const values = node.passing.map((item) => variable(item, context));
  return [coerce(input, build.VARCHAR), textLiteral(node.path), ...values];
}

function pathVariables({ path, position }: { path: string; position: SqlPosition }): ReadonlySet<string> {
  try {
    return parseSqlJsonPath(path).variables;
  } catch (error) {
    if (!(error instanceof ScalarFailure)) throw error;
    const isSupported = !error.message.includes('NOT_SUPPORTED');
    throw new SqlError(isSupported ? 'SYNTAX_ERROR' : 'NOT_SUPPORTED', `Invalid JSON path: ${path}`, position);
  }
}

/** What can be a value in a path without losing its type. */
const VARIABLES: ReadonlySet<string> = new Set([
  'unknown',
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'decimal',
  'double',
  'real',
  'varchar',
]);

function variable(item: ast.JsonItem, context: Context): Typed {
  const value = analyze(item.value, context);
  if (VARIABLES.has(value.type.kind)) return value;
  throw new NotCoveredError(`a JSON path parameter of type ${typeText(value.type)}`, item.value.position);
}

/** Names and formats of the variables, as JSON: options hold no lists. */
function passedAs({ passing }: PathNode): { readonly variables: string } {
  return { variables: JSON.stringify(passing.map(({ name, format }) => ({ name, format }))) };
}

function jsonValue(node: ast.JsonValue, context: Context): Typed {
  const { type, position } = node;
  if (build.isStructural(type) || castSupport(build.VARCHAR, type) === 'no') {
    throw new SqlError('TYPE_MISMATCH', `Invalid return type of function JSON_VALUE: ${typeText(type)}`, position);
  }
  if (castSupport(build.VARCHAR, type) !== 'yes') throw new NotCoveredError(`JSON_VALUE RETURNING ${typeText(type)}`);
  const fallback = (behaviour: ast.JsonBehaviour): Typed =>
    behaviour.value ? coerce(analyze(behaviour.value, context), type) : nullLiteral(type);
  const [input, path, ...variables] = pathArguments(node, context);
  return {
    kind: 'special',
    form: 'json value',
    type,
    args: [input as Typed, path as Typed, fallback(node.onEmpty), fallback(node.onError), ...variables],
    options: { ...passedAs(node), onEmpty: node.onEmpty.kind, onError: node.onError.kind },
    position,
  };
}

/** A value of an array or object of JSON. */
function jsonItem(item: ast.JsonItem, context: Context): Typed {
  const value = analyze(item.value, context);
  const { type } = value;
  const { position } = item.value;
  if (item.format) {
    if (type.kind === 'varchar' || type.kind === 'unknown') return coerce(value, build.VARCHAR);
    throw new NotCoveredError(`FORMAT JSON of ${typeText(type)}`, position);
  }
  if (type.kind === 'json') {
    throw new SqlError('INVALID_CAST_ARGUMENT', 'Cannot cast json to varchar in a JSON constructor', position);
  }
  if (build.isStructural(type) || type.kind === 'varbinary') {
    const text = `Unsupported type of value passed to a JSON constructor: ${typeText(type)}`;
    throw new SqlError('NOT_SUPPORTED', text, position);
  }
  return value;
}

function jsonKey(key: ast.Expression, context: Context): Typed {
  const value = analyze(key, context);
  if (value.type.kind === 'varchar') return coerce(value, build.VARCHAR);
  if (value.type.kind === 'char') throw new NotCoveredError('JSON_OBJECT with a key of type char', key.position);
  const text = `Invalid type of JSON object key: ${typeText(value.type)}`;
  throw new SqlError('INVALID_FUNCTION_ARGUMENT', text, key.position);
}
