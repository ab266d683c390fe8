/** A column's type as Glue writes it: `array<struct<x:double>>`. */
export interface HiveType {
  /** `decimal` of `decimal(10,2)`, lower case. */
  readonly name: string;
  /** As written. */
  readonly text: string;
  /** Of a struct: field (lower case) → type. */
  readonly fields?: ReadonlyMap<string, HiveType>;
}

/** Reads as much of a type as filters need: its name, and the fields of a struct. */
export function parseHiveType(text: string): HiveType {
  const [, name = '', inner] = /^\s*(\w+)\s*(?:<([\s\S]*)>)?/.exec(text) ?? [];
  const type = { name: name.toLowerCase(), text: text.trim() };
  if (type.name !== 'struct' || inner === undefined) return type;
  const fields = outerParts(inner).map((part): [string, HiveType] => {
    const colon = part.indexOf(':');
    return [part.slice(0, colon).trim().toLowerCase(), parseHiveType(part.slice(colon + 1))];
  });
  return { ...type, fields: new Map(fields) };
}

/** `a:int,b:struct<c:int,d:int>` → its two parts: commas between brackets don't separate. */
function outerParts(inner: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of inner) {
    if (character === ',' && depth === 0) {
      parts.push('');
      continue;
    }
    if ('<('.includes(character)) depth++;
    if ('>)'.includes(character)) depth--;
    parts[parts.length - 1] += character;
  }
  return parts;
}
