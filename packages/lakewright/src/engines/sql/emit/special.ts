import type { Argument, SpecialForm, Typed } from '../analyze/typed';
import { VARCHAR } from '../types/build';
import { castSql } from './casts';
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
  'json exists': (_node, [input, path], context) => `lw_jx(${sqlOf(input, context)}, ${sqlOf(path, context)})`,
  'json query': (node, [input, path], context) =>
    `lw_jq(${sqlOf(input, context)}, ${sqlOf(path, context)}, ${quoteText(String(node.options.wrapper))})`,
  'json value': jsonValue,
  'json array': (node, args, context) => {
    if (args.length === 0) return "'[]'";
    const items = args.map((item) => jsonItem(item, node, context));
    return `('[' || coalesce(array_to_string([${items.join(', ')}], ','), '') || ']')`;
  },
  'json object': (node, args, context) => {
    if (args.length === 0) return "'{}'";
    const members: string[] = [];
    for (let index = 0; index < args.length; index += 2) {
      const value = jsonItem(args[index + 1], node, context);
      members.push(`lw_jquote(${sqlOf(args[index], context)}) || ':' || ${value}`);
    }
    return `('{' || coalesce(array_to_string([${members.join(', ')}], ','), '') || '}')`;
  },
};

function sqlOf(node: Typed | undefined, context: EmitContext): string {
  if (!node) throw new Error('a special form without its argument');
  return emit(node, context);
}

/** NULL is left out, or written. */
function jsonItem(item: Typed | undefined, { options }: SpecialForm, context: EmitContext): string {
  if (!item) throw new Error('a JSON member without its value');
  const json = bindOnce([emit(item, context)], ([value = '']) => jsonOf(value, item.type));
  return options.absentOnNull ? json : `coalesce(${json}, 'null')`;
}

/** `lw_jv` tells by its first letter: V value, N null, M missing, E error. */
function jsonValue(node: SpecialForm, args: readonly Typed[], context: EmitContext): string {
  const [input, path, onEmpty, onError] = args;
  const fallback = (kind: unknown, value: Typed | undefined, text: string): string =>
    kind === 'ERROR' ? raise('JSON_VALUE_RESULT_ERROR', text, node.type) : sqlOf(value, context);
  const found = `lw_jv(${sqlOf(input, context)}, ${sqlOf(path, context)})`;
  return bindOnce([found], ([result = '']) => {
    const cast = castSql(`substr(${result}, 2)`, VARCHAR, node.type);
    const value = node.type.kind === 'varchar' ? cast : `TRY(${cast})`;
    const empty = fallback(node.options.onEmpty, onEmpty, 'Cannot extract value from JSON: path found no items');
    const failed = fallback(node.options.onError, onError, 'Cannot extract value from JSON');
    return `CASE ${result}[1] WHEN 'V' THEN ${value} WHEN 'N' THEN NULL WHEN 'M' THEN ${empty} WHEN 'E' THEN ${failed} END`;
  });
}
