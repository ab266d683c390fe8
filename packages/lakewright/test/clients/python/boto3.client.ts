import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { serve, temporaryLake } from '../../server/temporary-lake';
import { temporaryFolder } from '../../workspace/temporary-workspace';
import { clientEnvironment, runProgram } from '../run-program';
import { hasPython, pythonVenv } from './venv';

let python = '';

describe.skipIf(!hasPython)('boto3', () => {
  beforeAll(async () => {
    python = await pythonVenv();
  });

  it('finds every answer as botocore expects it', async () => {
    const lake = await temporaryLake();
    const { url } = await serve(lake);
    const script = path.join(import.meta.dirname, 'boto3_suite.py');
    const result = await runProgram(python, ['-W', 'ignore', script], {
      env: clientEnvironment(url, temporaryFolder()),
    });
    expect(result).toMatchObject({ stderr: '', stdout: expect.stringMatching(/all \d+ checks passed/) });
    expect((await lake.objects.list('raw')).map(({ key }) => key)).toContain('multi');
  });
});
