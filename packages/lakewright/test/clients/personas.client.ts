import path from 'node:path';
import { AthenaClient, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiShape } from '../../src/services/api-shape';
import { temporaryFolder } from '../workspace/temporary-workspace';
import { ended } from './athena-rows';
import { DATA, PREFIXES, personaLake, RESULTS } from './persona-lake';
import { hasPython, pythonVenv } from './python/venv';
import { clientEnvironment, hasProgram, type ProgramResult, runProgram } from './run-program';
import { type ServedLake, serveLake } from './served-lake';

const TABLES = [
  `CREATE TABLE shop.orders WITH (format = 'PARQUET', external_location = 's3://${DATA}/shop/orders/') AS
   SELECT n AS id, 'customer ' || CAST(n % 3 AS varchar) AS customer, CAST(n AS decimal(10,2)) AS amount
   FROM UNNEST(sequence(1, 30)) AS t(n)`,
  // 16 MB: more than a query of a persona may scan
  `CREATE TABLE shop.wide WITH (format = 'PARQUET', external_location = 's3://${DATA}/shop/wide/') AS
   SELECT sqrt(CAST(a * 1000 + b AS double)) AS x FROM UNNEST(sequence(1, 2000)) AS t(a), UNNEST(sequence(1, 1000)) AS u(b)`,
];

let lake: ServedLake;
beforeAll(async () => {
  lake = await serveLake(personaLake);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'any' };
  const athena = new AthenaClient({ endpoint: lake.url, region: 'eu-west-1', credentials });
  for (const QueryString of TABLES) {
    const ResultConfiguration = { OutputLocation: `s3://${RESULTS}/setup/` };
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({ QueryString, ResultConfiguration }),
    );
    const { Status } = await ended(athena, String(QueryExecutionId));
    expect(Status?.StateChangeReason).toBeUndefined();
  }
});
afterAll(() => lake?.stop());

describe.skipIf(!hasProgram('aws'))('AWS CLI, as two personas', () => {
  const run = (who: string, ...args: string[]): Promise<ProgramResult> =>
    runProgram('aws', args, { env: clientEnvironment(lake.url, temporaryFolder(), who) });
  const aws = async (who: string, ...args: string[]): Promise<ApiShape> => {
    const { code, stdout, stderr } = await run(who, ...args);
    if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout);
  };
  const refusal = async (who: string, ...args: string[]): Promise<string> => {
    const { code, stderr } = await run(who, ...args);
    expect(code).not.toBe(0);
    return stderr;
  };
  const start = (workgroup: string, sql: string) => [
    ...['athena', 'start-query-execution', '--work-group', workgroup, '--query-string', sql],
  ];
  const results = (id: string) => ['athena', 'get-query-results', '--query-execution-id', id];
  /** Starts a query and watches it to its end. */
  const query = async (who: string, workgroup: string, sql: string): Promise<ApiShape> => {
    const { QueryExecutionId } = await aws(who, ...start(workgroup, sql));
    for (;;) {
      const { QueryExecution } = await aws(
        who,
        'athena',
        'get-query-execution',
        '--query-execution-id',
        QueryExecutionId,
      );
      if (!/QUEUED|RUNNING/.test(QueryExecution.Status.State)) return QueryExecution;
    }
  };

  it('results land below the caller’s own prefix, and another’s are refused', async () => {
    const own = await query('Analyst', 'analyst', "EXECUTE of_customer USING 'customer 1'");
    const location: string = own.ResultConfiguration.OutputLocation;
    expect(location).toMatch(new RegExp(`^s3://${RESULTS}/analyst/Lake-?Analyst[\\w-]*/`));
    const { ResultSet } = await aws('Analyst', ...results(own.QueryExecutionId));
    expect(ResultSet.Rows[1].Data).toEqual([{ VarCharValue: '10' }]);
    expect((await run('Analyst', 's3', 'cp', location, '-')).stdout).toBe('"orders"\n"10"\n');

    const read = await refusal('Guest', ...results(own.QueryExecutionId));
    expect(read).toMatch(/AccessDeniedException.*athena:GetQueryResults.*workgroup\/analyst/);
    expect(await refusal('Guest', 's3', 'cp', location, '-')).toMatch(/403|Forbidden|AccessDenied/);
    expect(await refusal('Guest', ...start('analyst', 'SELECT 1'))).toContain('AccessDeniedException');
  });

  it('a query over the limit is cut off with Athena’s words, and leaves nothing', async () => {
    const cut = await query('Analyst', 'analyst', 'SELECT max(x) FROM shop.wide');
    expect(cut.Status).toMatchObject({ State: 'CANCELLED', StateChangeReason: 'Bytes scanned limit was exceeded' });
    expect(await refusal('Analyst', ...results(cut.QueryExecutionId))).toContain('Final query state: CANCELLED');
    const folder = path.posix.dirname(cut.ResultConfiguration.OutputLocation);
    expect((await run('Analyst', 's3', 'ls', `${folder}/`)).stdout).not.toContain(cut.QueryExecutionId);
  });

  it('a workgroup that isn’t there is named; who may not know of it is denied', async () => {
    const unknown = start('nobody', 'SELECT 1');
    expect(await refusal('local', ...unknown)).toMatch(/InvalidRequestException.*WorkGroup nobody is not found\./);
    expect(await refusal('Analyst', ...unknown)).toContain('AccessDeniedException');
  });
});

describe.skipIf(!hasPython)('Python clients, as two personas', () => {
  it('PyAthena, boto3 and the AWS SDK for pandas', async () => {
    const python = await pythonVenv('requirements-athena.txt');
    const suite = path.join(__dirname, 'python/personas_suite.py');
    const result = await runProgram(
      python,
      ['-W', 'ignore', suite, RESULTS, String(PREFIXES.Analyst), String(PREFIXES.Guest)],
      { env: clientEnvironment(lake.url, temporaryFolder()) },
    );
    expect(result.stderr).toBe('');
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/all \d+ checks passed/) });
  });
});
