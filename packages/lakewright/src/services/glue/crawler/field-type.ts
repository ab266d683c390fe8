/** A column's or field's type while schemas are inferred and merged. `unknown` is a null that no value has typed yet. */
export type FieldType =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'array'; readonly element: FieldType }
  | { readonly kind: 'map'; readonly key: FieldType; readonly value: FieldType }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
}

export const UNKNOWN_TYPE: FieldType = { kind: 'unknown' };
export const scalar = (name: string): FieldType => ({ kind: 'scalar', name });
export const STRING = scalar('string');

/** A name that Hive's type text can't carry: it would be read as another type. */
const UNSAFE_NAME = /[:,<>]/;

/**
 * The Hive type text. A struct with a field name that the text can't carry (`a:b`) becomes a string: JSON SerDes then give
 * its text, and nothing is lost.
 */
export function hiveType(type: FieldType): string {
  switch (type.kind) {
    case 'unknown':
      return 'string';
    case 'scalar':
      return type.name;
    case 'array':
      return `array<${hiveType(type.element)}>`;
    case 'map':
      return `map<${hiveType(type.key)},${hiveType(type.value)}>`;
    case 'struct': {
      const safe = type.fields.length > 0 && type.fields.every(({ name }) => name && !UNSAFE_NAME.test(name));
      return safe
        ? `struct<${type.fields.map(({ name, type: of }) => `${name}:${hiveType(of)}`).join(',')}>`
        : 'string';
    }
  }
}

const INTEGERS = ['tinyint', 'smallint', 'int', 'bigint'];
const FLOATS = ['float', 'double'];

/**
 * The type that holds the values of both: wider integers, double for integers and fractions together, the union of the
 * fields of structs; a string where nothing else does.
 */
export function mergeTypes(a: FieldType, b: FieldType): FieldType {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  if (a.kind === 'scalar' && b.kind === 'scalar') return mergeScalars(a.name, b.name);
  if (a.kind === 'array' && b.kind === 'array') return { kind: 'array', element: mergeTypes(a.element, b.element) };
  if (a.kind === 'map' && b.kind === 'map') {
    return { kind: 'map', key: mergeTypes(a.key, b.key), value: mergeTypes(a.value, b.value) };
  }
  if (a.kind === 'struct' && b.kind === 'struct') return { kind: 'struct', fields: mergeFields(a.fields, b.fields) };
  return STRING;
}

function mergeScalars(a: string, b: string): FieldType {
  if (a === b) return scalar(a);
  const integers = [INTEGERS.indexOf(a), INTEGERS.indexOf(b)];
  if (integers.every((rank) => rank >= 0)) return scalar(INTEGERS[Math.max(...integers)]);
  const numeric = (name: string) => INTEGERS.includes(name) || FLOATS.includes(name);
  if (numeric(a) && numeric(b)) return scalar('double');
  const decimals = [decimal(a), decimal(b)];
  if (decimals[0] && decimals[1]) {
    const scale = Math.max(decimals[0].scale, decimals[1].scale);
    const whole = Math.max(decimals[0].precision - decimals[0].scale, decimals[1].precision - decimals[1].scale);
    return whole + scale <= 38 ? scalar(`decimal(${whole + scale},${scale})`) : STRING;
  }
  if (decimals.some(Boolean) && (numeric(a) || numeric(b))) return scalar('double');
  return STRING;
}

function decimal(name: string): { precision: number; scale: number } | undefined {
  const match = /^decimal\((\d+),(\d+)\)$/.exec(name);
  return match ? { precision: Number(match[1]), scale: Number(match[2]) } : undefined;
}

/** The union of both, in the order in which names appear first; names are compared without case. */
export function mergeFields(a: readonly Field[], b: readonly Field[]): Field[] {
  const merged = new Map<string, Field>(a.map((field) => [field.name.toLowerCase(), field]));
  for (const field of b) {
    const key = field.name.toLowerCase();
    const former = merged.get(key);
    merged.set(key, former ? { name: former.name, type: mergeTypes(former.type, field.type) } : field);
  }
  return [...merged.values()];
}

/** Whether both can stand in one column without falling back to a string. */
export function compatibleTypes(a: FieldType, b: FieldType): boolean {
  const merged = mergeTypes(a, b);
  if (merged !== STRING) return true;
  return hiveType(a) === 'string' && hiveType(b) === 'string';
}
