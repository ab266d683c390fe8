import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ensureEnvironment } from '../../../src/engines/python/environment';

const made = await ensureEnvironment('glue-5.0').catch((error) => {
  if (error.code !== 'LW_PYTHON_MISSING' && error.code !== 'LW_JAVA_MISSING') throw error;
  return error.message as string;
});
const title = `the environments of Glue's versions${typeof made === 'string' ? ` (not run: ${made})` : ''}`;

describe.skipIf(typeof made === 'string')(title, () => {
  test.each([
    ['glue-5.0', '3.5.4'],
    ['glue-5.1', '3.5.6'],
  ])('%s has PySpark %s, what Glue gives scripts beside it, and its jars', async (name, version) => {
    const { python, jars } = await ensureEnvironment(name);
    const script = 'import boto3, numpy, pandas, pyarrow, pyspark; print(pyspark.__version__)';
    expect(execFileSync(python, ['-c', script], { encoding: 'utf8' }).trim()).toBe(version);
    expect(jars).toHaveLength(3);
  });
});
