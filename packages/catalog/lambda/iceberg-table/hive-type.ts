/** A type of the Hive type language, in which Glue and Athena's DDL write column types. */
export type HiveType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: HiveType }
  | { readonly kind: 'map'; readonly key: HiveType; readonly value: HiveType }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: HiveType }[] };

const SAME: Record<string, string> = { integer: 'int', long: 'bigint', varchar: 'string' };

/** Reads `array<struct<x:double,y:decimal(10,2)>>`; blanks and case don't count. */
export function parseType(text: string): HiveType {
  const source = text.toLowerCase().replace(/\s+/g, '');
  let at = 0;
  const fail = (): never => {
    throw new Error(`InvalidType: the type "${text}" can't be read at position ${at}`);
  };
  const expect = (token: string): void => {
    if (!source.startsWith(token, at)) fail();
    at += token.length;
  };
  const word = (): string => {
    const [found = ''] = /^[^<>:,()]+/.exec(source.slice(at)) ?? [];
    if (found === '') fail();
    at += found.length;
    return found;
  };
  const number = (): number => {
    const value = Number(word());
    return Number.isInteger(value) ? value : fail();
  };
  const type = (): HiveType => {
    const name = word();
    switch (name) {
      case 'decimal': {
        if (source[at] !== '(') return { kind: 'decimal', precision: 10, scale: 0 };
        expect('(');
        const precision = number();
        let scale = 0;
        if (source[at] === ',') {
          expect(',');
          scale = number();
        }
        expect(')');
        return { kind: 'decimal', precision, scale };
      }
      case 'array':
      case 'list': {
        expect('<');
        const element = type();
        expect('>');
        return { kind: 'array', element };
      }
      case 'map': {
        expect('<');
        const key = type();
        expect(',');
        const value = type();
        expect('>');
        return { kind: 'map', key, value };
      }
      case 'struct': {
        const fields: { name: string; type: HiveType }[] = [];
        do {
          expect(fields.length === 0 ? '<' : ',');
          const field = word();
          expect(':');
          fields.push({ name: field, type: type() });
        } while (source[at] === ',');
        expect('>');
        return { kind: 'struct', fields };
      }
      default: {
        if (source[at] !== '(') return { kind: 'scalar', name: SAME[name] ?? name };
        expect('(');
        const length = number();
        expect(')');
        return { kind: 'scalar', name: `${name}(${length})` };
      }
    }
  };
  const parsed = type();
  return at === source.length ? parsed : fail();
}

/** The type as Athena's DDL wants it. */
export function formatType(type: HiveType): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'array':
      return `array<${formatType(type.element)}>`;
    case 'map':
      return `map<${formatType(type.key)},${formatType(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}:${formatType(field.type)}`).join(',')}>`;
  }
}

export function sameType(a: HiveType, b: HiveType): boolean {
  return formatType(a) === formatType(b);
}

/**
 * Whether every value of one type is a value of the other, in a way that Athena can change: what is equal counts.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
 */
export function widens(from: HiveType, to: HiveType): boolean {
  if (from.kind === 'scalar' && to.kind === 'scalar') {
    return from.name === to.name || WIDER[from.name] === to.name;
  }
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    return from.scale === to.scale && from.precision <= to.precision;
  }
  if (from.kind === 'array' && to.kind === 'array') return widens(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map') return widens(from.key, to.key) && widens(from.value, to.value);
  if (from.kind === 'struct' && to.kind === 'struct') {
    return from.fields.every((field) => {
      const target = to.fields.find(({ name }) => name === field.name);
      return target !== undefined && widens(field.type, target.type);
    });
  }
  return false;
}

const WIDER: Record<string, string> = { int: 'bigint', float: 'double' };
