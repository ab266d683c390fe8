import { ScalarFailure, type ScalarFunction, scalar } from '../support';
import { castDouble } from './java-number';
import { type JsonValue, parseJson, printJson } from './json-value';

function cannotCast(message: string): never {
  throw new ScalarFailure('INVALID_CAST_ARGUMENT', message);
}

function parsed(text: string): JsonValue {
  return parseJson(text) ?? cannotCast(`Cannot cast '${text.slice(0, 100)}' to JSON`);
}

/** CAST of a JSON scalar, as the text that the cast to the type takes. `type`: varchar, boolean, integer, double, decimal. */
function castScalar(text: string, type: string): string | null {
  const value = parsed(text);
  const fail = (): never => cannotCast(`Cannot cast '${text.slice(0, 100)}' to ${type}`);
  switch (value.kind) {
    case 'null':
      return null;
    case 'array':
    case 'object':
      return fail();
    default:
      return (
        (type === 'varchar' ? castText(value) : type === 'boolean' ? castBoolean(value) : castNumber(value, type)) ??
        fail()
      );
  }
}

type Scalar = Extract<JsonValue, { kind: 'boolean' | 'number' | 'string' }>;

function castText(value: Scalar): string {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'boolean') return String(value.value);
  return /[.eE]/.test(value.text) ? castDouble(Number(value.text)) : value.text;
}

function castBoolean(value: Scalar): string | undefined {
  if (value.kind === 'boolean') return String(value.value);
  if (value.kind === 'number') {
    const isLong = /[.eE]/.test(value.text) || BigInt.asIntN(64, BigInt(value.text)) === BigInt(value.text);
    return isLong ? String(Number(value.text) !== 0) : undefined;
  }
  if (/^(true|t|1)$/i.test(value.value)) return 'true';
  return /^(false|f|0)$/i.test(value.value) ? 'false' : undefined;
}

function castNumber(value: Scalar, type: string): string | undefined {
  const text =
    value.kind === 'boolean' ? (value.value ? '1' : '0') : value.kind === 'number' ? value.text : value.value.trim();
  if (type !== 'integer') {
    return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$|^-?Infinity$|^NaN$/.test(text) ? text : undefined;
  }
  if (/^-?\d+$/.test(text)) return text;
  const number = Number(text);
  if (value.kind === 'string' || !Number.isFinite(number)) return undefined;
  // A fraction is rounded half away from zero.
  return String(BigInt(Math.sign(number) * Math.round(Math.abs(number))));
}

function items(text: string): string | null {
  const value = parsed(text);
  if (value.kind === 'null') return null;
  if (value.kind !== 'array') return cannotCast(`Expected a json array, but got ${text.slice(0, 100)}`);
  return JSON.stringify(value.items.map((item) => printJson(item)));
}

function keys(text: string): string | null {
  const value = parsed(text);
  if (value.kind === 'null') return null;
  if (value.kind !== 'object') return cannotCast(`Expected a json object, but got ${text.slice(0, 100)}`);
  return JSON.stringify([...value.fields.keys()]);
}

function values(text: string): string | null {
  const value = parsed(text);
  return value.kind === 'object' ? JSON.stringify([...value.fields.values()].map((item) => printJson(item))) : null;
}

/** The n-th item of an array (from 0), or the field of that name (lower case) of an object; `count`: fields of the row. */
function field(text: string, index: bigint, name: string, count: bigint): string | null {
  const value = parsed(text);
  if (value.kind === 'null') return null;
  if (value.kind === 'array') {
    const item = value.items[Number(index)];
    const fits = BigInt(value.items.length) === count;
    return item && fits ? printJson(item) : cannotCast(`Cannot cast a json array to a row of ${count} fields`);
  }
  if (value.kind !== 'object') return cannotCast(`Expected a json array or object, but got ${text.slice(0, 100)}`);
  if (name === '') return cannotCast('Cannot cast a JSON object to anonymous row type. Input must be a JSON array.');
  const found = [...value.fields].filter(([key]) => key.toLowerCase() === name);
  if (found.length > 1) return cannotCast(`Duplicate field: ${name}`);
  return found[0] ? printJson(found[0][1]) : null;
}

/** Parts of CAST(json AS …). Lists are JSON arrays of JSON texts. */
export const jsonCastScalars: readonly ScalarFunction[] = [
  scalar('lw_jcast', ['VARCHAR', 'VARCHAR'], 'VARCHAR', castScalar),
  scalar('lw_jitems', ['VARCHAR'], 'VARCHAR', items),
  scalar('lw_jkeys', ['VARCHAR'], 'VARCHAR', keys),
  scalar('lw_jvals', ['VARCHAR'], 'VARCHAR', values),
  scalar('lw_jfield', ['VARCHAR', 'BIGINT', 'VARCHAR', 'BIGINT'], 'VARCHAR', field),
];
