import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(__dirname, 'glue');
const noPython = spawnSync('python3', ['-c', 'import sys, zoneinfo; sys.exit(sys.version_info < (3, 9))']).status !== 0;

test.skipIf(noPython)(`laws of the JDBC job${noPython ? ' (skipped: no Python 3.9 or later here)' : ''}`, () => {
  const { status, stderr } = spawnSync('python3', [join(folder, 'test_pure.py')], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect(stderr).toMatch(/Ran \d+ tests[\s\S]*OK\s*$/);
  expect(status).toBe(0);
});

/**
 * `LAKEWRIGHT_JDBC_PYTHON` has PySpark 3.5; `LAKEWRIGHT_JDBC_JARS` are PostgreSQL's driver and spark-avro, with a comma
 * between them; `LAKEWRIGHT_JDBC_URL` is a database in which the schema "shop" may be dropped; `PGUSER`, `PGPASSWORD`.
 */
const wanted = ['LAKEWRIGHT_JDBC_PYTHON', 'LAKEWRIGHT_JDBC_JARS', 'LAKEWRIGHT_JDBC_URL', 'PGUSER', 'PGPASSWORD'];
const missing = wanted.filter((name) => !process.env[name]);
const why = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not set)` : '';

test.skipIf(missing.length > 0)(`laws of the JDBC job on Spark and PostgreSQL${why}`, { timeout: 600_000 }, () => {
  const output = mkdtempSync(join(tmpdir(), 'lakewright-jdbc-'));
  try {
    const { LAKEWRIGHT_JDBC_PYTHON: python = '', LAKEWRIGHT_JDBC_URL: url = '' } = process.env;
    const { status, stderr } = spawnSync(python, [join(folder, 'spark_check.py'), url, output], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    expect(stderr).toMatch(/Ran \d+ tests[\s\S]*OK\s*$/);
    expect(status).toBe(0);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});
