import { randomInt } from 'node:crypto';
import type { AnyBinlogEvent, TableMapEntry } from '@vlasky/zongji';
import type { ConnectionOptions } from 'mysql2';
import { LakewrightError } from '../../../../host/host';
import { EVENT_NAMES, isEvent } from './binlog-events';
import { codeOf } from './connect';
import { type BinlogPosition, positionText } from './position';

export interface BinlogRequest {
  readonly options: ConnectionOptions;
  /** Host and database, as messages name them. */
  readonly where: string;
  readonly from: BinlogPosition;
  readonly tables: readonly { readonly schema: string; readonly name: string }[];
  /**
   * Called with each event; synchronous: while it works, nothing more is read. The position is where the event ends; its
   * offset is 0 within a transaction of MariaDB.
   *
   * @returns true to end
   */
  onEvent(event: AnyBinlogEvent, position: BinlogPosition, tableMap: TableMap): boolean;
  readonly signal?: AbortSignal;
}

/** What the reader knows of tables by the numbers that rows name them by. */
export type TableMap = Readonly<Record<number, TableMapEntry>>;

/** Reads the binlog from a position on until it is told to end, as a replica does. */
export async function streamBinlog(request: BinlogRequest): Promise<void> {
  request.signal?.throwIfAborted();
  const { default: ZongJi } = await import('@vlasky/zongji');
  const reader = new ZongJi({
    ...request.options,
    // The library's values follow the options of the connection.
    ...({ dateStrings: true, timezone: 'Z', jsonStrings: true } satisfies ConnectionOptions),
  });
  await new Promise<void>((resolve, reject) => {
    let ended = false;
    let { file, created } = request.from;
    const finish = (error?: unknown): void => {
      if (ended) return;
      ended = true;
      request.signal?.removeEventListener('abort', onAbort);
      reader.once('stopped', () => (error === undefined ? resolve() : reject(error)));
      reader.stop();
    };
    const onAbort = () => finish(request.signal?.reason ?? new Error('stopped'));
    request.signal?.addEventListener('abort', onAbort, { once: true });
    reader.on('error', (error: unknown) => finish(binlogFailure(error, request)));
    reader.on('binlog', (event) => {
      if (ended) return;
      try {
        if (isEvent(event, 'Rotate')) file = event.binlogName;
        if (isEvent(event, 'Format')) created = sameFile(event.timestamp / 1000, file, request);
        const offset = isEvent(event, 'Rotate') ? event.position : event.nextPosition;
        const position = { file, offset, ...(created !== undefined && { created }) };
        if (request.onEvent(event, position, reader.tableMap)) finish();
      } catch (error) {
        finish(error);
      }
    });
    reader.start({
      // A number of its own: a server ends the connection of a replica when another one comes with its number.
      serverId: randomInt(2 ** 31, 2 ** 32),
      filename: request.from.file,
      position: request.from.offset,
      includeEvents: [...EVENT_NAMES],
      includeSchema: bySchema(request.tables),
    });
  });
}

/** The second in which a binlog file was begun; also shows that the user may read the binlog. */
export async function fileCreated(request: Pick<BinlogRequest, 'options' | 'where'>, file: string): Promise<number> {
  let created = 0;
  await streamBinlog({
    ...request,
    from: { file, offset: 4 },
    tables: [],
    onEvent: (event) => {
      if (event.getTypeName() !== 'Format') return false;
      created = event.timestamp / 1000;
      return true;
    },
  });
  return created;
}

/** Refuses to go on in a file of the same name that is another one. */
function sameFile(created: number, file: string, { from, where }: BinlogRequest): number {
  if (file === from.file && from.created !== undefined && from.created !== created) {
    throw new LakewrightError(
      'LW_DMS_OTHER_DATABASE',
      `${file} of ${where} was begun at ${new Date(created * 1000).toISOString()}, and changes were read from one that was begun at ${new Date(from.created * 1000).toISOString()} → it is another database, or one that was set up anew → load the tables anew: start the replication with reload-target`,
    );
  }
  return created;
}

function bySchema(tables: BinlogRequest['tables']): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const { schema, name } of tables) result[schema] = [...(result[schema] ?? []), name];
  return result;
}

function binlogFailure(error: unknown, { from, where }: BinlogRequest): unknown {
  if (error instanceof LakewrightError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const number = error instanceof Error && 'errno' in error ? error.errno : undefined;
  if (number === 1236) {
    return new LakewrightError(
      'LW_DMS_BINLOG_LOST',
      `the binlog of ${where} can't be read from ${positionText(from)}: ${text} → the server must keep its binlog files longer than the time between two runs (binlog_expire_logs_seconds, expire_logs_days; on RDS "binlog retention hours") → load the tables anew: start the replication with reload-target`,
    );
  }
  if (number === 1227 || number === 1045) {
    return new LakewrightError(
      'LW_DMS_SOURCE_RIGHTS',
      `the user may not read the binlog of ${where}: ${text} → changes are read as a replica reads them → GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO the user`,
    );
  }
  return new LakewrightError(
    'LW_DMS_SOURCE_FAILED',
    `reading the binlog of ${where}: ${text}${codeOf(error) === '' ? '' : ` (${codeOf(error)})`}`,
  );
}
