import type { Connection } from 'mysql2';
import { LakewrightError } from '../../../../host/host';
import type { MySqlTable } from './catalog';
import { isReadable, readCharsets } from './charsets';
import { rows } from './connect';

const SETTINGS = ['log_bin', 'server_id', 'binlog_format', 'binlog_row_image', 'binlog_row_metadata'];
const COMPRESSION = 'binlog_transaction_compression';
const PARTIAL = 'binlog_row_value_options';

/** @throws LakewrightError for what keeps changes from being captured */
export async function checkCapture(
  connection: Connection,
  tables: readonly MySqlTable[],
  where: string,
): Promise<void> {
  const list = [...SETTINGS, COMPRESSION, PARTIAL].map((setting) => `'${setting}'`).join(', ');
  const found = await rows(connection, `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${list})`);
  const settings = new Map<string, string>(found.map((row) => [row.Variable_name, row.Value]));
  checkSettings(settings, where);
  const status = await binlogStatus(connection);
  for (const { schema, name } of tables) checkFilter(schema, name, status, where);
  await checkCharsets(connection, tables);
  const others = tables.filter(({ transactional }) => !transactional);
  if (others.length === 0) return;
  throw new LakewrightError(
    'LW_DMS_STORAGE_ENGINE',
    `${others.map((table) => `${table.schema}.${table.name} (${table.engine})`).join(', ')} → a snapshot that fits the binlog needs an engine with transactions → ALTER TABLE … ENGINE = InnoDB, exclude the table, or load without changes (full-load)`,
  );
}

async function checkCharsets(connection: Connection, tables: readonly MySqlTable[]): Promise<void> {
  const charsets = await readCharsets(connection);
  for (const { schema, name, columns } of tables) {
    const column = columns.find(({ charset }) => charset !== undefined && !isReadable(charset, charsets));
    if (column?.charset) throw unreadable(`${schema}.${name}`, column.name, column.charset);
  }
}

export const unreadable = (table: string, column: string, charset: string) =>
  new LakewrightError(
    'LW_DMS_CHARSET',
    `the column "${column}" of ${table} has the character set ${charset}, whose texts in the binlog can't be read as the server reads them → Unicode, gbk, euckr and all of one byte a character can → ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4, exclude the table, or load without changes (full-load)`,
  );

function checkSettings(settings: ReadonlyMap<string, string>, where: string): void {
  const refuse = (code: string, given: string, need: string, fix: string): never => {
    throw new LakewrightError(code, `${given} of ${where} → changes can be captured with ${need} → ${fix}`);
  };
  if (settings.get('log_bin') !== 'ON') {
    refuse(
      'LW_DMS_BINLOG_OFF',
      'the binlog is off: log_bin',
      'log_bin = ON',
      'set log_bin and a server_id in the server’s configuration and restart it (on RDS: enable backups), or load without changes (full-load)',
    );
  }
  if (settings.get('server_id') === '0') {
    refuse(
      'LW_DMS_SERVER_ID',
      'server_id = 0',
      'a server_id of 1 or more',
      'set it in the configuration and restart the server',
    );
  }
  const must = (name: string, value: string, code: string) => {
    const given = settings.get(name);
    if (given?.toUpperCase() === value) return;
    refuse(
      code,
      `${name} = "${given}"`,
      `${name} = ${value}`,
      `SET GLOBAL ${name} = '${value}', open the sessions of writers anew, and set it in the configuration`,
    );
  };
  must('binlog_format', 'ROW', 'LW_DMS_BINLOG_FORMAT');
  must('binlog_row_image', 'FULL', 'LW_DMS_BINLOG_ROW_IMAGE');
  if (!settings.has('binlog_row_metadata')) {
    refuse(
      'LW_DMS_SOURCE_VERSION',
      'the server’s version',
      'column names in the binlog, which MariaDB 10.5, MySQL 8.0.1 and later write',
      'use such a server, or load without changes (full-load)',
    );
  }
  must('binlog_row_metadata', 'FULL', 'LW_DMS_BINLOG_METADATA');
  if (settings.get(COMPRESSION) === 'ON') {
    refuse(
      'LW_DMS_BINLOG_COMPRESSED',
      `${COMPRESSION} = ON`,
      'transactions that aren’t compressed',
      `SET GLOBAL ${COMPRESSION} = OFF`,
    );
  }
  if (/PARTIAL_JSON/i.test(settings.get(PARTIAL) ?? '')) {
    refuse('LW_DMS_BINLOG_ROW_IMAGE', `${PARTIAL} = PARTIAL_JSON`, 'whole rows', `SET GLOBAL ${PARTIAL} = ''`);
  }
}

export interface BinlogStatus {
  readonly file: string;
  readonly offset: number;
  /** Databases that are logged; empty for all. */
  readonly only: readonly string[];
  readonly without: readonly string[];
}

/** Where the binlog ends. MySQL 8.4 knows only the new name of the statement, older servers only the former. */
export async function binlogStatus(connection: Connection): Promise<BinlogStatus> {
  const [row] = await rows(connection, 'SHOW MASTER STATUS').catch((error) => {
    if (error?.code === 'ER_PARSE_ERROR') return rows(connection, 'SHOW BINARY LOG STATUS');
    throw error;
  });
  if (row === undefined) {
    throw new LakewrightError(
      'LW_DMS_BINLOG_OFF',
      'the server has no binlog → log_bin must be on → set it and restart the server',
    );
  }
  const names = (text: string | undefined) => (text ? text.split(',') : []);
  return {
    file: row.File,
    offset: Number(row.Position),
    only: names(row.Binlog_Do_DB),
    without: names(row.Binlog_Ignore_DB),
  };
}

function checkFilter(schema: string, name: string, { only, without }: BinlogStatus, where: string): void {
  if (!without.includes(schema) && (only.length === 0 || only.includes(schema))) return;
  throw new LakewrightError(
    'LW_DMS_BINLOG_FILTER',
    `${schema}.${name}: the binlog of ${where} leaves out the database "${schema}" (binlog_do_db, binlog_ignore_db) → its changes must be in the binlog → change the server's configuration and restart it, or exclude the table`,
  );
}
