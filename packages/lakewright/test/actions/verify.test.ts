import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderVerification } from '../../src/actions/verify/render';
import { splitStatements, statementsOf } from '../../src/actions/verify/statements';
import { findJava } from '../../src/engines/trino/java';
import { runCli, withFolder } from '../cli/run-cli';

describe('the statements that are verified', () => {
  test('end at semicolons, but not at those in texts, names and comments', () => {
    const text = `SELECT ';' AS "a;b"; -- not; here
/* nor; here */ SELECT 'it''s; fine';
;
-- only a comment;`;
    expect(splitStatements(text)).toEqual([
      `SELECT ';' AS "a;b"`,
      "-- not; here\n/* nor; here */ SELECT 'it''s; fine'",
    ]);
  });

  test('come from files and from folders of them, each with its place', async () => {
    await withFolder({ 'two.sql': 'SELECT 1; SELECT 2' }, async (folder) => {
      mkdirSync(path.join(folder, 'target/compiled'), { recursive: true });
      writeFileSync(path.join(folder, 'target/compiled/model.sql'), 'SELECT 3');
      writeFileSync(path.join(folder, 'target/compiled/notes.md'), 'SELECT 4');
      const found = statementsOf([path.join(folder, 'two.sql'), path.join(folder, 'target')]);
      expect(found.map(({ name, sql }) => [path.basename(name), sql])).toEqual([
        ['two.sql:1', 'SELECT 1'],
        ['two.sql:2', 'SELECT 2'],
        ['model.sql', 'SELECT 3'],
      ]);
    });
  });
});

describe('what is needed for Trino', () => {
  test('a Java that is too old, or none, is said with what was found', async () => {
    await expect(findJava({ LAKEWRIGHT_JAVA: '/no/such/java' })).rejects.toMatchObject({
      code: 'LW_JAVA_MISSING',
      message: expect.stringContaining('/no/such/java is no Java → Trino needs Java 24'),
    });
  });

  test('nothing to verify, and a file that is not there, are usage errors', async () => {
    await withFolder({ 'lake.json': { Resources: {} } }, async (folder) => {
      const nothing = await runCli(folder, 'verify', '--app', 'lake.json');
      expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining('LW_VERIFY_NOTHING') });
      const missing = await runCli(folder, 'verify', 'reports.sql', '--app', 'lake.json');
      expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('LW_VERIFY_NO_FILE') });
    });
  });
});

describe('a difference', () => {
  test('shows both answers side by side, without the rows that are the same', () => {
    const columns = [{ name: 'n', type: 'integer' }];
    const text = renderVerification([
      { name: 'a.sql', sql: 'SELECT n', outcome: 'equal' },
      {
        name: 'b.sql',
        sql: 'SELECT n FROM t',
        outcome: 'differs',
        local: { columns, rows: [[1], [2]] },
        trino: { columns, rows: [[1], [3]] },
      },
    ]);
    expect(text).toContain('1 equal, 1 different, 0 refused, 0 skipped');
    expect(text).toMatch(/\[2\] +│ \[3\]/);
    expect(text).not.toContain('[1]');
  });
});
