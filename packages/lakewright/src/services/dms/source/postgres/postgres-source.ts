import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { NULL_TEXT } from '../../../../engines/spool';
import { LakewrightError } from '../../../../host/host';
import type { ApiShape } from '../../../api-shape';
import type {
  ChangesRequest,
  SourceColumn,
  SourceDatabase,
  SourceDialect,
  SourceSnapshot,
  SourceTable,
} from '../source-database';
import { type PgColumn, type PgTable, readTables, readTypes } from './catalog';
import { ChangeReader } from './change-reader';
import { checkCapture } from './check-capture';
import { connect, queryFailure, shown } from './connect';
import { createSlot, dropSlot, slotExists, whenSlotIsFree } from './slot';
import { type PgType, selectExpression } from './types';
import { streamWal, toLsn } from './wal-stream';

const dialect: SourceDialect = {
  name: (column) => `"${column.replaceAll('"', '""')}"`,
  text: (value) => `'${value.replaceAll("'", "''")}'`,
};

/** Keys of one statement that looks up rows. */
const LOOK_UP = 500;

/** PostgreSQL: `COPY` from one snapshot, then its log by a logical replication slot and the plugin `pgoutput`. */
export class PostgresSource implements SourceDatabase {
  /** @param settings `PostgreSqlSettings` of the endpoint */
  public static async open(url: string, settings: ApiShape = {}): Promise<PostgresSource> {
    const asBoolean = String(settings?.MapBooleanAsBoolean) === 'true';
    return new PostgresSource(url, await connect(url), asBoolean);
  }

  private types: ReadonlyMap<number, PgType> | undefined;

  private constructor(
    private readonly url: string,
    private readonly client: Client,
    private readonly asBoolean: boolean,
  ) {}

  public async tables(): Promise<readonly PgTable[]> {
    return this.during('reading the catalog', async () => readTables(this.client, await this.readTypes()));
  }

  public async checkCapture(tables: readonly SourceTable[]): Promise<void> {
    await this.during('checking whether changes can be captured', () =>
      checkCapture(this.client, tables as readonly PgTable[], shown(this.url)),
    );
  }

  public async snapshot(tables: readonly SourceTable[], capture: string | undefined): Promise<SourceSnapshot> {
    const slot =
      capture === undefined
        ? undefined
        : await this.during(`making the replication slot "${capture}"`, () =>
            createSlot(this.url, this.client, capture, tables),
          );
    const reader = await connect(this.url).catch(async (error) => {
      await slot?.close();
      throw error;
    });
    try {
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      if (slot) await reader.query(`SET TRANSACTION SNAPSHOT '${slot.snapshot}'`);
      else await reader.query('SELECT 1');
    } catch (error) {
      await reader.end();
      throw queryFailure(error, 'taking a snapshot');
    } finally {
      // The snapshot lives on in the reader's transaction.
      await slot?.close();
    }
    return {
      position: slot?.position,
      dialect,
      load: (table, columns, where, file) => load(reader, table, columns, where, file),
      close: () => reader.end(),
    };
  }

  public async currentPosition(): Promise<string> {
    return this.during('asking for the log position', async () => {
      const { rows } = await this.client.query('SELECT pg_current_wal_lsn()::text AS position');
      return rows[0].position;
    });
  }

  public async changes({ capture, from, until, onChange, signal }: ChangesRequest): Promise<void> {
    await this.checkPosition(capture, from);
    const reader = new ChangeReader(await this.readTypes(), onChange);
    await whenSlotIsFree(() =>
      streamWal({
        url: this.url,
        slot: capture,
        publication: capture,
        from: toLsn(from),
        until: toLsn(until),
        signal,
        onMessage: (message) => reader.read(message),
      }),
    );
  }

  public async lookUp(
    table: SourceTable,
    columns: readonly SourceColumn[],
    keys: readonly (readonly (string | null)[])[],
  ): Promise<readonly (readonly (string | null)[])[]> {
    const byName = new Map((await this.tables()).find((one) => sameTable(one, table))?.columns.map((c) => [c.name, c]));
    const expression = (name: string) => {
      const column = byName.get(name);
      return column ? `(${selectExpression(dialect.name(name), column.typeName)})::text` : 'NULL::text';
    };
    if (byName.size === 0 || table.primaryKey.some((name) => !byName.has(name))) return [];
    const list = [...table.primaryKey, ...columns.map(({ name }) => name)].map(expression).join(', ');
    const found: (string | null)[][] = [];
    for (let at = 0; at < keys.length; at += LOOK_UP) {
      const some = keys.slice(at, at + LOOK_UP);
      const values = some.map((key) => `(${key.map((value) => dialect.text(value ?? '')).join(', ')})`).join(', ');
      const key = table.primaryKey.map(expression).join(', ');
      const sql = `SELECT ${list} FROM ${nameOf(table)} WHERE (${key}) IN (${values})`;
      const { rows } = await this.during('looking up values', () =>
        this.client.query<(string | null)[]>({ text: sql, rowMode: 'array' }),
      );
      found.push(...rows);
    }
    return found;
  }

  public async release(capture: string): Promise<void> {
    await this.during(`dropping the replication slot "${capture}"`, () => dropSlot(this.client, capture));
  }

  public async close(): Promise<void> {
    await this.client.end().catch(() => {});
  }

  private async readTypes(): Promise<ReadonlyMap<number, PgType>> {
    this.types ??= new Map(
      [...(await readTypes(this.client))].map(([oid, type]) => [
        oid,
        type.name === 'bool' ? { ...type, asBoolean: this.asBoolean } : type,
      ]),
    );
    return this.types;
  }

  /** Refuses to go on from a position that this server's slot can't go on from: changes would be missing silently. */
  private async checkPosition(capture: string, from: string): Promise<void> {
    if (!(await slotExists(this.client, capture))) {
      throw new LakewrightError(
        'LW_DMS_SLOT_LOST',
        `the replication slot "${capture}" isn't in ${shown(this.url)} → without it the changes since the last run aren't kept → load the tables anew: start the replication with reload-target`,
      );
    }
    const now = await this.currentPosition();
    if (toLsn(now) >= toLsn(from)) return;
    throw new LakewrightError(
      'LW_DMS_OTHER_DATABASE',
      `the log of ${shown(this.url)} is at ${now}, and ${from} was already read → it is another database, or one that was restored → load the tables anew: start the replication with reload-target`,
    );
  }

  private async during<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw queryFailure(error, doing);
    }
  }
}

async function load(
  reader: Client,
  table: SourceTable,
  columns: readonly SourceColumn[],
  where: string | undefined,
  file: string,
): Promise<number> {
  const list = columns.map((column) => selectExpression(dialect.name(column.name), (column as PgColumn).typeName));
  const query = `SELECT ${list.join(', ')} FROM ${nameOf(table)}${where === undefined ? '' : ` WHERE ${where}`}`;
  const streams = await import('pg-copy-streams');
  try {
    const rows = reader.query(streams.to(`COPY (${query}) TO STDOUT (FORMAT csv, NULL '${NULL_TEXT}')`));
    await pipeline(rows, fs.createWriteStream(file, { highWaterMark: 1 << 20 }));
    return rows.rowCount;
  } catch (error) {
    throw queryFailure(error, `loading ${table.schema}.${table.name}`);
  }
}

const nameOf = ({ schema, name }: SourceTable): string => `${dialect.name(schema)}.${dialect.name(name)}`;

const sameTable = (a: SourceTable, b: SourceTable): boolean => a.schema === b.schema && a.name === b.name;
