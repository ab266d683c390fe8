import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../workspace/temporary-workspace';
import { clientEnvironment, runProgram } from '../run-program';
import { type ServedLake, serveLake } from '../served-lake';
import { hasPython, pythonVenv } from './venv';

describe.skipIf(!hasPython)('Python clients of Athena and Glue', () => {
  let python = '';
  let lake: ServedLake;

  beforeAll(async () => {
    python = await pythonVenv('requirements-athena.txt');
    lake = await serveLake();
  });
  afterAll(() => lake?.stop());

  it.each([
    ['PyAthena: cursor, dictionaries, pandas, SQLAlchemy', 'pyathena_suite.py'],
    ['AWS SDK for pandas: Parquet with catalog, CTAS, UNLOAD, repair, delete', 'awswrangler_suite.py'],
  ])('%s', async (_, suite) => {
    const result = await runProgram(python, ['-W', 'ignore', path.join(__dirname, suite), lake.bucket], {
      env: clientEnvironment(lake.url, temporaryFolder()),
    });
    expect(result.stderr).toBe('');
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/all \d+ checks passed/) });
  });
});
