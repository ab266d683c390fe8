import { literalValue } from '../analyze/coerce';
import type { Argument, SpecialForm, Typed } from '../analyze/typed';
import { inHashMapOrder } from '../runtime/scalars/java-hash-map';
import { quoteJson } from '../runtime/scalars/json-value';
import { BIGINT, BOOLEAN, DOUBLE, VARCHAR } from '../types/build';
import { castSupport } from '../types/cast-matrix';
import { physicalType } from '../types/physical';
import type { TrinoType } from '../types/type';
import { castSql, tryCastSql } from './casts';
import { type EmitContext, emit } from './expressions';
import { jsonOf } from './json-of';
import { bindOnce, quoteText, raise } from './text';

/** The forms that are neither operators nor in the function tables. */
export function specialSql(node: SpecialForm, context: EmitContext): string {
  const writer = WRITERS[node.form];
  if (!writer) throw new Error(`no writer for ${node.form}`);
  return writer(node, node.args.map(expressionOf), context);
}

function expressionOf(argument: Argument): Typed {
  if (argument.kind === 'lambda') throw new Error('a special form takes no lambda');
  return argument;
}

type Writer = (node: SpecialForm, args: readonly Typed[], context: EmitContext) => string;

const WRITERS: Readonly<Record<string, Writer>> = {
  'json literal': (_node, [text], context) => `lw_json_parse(${sqlOf(text, context)})`,
  /** A constant that makes its query an aggregation. */
  'constant over': (_node, [value], context) => `CASE WHEN count(*) >= 0 THEN ${sqlOf(value, context)} END`,
  'json exists': (node, [input, path, ...variables], context) => {
    const values = variablesSql(node, variables, context);
    return `lw_jx(${sqlOf(input, context)}, ${sqlOf(path, context)}, ${values}, ${quoteText(String(node.options.onError))})`;
  },
  'json query': (node, [input, path, ...variables], context) => {
    const { wrapper, onEmpty, onError, omitQuotes } = node.options;
    const options = quoteText(JSON.stringify({ wrapper, onEmpty, onError, omitQuotes }));
    return `lw_jq(${sqlOf(input, context)}, ${sqlOf(path, context)}, ${variablesSql(node, variables, context)}, ${options})`;
  },
  'json value': jsonValue,
  'json array': (node, args, context) => {
    if (args.length === 0) return "'[]'";
    const items = args.map((item, index) => jsonItem(item, index, node, context));
    return `('[' || coalesce(array_to_string([${items.join(', ')}], ','), '') || ']')`;
  },
  'json object': jsonObject,
};

function sqlOf(node: Typed | undefined, context: EmitContext): string {
  if (!node) throw new Error('a special form without its argument');
  return emit(node, context);
}

/** NULL is left out, or written. */
function jsonItem(item: Typed | undefined, index: number, { options }: SpecialForm, context: EmitContext): string {
  if (!item) throw new Error('a JSON member without its value');
  const isJson = String(options.formats)[index] === '1';
  const json = bindOnce([emit(item, context)], ([value = '']) =>
    isJson ? formattedItem(item, value) : itemText(value, item.type),
  );
  return options.absentOnNull ? json : `coalesce(${json}, 'null')`;
}

/** What a SQL/JSON function gives is JSON for sure, another text isn't. */
const formattedItem = (item: Typed, value: string): string =>
  item.kind === 'special' && item.form.startsWith('json') ? value : `lw_jformat(${value})`;

/** Other types than these become texts. */
const JSON_KINDS = ['boolean', 'tinyint', 'smallint', 'integer', 'bigint', 'decimal', 'double', 'real', 'unknown'];

const itemText = (value: string, type: TrinoType): string =>
  JSON_KINDS.includes(type.kind) ? jsonOf(value, type) : `lw_jquote(${castSql(value, type, VARCHAR)})`;

/** Members in the order that their keys give; of literal ones it's known now. */
function jsonObject(node: SpecialForm, args: readonly Typed[], context: EmitContext): string {
  const members: { readonly key: Typed; readonly literal?: string; readonly value: string }[] = [];
  for (let index = 0; index < args.length; index += 2) {
    const key = args[index] as Typed;
    const literal = literalValue(key);
    const value = jsonItem(args[index + 1], index / 2, node, context);
    members.push({ key, literal: typeof literal === 'string' ? literal : undefined, value });
  }
  if (members.length === 0) return "'{}'";
  const names = members.flatMap(({ literal }) => (literal === undefined ? [] : [literal]));
  if (new Set(names).size === members.length) {
    const texts = inHashMapOrder(members, ({ literal }) => literal ?? '').map(
      ({ literal, value }) => `${quoteText(`${quoteJson(literal ?? '')}:`)} || ${value}`,
    );
    return `('{' || coalesce(array_to_string([${texts.join(', ')}], ','), '') || '}')`;
  }
  const missing = raise('INVALID_FUNCTION_ARGUMENT', 'null value passed for JSON object key', VARCHAR);
  const pairs = members.map(({ key, value }) => {
    const name = bindOnce([sqlOf(key, context)], ([text = '']) => {
      return `CASE WHEN ${text} IS NULL THEN ${missing} ELSE lw_jquote(${text}) END`;
    });
    return `'[' || ${name} || ',' || lw_jquote(${value}) || ']'`;
  });
  const all = `('[' || coalesce(array_to_string([${pairs.join(', ')}], ','), '') || ']')`;
  return `lw_jobject(${all}, ${node.options.uniqueKeys})`;
}

/** `{"name": {"k": kind, "v": value}}`, as the evaluation of paths reads it. */
function variablesSql({ options }: SpecialForm, values: readonly Typed[], context: EmitContext): string {
  if (values.length === 0) return "''";
  const declared = JSON.parse(String(options.variables)) as { name: string; format: boolean }[];
  const members = values.map((value, index) => {
    const { name = '', format = false } = declared[index] ?? {};
    const kind = format ? 'json' : value.type.kind === 'decimal' ? 'decimal' : 'value';
    const start = quoteText(`${quoteJson(name)}:{"k":"${kind}","v":`);
    const json = bindOnce([emit(value, context)], ([text = '']) => jsonOf(text, value.type));
    return `${start} || coalesce(${json}, 'null') || '}'`;
  });
  return `('{' || ${members.join(" || ',' || ")} || '}')`;
}

/** The first letter of what `lw_jv` gives says how to cast the rest; M and E stand for the defaults. */
function jsonValue(node: SpecialForm, args: readonly Typed[], context: EmitContext): string {
  const [input, path, onEmpty, onError, ...variables] = args;
  const { type, options } = node;
  const behaviour = (kind: unknown, letter: string) => quoteText(kind === 'DEFAULT' ? letter : String(kind));
  const found = `lw_jv(${sqlOf(input, context)}, ${sqlOf(path, context)}, ${variablesSql(node, variables, context)}, ${behaviour(options.onEmpty, 'M')}, ${behaviour(options.onError, 'E')})`;
  const failed =
    options.onError === 'ERROR'
      ? raise('JSON_VALUE_RESULT_ERROR', 'cannot extract SQL scalar from JSON', type)
      : sqlOf(onError, context);
  return bindOnce([found], ([result = '']) => {
    const text = `substr(${result}, 2)`;
    const branches = SCALARS.map(([letter, from]) => {
      if (castSupport(from, type) !== 'yes') return `WHEN '${letter}' THEN ${failed}`;
      const value = from.kind === 'varchar' ? text : `CAST(${text} AS ${physicalType(from)})`;
      // A text is cut to its length, another value must fit.
      const cast = tryCastSql(value, from, type);
      return `WHEN '${letter}' THEN CASE WHEN ${cast} IS NOT NULL THEN ${cast} ELSE ${failed} END`;
    });
    return `CASE ${result}[1] ${branches.join(' ')} WHEN 'M' THEN ${sqlOf(onEmpty, context)} WHEN 'E' THEN ${failed} END`;
  });
}

const SCALARS: readonly (readonly [string, TrinoType])[] = [
  ['S', VARCHAR],
  ['I', BIGINT],
  ['F', DOUBLE],
  ['D', VARCHAR],
  ['B', BOOLEAN],
];
