import type { AnyBinlogEvent, RowsEvent, TableMapEvent } from '@vlasky/zongji';
import { LakewrightError } from '../../../../host/host';
import type { Change, RowChange, SourceTable } from '../source-database';
import { hasAllColumns, isEvent } from './binlog-events';
import type { TableMap } from './binlog-stream';
import type { Charsets } from './charsets';
import { type BinlogPosition, comparePositions, positionText, tooLarge } from './position';
import { readStatement } from './statement';
import { TableDecoder } from './table-decoder';

const RELOAD = 'load the tables anew: start the replication with reload-target';

/** Turns events of the binlog into changes. */
export class ChangeReader {
  /** A transaction whose begin was handed over. */
  private open = false;
  private time = new Date(0);
  private handed: BinlogPosition | undefined;
  /** The end of the latest transaction, of whatever table. */
  private ended: BinlogPosition | undefined;
  private readonly tables: ReadonlyMap<string, SourceTable>;
  private readonly decoders = new Map<number, TableDecoder>();
  private readonly known = new Map<string, TableDecoder>();

  public constructor(
    tables: readonly SourceTable[],
    private readonly charsets: Charsets,
    private readonly until: BinlogPosition,
    private readonly hand: (change: Change) => void,
  ) {
    this.tables = new Map(tables.map((table) => [idOf(table.schema, table.name), table]));
  }

  /** @returns true when all before `until` has been handed over */
  public read(event: AnyBinlogEvent, position: BinlogPosition, tableMap: TableMap): boolean {
    this.take(event, position, tableMap);
    if (this.open || position.offset === 0 || comparePositions(position, this.until) < 0) return false;
    this.finish(position);
    return true;
  }

  private take(event: AnyBinlogEvent, position: BinlogPosition, tableMap: TableMap): void {
    if (isEvent(event, 'TableMap')) this.describe(event, tableMap);
    else if (isEvent(event, 'WriteRows')) {
      this.rows(event, event.rows, (decoder, row) => ({ op: 'I', values: decoder.values(row) }));
    } else if (isEvent(event, 'DeleteRows')) {
      this.rows(event, event.rows, (decoder, row) => ({ op: 'D', values: decoder.values(row) }));
    } else if (isEvent(event, 'UpdateRows')) {
      this.rows(event, event.rows, (decoder, { before, after }) => {
        const formerKey = decoder.formerKey(before, after);
        return { op: 'U', values: decoder.values(after), ...(formerKey && { formerKey }) };
      });
    } else if (isEvent(event, 'Xid')) this.commit(position);
    else if (isEvent(event, 'XaPrepare')) this.prepared(event.onePhase, position);
    else if (isEvent(event, 'Query')) this.statement(event.query, event.schema, event.timestamp, position);
    else if (isEvent(event, 'Gtid') || isEvent(event, 'AnonymousGtid') || isEvent(event, 'MariadbGtid')) {
      // Written when the transaction commits.
      this.time = new Date(event.timestamp);
    }
  }

  private describe(event: TableMapEvent, tableMap: TableMap): void {
    const id = idOf(event.schemaName, event.tableName);
    const table = this.tables.get(id);
    const entry = tableMap[event.tableId];
    if (table === undefined || entry === undefined) return;
    if (!event.hasSelfDescribingMetadata()) throw noMetadata(table);
    const before = this.known.get(id);
    const decoder = TableDecoder.of(table, entry, this.charsets, before);
    this.decoders.set(event.tableId, decoder);
    if (decoder === before) return;
    this.known.set(id, decoder);
    this.begin();
    this.hand({ kind: 'columns', schema: table.schema, table: table.name, columns: decoder.columns });
  }

  private rows<Row extends object>(
    event: RowsEvent,
    rows: readonly Row[],
    change: (decoder: TableDecoder, row: Row) => Pick<RowChange, 'op' | 'values' | 'formerKey'>,
  ): void {
    const decoder = this.decoders.get(event.tableId);
    if (decoder === undefined) throw new Error(`the binlog has rows of table ${event.tableId} before its description`);
    const { schema, name } = decoder.table;
    if (!hasAllColumns(event)) throw partialRows(decoder.table);
    this.begin();
    for (const row of rows) this.hand({ kind: 'row', schema, table: name, ...change(decoder, row) });
  }

  private statement(query: string, schema: string, timestamp: number, position: BinlogPosition): void {
    const statement = readStatement(query, schema);
    switch (statement.kind) {
      case 'begin':
        if (!this.open) this.time = new Date(timestamp);
        return;
      case 'commit':
        this.commit(position);
        return;
      case 'rollback':
        if (this.open) throw rolledBack(position);
        return;
      case 'truncate': {
        const table = this.tables.get(idOf(statement.table.schema, statement.table.name));
        if (table === undefined) return;
        const alone = !this.open;
        if (alone) this.time = new Date(timestamp);
        this.begin();
        this.hand({ kind: 'truncate', schema: table.schema, table: table.name });
        if (alone) this.commit(position);
        return;
      }
      case 'rename':
        for (const table of statement.tables) if (this.tables.has(idOf(table.schema, table.name))) throw renamed(table);
        return;
      case 'change':
        for (const table of this.tables.values()) if (mentions(statement.text, table.name)) throw byStatement(table);
        return;
      default:
        return;
    }
  }

  private prepared(onePhase: boolean, position: BinlogPosition): void {
    if (onePhase) this.commit(position);
    else if (this.open) {
      throw new LakewrightError(
        'LW_DMS_XA',
        `an XA transaction changes the tables before ${positionText(position)} → whether XA COMMIT follows isn't known where its rows are read → use transactions without XA for these tables, and ${RELOAD}`,
      );
    }
  }

  private begin(): void {
    if (this.open) return;
    this.open = true;
    this.hand({ kind: 'begin', time: this.time });
  }

  private commit(position: BinlogPosition): void {
    const { ended } = this;
    if (ended?.file === position.file && ended.offset > position.offset) throw tooLarge(position.file);
    this.ended = position;
    if (!this.open) return;
    this.open = false;
    this.handed = position;
    this.hand({ kind: 'commit', position: positionText(position) });
  }

  /** What is behind the last change needn't be read again: it may be long, and its files may be gone by then. */
  private finish(position: BinlogPosition): void {
    if (this.handed && comparePositions(this.handed, position) >= 0) return;
    this.begin();
    this.commit(position);
  }
}

const idOf = (schema: string, table: string): string => JSON.stringify([schema, table]);

/** Whether one of the words of a statement is the name. */
function mentions(statement: string, name: string): boolean {
  const words = statement.toLowerCase().split(/[^\p{L}\p{N}_$]+/u);
  return /[^\p{L}\p{N}_$]/u.test(name)
    ? statement.toLowerCase().includes(name.toLowerCase())
    : words.includes(name.toLowerCase());
}

const noMetadata = ({ schema, name }: SourceTable) =>
  new LakewrightError(
    'LW_DMS_BINLOG_METADATA',
    `the binlog has rows of ${schema}.${name} without the names of their columns → binlog_row_metadata must be FULL all the time → SET GLOBAL binlog_row_metadata = 'FULL' and set it in the server's configuration, then ${RELOAD}`,
  );

const partialRows = ({ schema, name }: SourceTable) =>
  new LakewrightError(
    'LW_DMS_BINLOG_ROW_IMAGE',
    `the binlog has rows of ${schema}.${name} without all of their columns → binlog_row_image must be FULL in all sessions → set it, then ${RELOAD}`,
  );

const byStatement = ({ schema, name }: SourceTable) =>
  new LakewrightError(
    'LW_DMS_BINLOG_FORMAT',
    `the binlog has a statement that may change ${schema}.${name}, and not its rows → binlog_format must be ROW in all sessions → set it, then ${RELOAD}`,
  );

const renamed = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
  new LakewrightError(
    'LW_DMS_TABLE_RENAMED',
    `${schema}.${name} was renamed → RENAME TABLE isn't replicated, as with AWS DMS: what comes after it would be missing → choose the table under its new name, or rename it back, and ${RELOAD}`,
  );

const rolledBack = (position: BinlogPosition) =>
  new LakewrightError(
    'LW_DMS_BINLOG_ROLLBACK',
    `the binlog takes rows back before ${positionText(position)} → it does so where a transaction changes tables with and without transactions → use InnoDB for all of them, and ${RELOAD}`,
  );
