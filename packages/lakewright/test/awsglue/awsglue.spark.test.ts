import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureEnvironment, ensureJava } from '../../src/engines/python/environment';

const GLUE = path.join(__dirname, '..', '..', 'runtimes', 'glue');

const made = await ensureEnvironment('glue-5.0').catch((error) => {
  if (error.code !== 'LW_PYTHON_MISSING' && error.code !== 'LW_JAVA_MISSING') throw error;
  return error.message as string;
});
const title = `awsglue on PySpark 3.5.4${typeof made === 'string' ? ` (not run: ${made})` : ''}`;

describe.skipIf(typeof made === 'string')(title, () => {
  // one process, since Spark's start is most of the time
  test('its laws', async () => {
    const { python, jars } = await ensureEnvironment('glue-5.0');
    const { status, stderr } = spawnSync(python, [path.join(__dirname, 'run.py')], {
      encoding: 'utf8',
      maxBuffer: 1e8,
      env: {
        ...process.env,
        JAVA_HOME: await ensureJava(),
        LAKEWRIGHT_JARS: jars.join(','),
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: GLUE,
      },
    });
    expect(stderr).toMatch(/Ran \d+ tests[\s\S]*OK\s*$/);
    expect(status).toBe(0);
  });
});
