import type { Connection } from 'mysql2';
import { TextSpool } from '../../../../engines/spool';
import type { SourceColumn, SourceDialect, SourceSnapshot, SourceTable } from '../source-database';
import type { MySqlColumn } from './catalog';
import { binlogStatus } from './check-capture';
import { literal, name, queryFailure, rows } from './connect';
import type { BinlogPosition } from './position';
import { valueTexts } from './texts';

export const dialect: SourceDialect = { name, text: literal };

const nameOf = (table: SourceTable): string => `${name(table.schema)}.${name(table.name)}`;

const BEGIN = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY';

/**
 * Begins a transaction that sees all tables as they are at one position of the binlog.
 *
 * MariaDB tells the position of a snapshot. Elsewhere the tables are locked for a moment: a lock waits for transactions that
 * have changed them, and while it lasts none begins, so that the end of the binlog is the snapshot's position for these
 * tables. It needs less than FLUSH TABLES WITH READ LOCK, in rights and in standstill.
 *
 * @param tellsPosition whether the server is MariaDB
 */
export async function beginSnapshot(
  reader: Connection,
  lock: Connection,
  tables: readonly SourceTable[],
  tellsPosition: boolean,
): Promise<BinlogPosition> {
  await prepare(reader);
  if (tellsPosition) {
    await rows(reader, BEGIN);
    const status = await rows(reader, `SHOW STATUS LIKE 'binlog_snapshot_%'`);
    const value = (suffix: string) =>
      status.find((row) => row.Variable_name.toLowerCase() === `binlog_snapshot_${suffix}`)?.Value;
    return { file: value('file'), offset: Number(value('position')) };
  }
  if (tables.length > 0) await rows(lock, `LOCK TABLES ${tables.map((table) => `${nameOf(table)} READ`).join(', ')}`);
  try {
    const { file, offset } = await binlogStatus(reader);
    await rows(reader, BEGIN);
    return { file, offset };
  } finally {
    await rows(lock, 'UNLOCK TABLES');
  }
}

/** Begins a transaction that sees all tables as they are now. */
export async function beginRead(reader: Connection): Promise<void> {
  await prepare(reader);
  await rows(reader, BEGIN);
}

async function prepare(reader: Connection): Promise<void> {
  await rows(reader, 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  // A load may take longer than the server's usual statements: MariaDB's and MySQL's name of that limit.
  const limits = await rows(
    reader,
    `SHOW VARIABLES WHERE Variable_name IN ('max_statement_time', 'max_execution_time')`,
  );
  for (const { Variable_name } of limits) await rows(reader, `SET SESSION ${Variable_name} = 0`);
}

/** The snapshot of a connection in such a transaction; tables are loaded one after the other. */
export class MySqlSnapshot implements SourceSnapshot {
  public readonly dialect = dialect;
  private before: Promise<void> = Promise.resolve();

  public constructor(
    private readonly reader: Connection,
    public readonly position: string | undefined,
  ) {}

  public load(
    table: SourceTable,
    columns: readonly SourceColumn[],
    where: string | undefined,
    file: string,
  ): Promise<number> {
    const loaded = this.before.then(() => this.write(table, columns as readonly MySqlColumn[], where, file));
    this.before = loaded.then(
      () => {},
      () => {},
    );
    return loaded;
  }

  public async close(): Promise<void> {
    this.reader.destroy();
  }

  private async write(
    table: SourceTable,
    columns: readonly MySqlColumn[],
    where: string | undefined,
    file: string,
  ): Promise<number> {
    const texts = columns.map(({ parsed }) => valueTexts(parsed));
    const list = columns.map((column, index) => texts[index]?.select(name(column.name)));
    const sql = `SELECT ${list.join(', ')} FROM ${nameOf(table)}${where === undefined ? '' : ` WHERE ${where}`}`;
    const spool = TextSpool.create(file);
    try {
      await eachRow(this.reader, sql, (row) =>
        spool.write(row.map((bytes, index) => (bytes === null ? null : (texts[index]?.loaded(bytes) ?? null)))),
      );
      spool.close();
      return spool.rows;
    } catch (error) {
      spool.discard();
      throw queryFailure(error, `loading ${table.schema}.${table.name}`);
    }
  }
}

/** Calls back with each row, synchronously: while it works, nothing more is read. */
function eachRow(connection: Connection, sql: string, take: (row: readonly (Buffer | null)[]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = connection.query({ sql, rowsAsArray: true, typeCast: (field) => field.buffer() });
    let failed = false;
    query.on('error', (error) => {
      failed = true;
      reject(error);
    });
    query.on('result', (row) => {
      if (failed) return;
      try {
        take(row as unknown as readonly (Buffer | null)[]);
      } catch (error) {
        failed = true;
        // What the server still sends would have to be read to its end.
        connection.destroy();
        reject(error);
      }
    });
    query.on('end', () => failed || resolve());
  });
}
