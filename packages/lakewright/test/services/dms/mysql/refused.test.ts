import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MySqlSource } from '../../../../src/services/dms/source/mysql/mysql-source';
import type { SourceTable } from '../../../../src/services/dms/source/source-database';
import { MariaDb, withoutMariaDb } from './server';
import { changesOf, tableOf } from './support';

const why = withoutMariaDb === undefined ? '' : ` (${withoutMariaDb})`;
const PASSWORD = 'p@ss/w:rd';

async function failureOf(work: Promise<unknown>): Promise<{ code?: string; message: string }> {
  const failure = await work.then(
    () => undefined,
    (error) => error,
  );
  expect(failure).toBeInstanceOf(Error);
  expect(String(failure)).not.toContain(PASSWORD);
  expect(JSON.stringify(failure)).not.toContain(PASSWORD);
  return failure;
}

test.each([
  ['postgres://u@h/d', /isn't one of MySQL.*mysql:\/\/user/],
  ['mysql://localhost/d', /isn't one of MySQL/],
  [`mysql://u:${PASSWORD}@h/d`, /percent-encoded/],
  ['mysql://u@localhost/d?charset=utf8', /parameter "charset".*ssl-mode, ssl-ca/],
  ['mysql://u@localhost/d?ssl-mode=MAYBE', /ssl-mode "MAYBE".*DISABLED, REQUIRED/],
  ['mysql://u@localhost/d?ssl-ca=/nowhere.pem', /ssl-ca.*readable PEM file/],
])('the URL %s is refused, and what to write instead is said', async (url, message) => {
  const failure = await failureOf(MySqlSource.open(url));
  expect(failure.code).toBe('LW_DMS_SOURCE_URL');
  expect(failure.message).toMatch(message);
});

test('a server that is not there is refused with its host and port', async () => {
  const failure = await failureOf(MySqlSource.open(`mysql://u:${encodeURIComponent(PASSWORD)}@127.0.0.1:1/d`));
  expect(failure.code).toBe('LW_DMS_SOURCE_UNREACHABLE');
  expect(failure.message).toContain('u@127.0.0.1:1/d (ECONNREFUSED)');
});

describe.skipIf(withoutMariaDb)(`what MariaDB can't give${why}`, () => {
  let server: MariaDb;
  let source: MySqlSource;
  let table: SourceTable;
  let from: string;

  beforeAll(async () => {
    server = await MariaDb.start();
    await server.sql(
      'CREATE DATABASE d',
      'CREATE TABLE d.plain (id int PRIMARY KEY) ENGINE = MyISAM',
      `CREATE USER reader IDENTIFIED BY '${PASSWORD}'`,
      'GRANT SELECT ON d.* TO reader',
    );
    source = await MySqlSource.open(server.url());
  }, 60_000);
  afterAll(async () => {
    await source?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    await server.sql('CREATE OR REPLACE TABLE d.t (id int PRIMARY KEY, v varchar(20))');
    table = await tableOf(source, 'd', 't');
    const snapshot = await source.snapshot([table], 'c');
    from = snapshot.position ?? '';
    await snapshot.close();
  });

  test('a wrong password and a database that is not there are refused', async () => {
    const login = await failureOf(MySqlSource.open(server.url('reader', `${PASSWORD}!`)));
    expect(login.code).toBe('LW_DMS_SOURCE_LOGIN');
    const database = await failureOf(MySqlSource.open(server.url('root', '', 'nowhere')));
    expect(database.code).toBe('LW_DMS_SOURCE_DATABASE');
  });

  test('a user without the rights of a replica is refused with what to grant, then reads', async () => {
    let reader = await MySqlSource.open(server.url('reader', PASSWORD));
    // Rights are those of the moment of the login.
    const again = async () => {
      await reader.close();
      reader = await MySqlSource.open(server.url('reader', PASSWORD));
    };
    try {
      const status = await failureOf(reader.checkCapture([table]));
      expect(status.code).toBe('LW_DMS_SOURCE_RIGHTS');
      expect(status.message).toMatch(/REPLICATION CLIENT and REPLICATION SLAVE/);
      await server.sql('GRANT BINLOG MONITOR ON *.* TO reader');
      await again();
      const dump = await failureOf(reader.checkCapture([table]));
      expect(dump.code).toBe('LW_DMS_SOURCE_RIGHTS');
      expect(dump.message).toMatch(/GRANT REPLICATION SLAVE/);
      await server.sql('GRANT REPLICATION SLAVE ON *.* TO reader', `INSERT INTO d.t VALUES (1, 'x')`);
      await again();
      await reader.checkCapture([table]);
      expect((await changesOf(reader, [table], from)).map(({ kind }) => kind)).toContain('row');
      expect((await reader.tables()).map(({ schema }) => schema)).not.toContain('mysql');
    } finally {
      await reader.close();
    }
  });

  test.each([
    [
      'binlog_format',
      `'MIXED'`,
      `'ROW'`,
      'LW_DMS_BINLOG_FORMAT',
      /binlog_format = "MIXED".*SET GLOBAL binlog_format = 'ROW'/,
    ],
    ['binlog_row_image', `'MINIMAL'`, `'FULL'`, 'LW_DMS_BINLOG_ROW_IMAGE', /binlog_row_image = "MINIMAL"/],
    ['binlog_row_metadata', `'NO_LOG'`, `'FULL'`, 'LW_DMS_BINLOG_METADATA', /binlog_row_metadata = FULL/],
  ])('%s = %s is refused with what to set', async (setting, wrong, right, code, message) => {
    await server.sql(`SET GLOBAL ${setting} = ${wrong}`);
    const failure = await failureOf(source.checkCapture([table]));
    await server.sql(`SET GLOBAL ${setting} = ${right}`);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    await source.checkCapture([table]);
  });

  test('a table without transactions is refused for changes, and says how to alter it', async () => {
    const failure = await failureOf(source.checkCapture([table, await tableOf(source, 'd', 'plain')]));
    expect(failure.code).toBe('LW_DMS_STORAGE_ENGINE');
    expect(failure.message).toMatch(/d\.plain \(MyISAM\).*ENGINE = InnoDB/);
  });

  test.each([
    [
      'a statement instead of rows',
      ['SET binlog_format = STATEMENT', `INSERT INTO d.t VALUES (1, 'x')`, 'SET binlog_format = ROW'],
      'LW_DMS_BINLOG_FORMAT',
    ],
    [
      'rows without all columns',
      [
        `INSERT INTO d.t VALUES (1, 'x')`,
        'SET binlog_row_image = MINIMAL',
        `UPDATE d.t SET v = 'y'`,
        'SET binlog_row_image = FULL',
      ],
      'LW_DMS_BINLOG_ROW_IMAGE',
    ],
    [
      'rows without column names',
      [
        'SET GLOBAL binlog_row_metadata = NO_LOG',
        `INSERT INTO d.t VALUES (1, 'x')`,
        'SET GLOBAL binlog_row_metadata = FULL',
      ],
      'LW_DMS_BINLOG_METADATA',
    ],
    [
      'an XA transaction',
      [`XA START 'x'`, `INSERT INTO d.t VALUES (1, 'x')`, `XA END 'x'`, `XA PREPARE 'x'`, `XA ROLLBACK 'x'`],
      'LW_DMS_XA',
    ],
    [
      'a renamed table',
      ['RENAME TABLE d.plain TO d.p, d.t TO d.u', 'RENAME TABLE d.p TO d.plain', 'DROP TABLE d.u'],
      'LW_DMS_TABLE_RENAMED',
    ],
    [
      'a table that is renamed by ALTER',
      ['USE d', 'ALTER TABLE t ADD COLUMN w int, RENAME TO u', 'DROP TABLE u'],
      'LW_DMS_TABLE_RENAMED',
    ],
  ])('%s in the binlog is refused by name', async (_, statements, code) => {
    await server.sql(...statements);
    const failure = await failureOf(changesOf(source, [table], from));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(/ → .* → /);
  });

  test('the same of other tables is none of our business', async () => {
    await server.sql(
      'CREATE OR REPLACE TABLE d.o (id int PRIMARY KEY)',
      'SET binlog_format = STATEMENT',
      'INSERT INTO d.o VALUES (1)',
      'SET binlog_format = ROW',
      `XA START 'x'`,
      'INSERT INTO d.o VALUES (2)',
      `XA END 'x'`,
      `XA PREPARE 'x'`,
      `XA COMMIT 'x'`,
      'INSERT INTO d.plain VALUES (1)',
      'RENAME TABLE d.o TO d.o2',
      'ALTER TABLE d.t RENAME COLUMN v TO w, ADD INDEX i (w)',
      'ALTER TABLE d.t RENAME INDEX i TO k',
      'DROP TABLE d.o2',
      `INSERT INTO d.t VALUES (1, 'after')`,
    );
    expect((await changesOf(source, [table], from)).map(({ kind }) => kind)).toEqual([
      'begin',
      'columns',
      'row',
      'commit',
    ]);
  });

  test('a purged binlog is refused, and that the tables have to be loaded anew is said', async () => {
    await server.sql('FLUSH BINARY LOGS', `INSERT INTO d.t VALUES (1, 'x')`);
    const [log] = (await server.sql('SHOW BINARY LOGS')).slice(-1);
    // A file that is still in use stays.
    for (let logs = 2; logs > 1; logs = (await server.sql('SHOW BINARY LOGS')).length) {
      await server.sql(`PURGE BINARY LOGS TO '${log?.Log_name}'`);
    }
    const failure = await failureOf(changesOf(source, [table], from));
    expect(failure.code).toBe('LW_DMS_BINLOG_LOST');
    expect(failure.message).toMatch(/reload-target/);
  });

  test('a binlog of the same name of a server that was set up anew is refused', async () => {
    await server.sql('RESET MASTER');
    const short = await failureOf(changesOf(source, [table], from.replace(/bin\.\d+/, 'bin.000009')));
    expect(short.code).toBe('LW_DMS_OTHER_DATABASE');
    const [file, rest] = (await source.currentPosition()).split(':');
    await server.sql(`INSERT INTO d.t VALUES (1, 'x')`);
    const other = await failureOf(changesOf(source, [table], `${file}:${rest}@1500000000`));
    expect(other.code).toBe('LW_DMS_OTHER_DATABASE');
    expect(other.message).toMatch(/begun at .* and changes were read from one that was begun at 2017-07-14/);
  });

  test('a server without a binlog, and one that leaves out the database, is refused', async () => {
    const check = async () => {
      await source.close();
      source = await MySqlSource.open(server.url());
      return failureOf(source.checkCapture([table]));
    };
    await server.restart([]);
    expect((await failureOf(source.tables())).message).toMatch(/connection to the server was lost/);
    const off = await check();
    expect(off.code).toBe('LW_DMS_BINLOG_OFF');
    await server.restart([
      '--log-bin=bin',
      '--binlog-format=ROW',
      '--binlog-row-metadata=FULL',
      '--server-id=1',
      '--binlog-ignore-db=d',
    ]);
    const filtered = await check();
    expect(filtered.code).toBe('LW_DMS_BINLOG_FILTER');
    expect(filtered.message).toMatch(/d\.t.*binlog_ignore_db/);
  });

  test('ssl-mode decides which certificate is taken', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-tls-'));
    const key = path.join(folder, 'key.pem');
    const certificate = path.join(folder, 'cert.pem');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        certificate,
        '-days',
        '2',
        '-subj',
        '/CN=lake.example',
        '-addext',
        'subjectAltName=DNS:lake.example',
      ],
      { stdio: 'pipe' },
    );
    fs.chmodSync(folder, 0o755);
    fs.chmodSync(key, 0o644);
    await server.restart([`--ssl-cert=${certificate}`, `--ssl-key=${key}`, '--require-secure-transport=ON']);
    const url = (query: string) => server.url('reader', PASSWORD, query);

    expect((await failureOf(MySqlSource.open(url('')))).code).toBe('LW_DMS_SOURCE_LOGIN');
    await (await MySqlSource.open(url('?ssl-mode=REQUIRED'))).close();
    expect((await failureOf(MySqlSource.open(url('?ssl-mode=VERIFY_CA')))).code).toBe('LW_DMS_SOURCE_TLS');
    await (await MySqlSource.open(url(`?ssl-ca=${certificate}`))).close();
    const identity = `?ssl-mode=VERIFY_IDENTITY&ssl-ca=${certificate}`;
    expect((await failureOf(MySqlSource.open(url(identity)))).code).toBe('LW_DMS_SOURCE_URL');
    const other = await failureOf(MySqlSource.open(url(identity).replace('127.0.0.1', 'localhost')));
    expect(other.code).toBe('LW_DMS_SOURCE_TLS');
  });
});
