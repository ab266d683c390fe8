import type { Cell } from '../cell';
import type { FormatColumn } from '../serde';
import { columnReader } from './columns';
import { badOrc, OrcFile, type OrcType, orcError } from './file';

export const ORC_SERDE = 'org.apache.hadoop.hive.ql.io.orc.OrcSerde';

const BATCH = 2_000;

export interface OrcOptions {
  /** All data columns of the table, in order. */
  readonly columns: readonly FormatColumn[];
  /** SerDe and table parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The rows of an ORC file: zlib, Snappy, LZ4, Zstandard or none; both versions of the encodings. Columns go by position,
 * Athena's default, or by name with `orc.column.index.access` = `false`; a column that the file lacks is NULL.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
 */
export async function* readOrc(path: string, { columns, parameters }: OrcOptions): AsyncGenerator<(readonly Cell[])[]> {
  const file = await OrcFile.open(path);
  try {
    if (file.root.kind !== 'struct') throw badOrc(`rows of type ${file.root.kind}`);
    const byName = parameters['orc.column.index.access']?.toLowerCase() === 'false' && !isUnnamed(file.root);
    const chosen = columns.map((column, index) =>
      byName ? file.root.children.find((child) => child.name.toLowerCase() === column.name) : file.root.children[index],
    );
    for await (const stripe of file.stripes()) {
      const readers = await Promise.all(
        chosen.map((type, index) => {
          const column = columns[index] as FormatColumn;
          return type && columnReader(file, stripe, type, column.type, `.${type.name}`);
        }),
      );
      for (let row = 0; row < stripe.rows; row += BATCH) {
        const count = Math.min(BATCH, stripe.rows - row);
        const cells = readers.map((reader) => reader?.read(count));
        yield Array.from({ length: count }, (_, index) => cells.map((column) => column?.[index] ?? null));
      }
    }
  } catch (error) {
    throw orcError(error);
  } finally {
    await file.close();
  }
}

/** Old Hive wrote `_col0`, `_col1` … for all names: such a file can be read by position only. */
const isUnnamed = (root: OrcType): boolean =>
  root.children.length > 0 && root.children.every((child, index) => child.name === `_col${index}`);
