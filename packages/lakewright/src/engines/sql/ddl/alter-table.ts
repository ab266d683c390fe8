import type { Cursor } from './cursor';
import type { AlterTable, PartitionTerm, TableChange } from './statement';

/** After `ALTER TABLE`. */
export function alterTable(cursor: Cursor): AlterTable {
  const table = cursor.name();
  const change = tableChange(cursor);
  cursor.end();
  return { kind: 'alter table', table, change };
}

function tableChange(cursor: Cursor): TableChange {
  if (cursor.accept('PARTITION')) return partitionChange(cursor);
  switch (cursor.expectOneOf('ADD', 'DROP', 'RENAME', 'SET', 'UNSET', 'REPLACE', 'CHANGE')) {
    case 'ADD':
      if (cursor.accept('COLUMNS')) return { kind: 'add columns', columns: cursor.list(() => cursor.column()) };
      if (cursor.accept('COLUMN')) return { kind: 'add columns', columns: [cursor.column()] };
      return addPartitions(cursor);
    case 'DROP':
      if (cursor.accept('COLUMN')) return { kind: 'drop column', column: cursor.identifier() };
      return dropPartitions(cursor);
    case 'RENAME':
      cursor.expect('TO');
      return { kind: 'rename', to: cursor.name() };
    case 'REPLACE':
      cursor.expect('COLUMNS');
      return { kind: 'replace columns', columns: cursor.list(() => cursor.column()) };
    case 'CHANGE':
      return changeColumn(cursor);
    case 'UNSET':
      cursor.expect('TBLPROPERTIES');
      cursor.accept('IF EXISTS');
      return unset(cursor);
    default:
      if (cursor.accept('LOCATION')) return { kind: 'set location', location: cursor.string() };
      cursor.expect('TBLPROPERTIES');
      return { kind: 'set properties', properties: cursor.properties() };
  }
}

const unset = (cursor: Cursor): TableChange => ({ kind: 'unset properties', keys: cursor.list(() => cursor.string()) });

/** `PARTITION (dt='…') RENAME TO PARTITION (…)` and `… SET LOCATION '…'` */
function partitionChange(cursor: Cursor): TableChange {
  const partition = cursor.partitionTerms();
  if (cursor.accept('RENAME TO PARTITION'))
    return { kind: 'rename partition', from: partition, to: cursor.partitionTerms() };
  cursor.expect('SET LOCATION');
  return { kind: 'set location', partition, location: cursor.string() };
}

function addPartitions(cursor: Cursor): TableChange {
  const ifNotExists = cursor.accept('IF NOT EXISTS');
  const partitions: { terms: PartitionTerm[]; location?: string }[] = [];
  do {
    cursor.expect('PARTITION');
    const terms = cursor.partitionTerms();
    partitions.push({ terms, ...(cursor.accept('LOCATION') && { location: cursor.string() }) });
    cursor.accept(',');
  } while (cursor.looksAt('PARTITION'));
  return { kind: 'add partitions', ifNotExists, partitions };
}

function dropPartitions(cursor: Cursor): TableChange {
  const ifExists = cursor.accept('IF EXISTS');
  const partitions: PartitionTerm[][] = [];
  do {
    cursor.expect('PARTITION');
    partitions.push(cursor.partitionTerms());
  } while (cursor.accept(','));
  cursor.accept('PURGE');
  return { kind: 'drop partitions', ifExists, partitions };
}

function changeColumn(cursor: Cursor): TableChange {
  cursor.accept('COLUMN');
  const from = cursor.identifier();
  const column = cursor.column();
  if (cursor.accept('FIRST')) return { kind: 'change column', from, column, place: {} };
  if (cursor.accept('AFTER')) return { kind: 'change column', from, column, place: { after: cursor.identifier() } };
  return { kind: 'change column', from, column };
}
