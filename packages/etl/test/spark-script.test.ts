import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(__dirname, 'glue');

/**
 * `LAKEWRIGHT_SPARK_PYTHON` has PySpark 3.5 and boto3, and finds a Java 17; `LAKEWRIGHT_SPARK_JARS`, if set, is spark-avro, without
 * which the laws about Avro are skipped.
 */
const python = process.env.LAKEWRIGHT_SPARK_PYTHON ?? '';
const why = python === '' ? ' (skipped: LAKEWRIGHT_SPARK_PYTHON not set)' : '';

test.skipIf(python === '').each(['conversion_check.py', 'kill_check.py', 'transformation_check.py'])(
  `laws of the Spark jobs: %s${why}`,
  { timeout: 1_200_000 },
  (script) => {
    const output = mkdtempSync(join(tmpdir(), 'lakewright-spark-'));
    try {
      const { status, stderr } = spawnSync(python, ['-W', 'ignore', join(folder, script), output], {
        encoding: 'utf8',
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      });
      expect(stderr).toMatch(/Ran \d+ tests[\s\S]*OK/);
      expect(status).toBe(0);
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  },
);
