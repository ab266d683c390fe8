import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../../src/engines/sql/errors';
import { functions, type Overload, type TypePattern } from '../../../../src/engines/sql/functions';
import { typeText } from '../../../../src/engines/sql/types/text';
import type { TrinoType } from '../../../../src/engines/sql/types/type';
import { translateText } from '../fixture';

/** A type that a pattern takes. */
function sampleType(pattern: TypePattern): TrinoType {
  switch (pattern.pattern) {
    case 'exact':
      return pattern.type;
    case 'any':
    case 'variable':
      return { kind: 'double' };
    case 'integer':
      return { kind: 'bigint' };
    case 'decimal':
      return { kind: 'decimal', precision: 20, scale: 4 };
    case 'varchar':
      return { kind: 'varchar' };
    case 'char':
      return { kind: 'char', length: 5 };
    case 'array':
      return { kind: 'array', element: sampleType(pattern.element) };
    case 'map':
      return { kind: 'map', key: sampleType(pattern.key), value: sampleType(pattern.value) };
    case 'row':
      return { kind: 'row', fields: pattern.fields.map((field) => ({ type: sampleType(field) })) };
    case 'lambda':
      return sampleType(pattern.result);
    default:
      return { kind: pattern.pattern, precision: 3 };
  }
}

/** Values for arguments that must be literals. */
const LITERALS = ["'day'", "'$.a'", "'a'", '1', '0.5e0', "'UTC'", "'%Y'", "'NFC'"];

/** Ways to write the call around a value at the argument: columns beside it, or literals. */
function wraps(overload: Overload, at: number): ((inner: string) => string)[] {
  const types = overload.parameters.map(sampleType);
  const own = types[at];
  if (!own) return [];
  const others = [undefined, ...LITERALS].map(
    (literal) => (inner: string) =>
      `${overload.name}(${overload.parameters
        .map((pattern, i) => {
          if (i === at) return inner;
          if (pattern.pattern === 'lambda') {
            const names = pattern.parameters.map((_, n) => `p${n}`).join(', ');
            const result = sampleType(pattern.result);
            return `(${names}) -> CAST(NULL AS ${typeText(result)})`;
          }
          return literal ?? `c${i}`;
        })
        .join(', ')})`,
  );
  const cast = others.map((wrap) => (inner: string) => `CAST(${wrap(inner)} AS ${typeText(own)})`);
  return [...others, ...cast];
}

async function size(overload: Overload, at: number, wrap: (inner: string) => string, depth: number): Promise<number> {
  const columns = overload.parameters.map((pattern) => `CAST(NULL AS ${typeText(sampleType(pattern))})`);
  const names = overload.parameters.map((_, i) => `c${i}`);
  let value = `c${at}`;
  for (let level = 0; level < depth; level++) value = wrap(value);
  return (await translateText(`SELECT ${value} FROM (VALUES (${columns.join(', ')})) t(${names.join(', ')})`)).sql
    .length;
}

/** How much longer 12 levels are than 6. */
async function growth(overload: Overload, at: number): Promise<number | undefined> {
  for (const wrap of wraps(overload, at)) {
    try {
      return (await size(overload, at, wrap, 12)) / (await size(overload, at, wrap, 6));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
  }
  return undefined;
}

describe('the emitted text', () => {
  const scalars = functions.all().filter((overload) => overload.kind === 'scalar' && overload.parameters.length > 0);
  // Up to some length an operand is repeated, which is why twice the levels may be three times as long; an operand that
  // is always repeated makes them 64 times as long.
  const LINEAR = 3.5;

  test('grows with the nesting of any function in any argument, no faster', async () => {
    const offenders: string[] = [];
    let measured = 0;
    for (const overload of scalars) {
      for (const [at, pattern] of overload.parameters.entries()) {
        if (pattern.pattern === 'lambda') continue;
        const factor = await growth(overload, at);
        if (factor === undefined) continue;
        measured++;
        if (factor > LINEAR) offenders.push(`${overload.signature}, argument ${at + 1}: ${factor.toFixed(1)}`);
      }
    }
    expect(offenders).toEqual([]);
    expect(measured).toBeGreaterThan(400);
  }, 180_000);
});
