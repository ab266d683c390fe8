import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Cell, MapCell, RowCell } from '../../../src/engines/formats/cell';
import { readLines } from '../../../src/engines/formats/lines';
import { textSerde } from '../../../src/engines/formats/text-serdes';
import { parseDdl } from '../../../src/engines/sql/ddl/parse';
import type { CreateTable } from '../../../src/engines/sql/ddl/statement';
import { parseHiveType } from '../../../src/engines/sql/types/hive';
import type { TrinoType } from '../../../src/engines/sql/types/type';

interface Case {
  readonly id: string;
  readonly ddl: string;
  readonly note: string;
  readonly files: readonly string[];
  readonly partitions: readonly unknown[];
  readonly rows?: readonly (readonly unknown[])[];
  readonly error?: string;
}

const root = join(__dirname, 'fixtures/serde');
const cases: Case[] = JSON.parse(readFileSync(join(root, 'cases.json'), 'utf8'));

/** As the recorded rows show a value: numbers as numbers, rows as lists. */
function shown(cell: Cell, type: TrinoType): unknown {
  if (cell === null) return null;
  if (cell instanceof MapCell && type.kind === 'map') {
    return Object.fromEntries(cell.entries.map(([key, value]) => [key, shown(value, type.value)]));
  }
  if (cell instanceof RowCell && type.kind === 'row') {
    return cell.entries.map(([, value], index) => shown(value, type.fields[index]?.type as TrinoType));
  }
  if (Array.isArray(cell) && type.kind === 'array') return cell.map((item) => shown(item, type.element));
  if (type.kind === 'boolean') return cell === 'true';
  if (type.kind === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
  if (['tinyint', 'smallint', 'integer'].includes(type.kind)) return Number(cell);
  if (type.kind === 'double' || type.kind === 'real') return Number.isFinite(Number(cell)) ? Number(cell) : cell;
  return cell;
}

async function read(item: Case): Promise<unknown[][]> {
  const table = parseDdl(item.ddl) as CreateTable;
  const columns = table.columns.map((column) => ({ name: column.name, type: parseHiveType(column.type) }));
  const parameters = { ...table.properties, ...table.format.serdeParameters };
  const decode = textSerde(table.format.serde, table.format.inputFormat, { columns, parameters });
  const rows: unknown[][] = [];
  for (const file of item.files) {
    const options = { name: file, skipHeader: Number(parameters['skip.header.line.count'] ?? 0), skipFooter: 0 };
    for await (const lines of readLines(createReadStream(join(root, file)), options)) {
      for (const line of lines) {
        const row = decode(line).map((cell, index) => shown(cell, columns[index]?.type as TrinoType));
        const partition = /dt=([^/]+)/.exec(file)?.[1];
        rows.push(item.partitions.length ? [...row, partition] : row);
      }
    }
  }
  return rows;
}

describe('every recorded SerDe case is read as Athena reads it', () => {
  test.each(cases)('$id: $note', async (item) => {
    if (item.error) await expect(read(item)).rejects.toMatchObject({ errorName: item.error });
    else expect(await read(item)).toEqual(item.rows);
  });
});
