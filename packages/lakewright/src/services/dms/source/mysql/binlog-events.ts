import type { AnyBinlogEvent, BinlogEventByTypeName, BinlogEventTypeName, RowsEvent } from '@vlasky/zongji';

/** What is read of the binlog. Events with nothing but a position let the reader know how far it has come. */
export const EVENT_NAMES = [
  'rotate',
  'format',
  'gtid',
  'anonymousgtid',
  'mariadbgtid',
  'mariadbgtidlist',
  'previousgtids',
  'binlogcheckpoint',
  'heartbeat',
  'query',
  'tablemap',
  'writerows',
  'updaterows',
  'deleterows',
  'xid',
  'xaprepare',
] as const;

export function isEvent<N extends BinlogEventTypeName>(
  event: AnyBinlogEvent,
  name: N,
): event is BinlogEventByTypeName<N> {
  return event.getTypeName() === name;
}

/** False for a row image without some of the columns. */
export function hasAllColumns(event: RowsEvent): boolean {
  // One bit for each column; they aren't in the library's types.
  const { columns_present_bitmap: before, columns_present_bitmap2: after } = event as RowsEvent & {
    readonly columns_present_bitmap: Buffer;
    readonly columns_present_bitmap2?: Buffer;
  };
  for (let column = 0; column < event.numberOfColumns; column++) {
    const bit = 1 << (column & 7);
    if ((before.readUInt8(column >> 3) & bit) === 0) return false;
    if (after !== undefined && (after.readUInt8(column >> 3) & bit) === 0) return false;
  }
  return true;
}
