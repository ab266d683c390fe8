import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cell, MapCell, RowCell } from '../../../src/engines/formats/cell';
import { textSerde } from '../../../src/engines/formats/text-serdes';
import { SqlError } from '../../../src/engines/sql/errors';
import { array, BIGINT } from '../../../src/engines/sql/types/build';
import { parseHiveType } from '../../../src/engines/sql/types/hive';
import type { TrinoType } from '../../../src/engines/sql/types/type';

/** One line of a table with a column `a`, as Trino 476 answered. */
interface Recorded {
  readonly serde: 'lazy' | 'regex' | 'hive-json' | 'openx';
  readonly type: string;
  readonly line: string;
  readonly value?: unknown;
  readonly error?: string;
}

const SERDES = {
  lazy: ['org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe', { 'field.delim': '|' }],
  regex: ['org.apache.hadoop.hive.serde2.RegexSerDe', { 'input.regex': '(.*)' }],
  'hive-json': ['org.apache.hive.hcatalog.data.JsonSerDe', {}],
  openx: ['org.openx.data.jsonserde.JsonSerDe', {}],
} as const;

const HIVE: Readonly<Record<string, string>> = {
  real: 'float',
  integer: 'int',
  varchar: 'string',
  'timestamp(3)': 'timestamp',
  varbinary: 'binary',
  'array(integer)': 'array<int>',
  'map(varchar,integer)': 'map<string,int>',
  'row(b integer, c varchar)': 'struct<b:int,c:string>',
};

/** Integers of 64 bits survive as text. */
const recorded: Recorded[] = readFileSync(join(__dirname, 'fixtures/serde-values.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line.replace(/"value":(-?\d{16,})/, '"value":"$1"')));

/**
 * Where this reader and Trino are known to differ: digits of other scripts are no numbers here, the day before all
 * calendars, days beyond JavaScript's dates, bytes in a RegexSerDe table (refused), names that differ in case inside of an
 * object that is shown as text.
 */
const known = ({ serde, type, line }: Recorded): boolean =>
  line.includes('١') ||
  line.includes('0000-00-00') ||
  (serde === 'openx' && type === 'date' && line.includes('1577934245')) ||
  (serde === 'regex' && type === 'varbinary') ||
  (serde === 'openx' && /char/.test(type) && line.includes('"B":1,"b"'));

const NUMBERS = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'real', 'double', 'decimal']);

/** Numbers by value, at the precision of their type; bytes in Base64; char(n) padded. */
function shown(cell: unknown, type: TrinoType): unknown {
  if (cell === null || cell === undefined) return null;
  if (cell instanceof MapCell && type.kind === 'map')
    return Object.fromEntries(cell.entries.map(([key, value]) => [key, shown(value, type.value)]));
  if (cell instanceof RowCell && type.kind === 'row')
    return cell.entries.map(([, value], index) => shown(value, type.fields[index]?.type as TrinoType));
  if (Array.isArray(cell)) {
    return cell.map((item, index) =>
      shown(item, type.kind === 'row' ? (type.fields[index]?.type ?? BIGINT) : element(type)),
    );
  }
  if (typeof cell === 'object' && type.kind === 'map')
    return Object.fromEntries(Object.entries(cell).map(([key, value]) => [key, shown(value, type.value)]));
  if (NUMBERS.has(type.kind)) return String((type.kind === 'real' ? Math.fround(Number(cell)) : Number(cell)) + 0);
  if (type.kind === 'boolean') return String(cell);
  if (type.kind === 'char') return String(cell).padEnd(type.length);
  return cell;
}

const element = (type: TrinoType): TrinoType =>
  (type.kind === 'array' ? type : (array(BIGINT) as TrinoType & { kind: 'array' })).element;

function bytes(cell: Cell, type: TrinoType): unknown {
  if (type.kind !== 'varbinary' || typeof cell !== 'string') return cell;
  return Buffer.from(cell.replaceAll('\\x', ''), 'hex').toString('base64');
}

function answer({ serde, line }: Recorded, trino: TrinoType): unknown {
  const [library, parameters] = SERDES[serde];
  try {
    const decode = textSerde(library, '', { columns: [{ name: 'a', type: trino }], parameters });
    return shown(bytes(decode(line)[0] ?? null, trino), trino);
  } catch (error) {
    if (error instanceof SqlError) return `error ${error.errorName}`;
    throw error;
  }
}

describe('every value that Trino was asked for is read as Trino reads it', () => {
  const groups = new Set(recorded.map((item) => `${item.serde}|${item.type}`));
  test.each([...groups])('%s', (group) => {
    const own = recorded.filter((item) => `${item.serde}|${item.type}` === group && !known(item));
    for (const item of own) {
      const type = parseHiveType(HIVE[item.type] ?? item.type);
      const expected = item.error ? `error ${item.error}` : shown(item.value, type);
      expect([item.line, answer(item, type)]).toEqual([item.line, expected]);
    }
  });
});
