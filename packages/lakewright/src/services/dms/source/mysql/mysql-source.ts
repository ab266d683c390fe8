import type { Connection } from 'mysql2';
import { LakewrightError } from '../../../../host/host';
import type { ChangesRequest, SourceDatabase, SourceSnapshot, SourceTable } from '../source-database';
import { fileCreated, streamBinlog } from './binlog-stream';
import { type MySqlTable, readTables } from './catalog';
import { ChangeReader } from './change-reader';
import { readCharsets } from './charsets';
import { binlogStatus, checkCapture } from './check-capture';
import { connect, connectionOptions, queryFailure, rows, shown } from './connect';
import { comparePositions, parsePosition, positionText } from './position';
import { beginRead, beginSnapshot, MySqlSnapshot } from './snapshot';

/**
 * MySQL and MariaDB: rows of one transaction, then the binlog. The server keeps nothing for a capture: how long binlog files
 * stay is its own setting.
 */
export class MySqlSource implements SourceDatabase {
  /** @param url `mysql://user:password@host:port/database?ssl-mode=VERIFY_CA&ssl-ca=…` */
  public static async open(url: string): Promise<MySqlSource> {
    const connection = await connect(url);
    try {
      const [row] = await rows(connection, 'SELECT VERSION() AS version');
      return new MySqlSource(url, connection, /mariadb/i.test(row?.version));
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  private constructor(
    private readonly url: string,
    private readonly connection: Connection,
    private readonly isMariaDb: boolean,
  ) {}

  public tables(): Promise<readonly MySqlTable[]> {
    return this.during('reading the catalog', () => readTables(this.connection));
  }

  public async checkCapture(tables: readonly SourceTable[]): Promise<void> {
    await this.during('checking whether changes can be captured', async () => {
      await checkCapture(this.connection, tables as readonly MySqlTable[], shown(this.url));
      await fileCreated(this.binlog(), (await binlogStatus(this.connection)).file);
    });
  }

  public async snapshot(tables: readonly SourceTable[], capture: string | undefined): Promise<SourceSnapshot> {
    const reader = await connect(this.url);
    try {
      return await this.during('taking a snapshot', async () => {
        if (capture === undefined) {
          await beginRead(reader);
          return new MySqlSnapshot(reader, undefined);
        }
        const position = await beginSnapshot(reader, this.connection, tables, this.isMariaDb);
        const created = await fileCreated(this.binlog(), position.file);
        return new MySqlSnapshot(reader, positionText({ ...position, created }));
      });
    } catch (error) {
      reader.destroy();
      throw error;
    }
  }

  public async currentPosition(): Promise<string> {
    return this.during('asking for the end of the binlog', async () =>
      positionText(await binlogStatus(this.connection)),
    );
  }

  public async changes({ from, until, tables, onChange, signal }: ChangesRequest): Promise<void> {
    const start = parsePosition(from);
    const end = parsePosition(until);
    if (comparePositions(start, end) >= 0) return this.checkEnd(from);
    const charsets = await this.during('reading character sets', () => readCharsets(this.connection));
    const reader = new ChangeReader(tables, charsets, end, onChange);
    await streamBinlog({
      ...this.binlog(),
      from: start,
      tables,
      signal,
      onEvent: (event, position, tableMap) => reader.read(event, position, tableMap),
    });
  }

  /** Rows of the binlog are whole: there is never a value to look up. */
  public async lookUp(): Promise<readonly (readonly (string | null)[])[]> {
    return [];
  }

  /** The server knows nothing of a capture. */
  public async release(): Promise<void> {}

  public async close(): Promise<void> {
    this.connection.destroy();
  }

  /** A binlog that ends before what was already read is another one. */
  private async checkEnd(from: string): Promise<void> {
    const now = await this.currentPosition();
    if (comparePositions(parsePosition(now), parsePosition(from)) >= 0) return;
    throw new LakewrightError(
      'LW_DMS_OTHER_DATABASE',
      `the binlog of ${shown(this.url)} ends at ${now}, and ${from} was already read → it is another database, or one that was set up anew → load the tables anew: start the replication with reload-target`,
    );
  }

  private binlog() {
    return { options: connectionOptions(this.url), where: shown(this.url) };
  }

  private async during<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw queryFailure(error, doing);
    }
  }
}
