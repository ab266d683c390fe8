import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';
import { runCli, startCli, withFolder } from './run-cli';

const TEMPLATE = {
  Resources: {
    Raw: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'raw-bucket' } },
    Database: {
      Type: 'AWS::Glue::Database',
      Properties: { CatalogId: { Ref: 'AWS::AccountId' }, DatabaseInput: { Name: 'raw' } },
    },
  },
};
const WITH_BROKER = { Resources: { ...TEMPLATE.Resources, Broker: { Type: 'AWS::AmazonMQ::Broker', Properties: {} } } };

const role = (id: string, RoleName: string, Action?: string[]) => ({
  Type: 'AWS::IAM::Role',
  Metadata: { 'aws:cdk:path': `Lake/${id}/Resource` },
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
    ...(Action && {
      Policies: [
        {
          PolicyName: 'Own',
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] },
        },
      ],
    }),
  },
});
const PERSONAS = {
  Resources: {
    Analyst: role('Analyst', 'analyst-role', ['athena:*', 'glue:Get*', 's3:*']),
    Guest: role('Guest', 'guest-role'),
  },
};

describe('help', () => {
  test('shows every command, examples and the exit codes', async () => {
    const { code, out } = await withFolder({}, (folder) => runCli(folder, '--help'));
    expect(code).toBe(0);
    for (const verb of ['plan', 'run', 'query', 'access', 'explain', 'serve', 'doctor', 'reset', 'completion'])
      expect(out).toContain(verb);
    expect(out).toContain('AWS_ENDPOINT_URL');
    expect(out).toContain('Exit codes');
  });

  test('a mistyped command is told the right one, exit code 2', async () => {
    const { code, err } = await withFolder({}, (folder) => runCli(folder, 'qeury', 'SELECT 1'));
    expect(code).toBe(2);
    expect(err).toContain('Did you mean query?');
  });
});

describe('plan', () => {
  test('reads a plain template and changes nothing', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const { code, out } = await runCli(folder, 'plan', '--app', 'lake.json');
      expect(code).toBe(0);
      expect(out).toContain('2 resources: 2 executed');
      expect(readdirSync(folder)).toEqual(['lake.json']);
    });
  });

  test('with --strict exits 3 for an unsupported resource, which it names', async () => {
    await withFolder({ 'lake.json': WITH_BROKER }, async (folder) => {
      const { code, out } = await runCli(folder, 'plan', '--app', 'lake.json', '--strict');
      expect(code).toBe(3);
      expect(out).toMatch(/Broker\s+AWS::AmazonMQ::Broker/);
    });
  });

  test('of something that is not a cdk.out says what is expected, exit code 2', async () => {
    await withFolder({ 'notes.txt': 'hello' }, async (folder) => {
      const missing = await runCli(folder, 'plan');
      expect(missing.code).toBe(2);
      expect(missing.err).toMatch(/error LW_ASSEMBLY_\w+: .*cdk\.out/);
      const text = await runCli(folder, 'plan', '--app', 'notes.txt');
      expect(text.code).toBe(2);
      expect(text.err).toMatch(/error LW_ASSEMBLY_\w+: .*notes\.txt/);
    });
  });

  test('of a template with an unknown intrinsic names it, and shows the rest', async () => {
    const odd = {
      Resources: {
        ...TEMPLATE.Resources,
        Odd: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Magic': 1 } } },
      },
    };
    await withFolder({ 'lake.json': odd }, async (folder) => {
      const { code, out } = await runCli(folder, 'plan', '--app', 'lake.json');
      expect(code).toBe(0);
      expect(out).toMatch(/Odd.*Fn::Magic/);
      expect(out).toContain('2 executed');
    });
  });
});

describe('run', () => {
  test('leaves a report that its schema accepts, and latest is a copy of it', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const { code, err } = await runCli(folder, 'run', '--app', 'lake.json');
      expect(err).not.toContain('error');
      expect(code).toBe(0);
      const latest = readFileSync(path.join(folder, '.lakewright/runs/latest/report.json'), 'utf8');
      const report = JSON.parse(latest);
      const schema = JSON.parse(readFileSync(path.join(__dirname, '../../schemas/report.schema.json'), 'utf8'));
      const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
      validate(report);
      expect(validate.errors).toBeNull();
      expect(readFileSync(path.join(folder, '.lakewright/runs', report.id, 'report.json'), 'utf8')).toBe(latest);
      expect(existsSync(path.join(folder, '.lakewright/buckets/raw-bucket'))).toBe(true);
    });
  });

  test("fails if a check's own program works out other rows, and shows them, exit code 1", async () => {
    const command = [process.execPath, '-e', 'console.log("[{\\"n\\": 2}]")'];
    const config = { checks: [{ name: 'count', query: 'SELECT 1 AS n', expected: { command } }] };
    await withFolder({ 'lake.json': TEMPLATE, 'lakewright.config.json': config }, async (folder) => {
      const { code, out, err } = await runCli(folder, 'run', '--app', 'lake.json');
      expect(code).toBe(1);
      expect(out).toMatch(/expected: DIFFERENT: 1 of 1 rows differ/);
      expect(err).toMatch(/error LW_RUN_FAILED: check "count": expected: 1 of 1 rows differ/);
      const report = JSON.parse(readFileSync(path.join(folder, '.lakewright/runs/latest/report.json'), 'utf8'));
      const schema = JSON.parse(readFileSync(path.join(__dirname, '../../schemas/report.schema.json'), 'utf8'));
      const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
      validate(report);
      expect(validate.errors).toBeNull();
      expect(report.personas[0].expected.differences).toEqual([{ row: 1, answer: ['1'], expected: ['2'] }]);
    });
  });

  test('with --strict touches nothing when a resource is unsupported, exit code 3', async () => {
    await withFolder({ 'lake.json': WITH_BROKER }, async (folder) => {
      const { code, err } = await runCli(folder, 'run', '--app', 'lake.json', '--strict');
      expect(code).toBe(3);
      expect(err).toContain('AWS::AmazonMQ::Broker');
      expect(existsSync(path.join(folder, '.lakewright/buckets/raw-bucket'))).toBe(false);
    });
  });

  test('of an unknown pipeline lists what there is, exit code 2', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const { code, err } = await runCli(folder, 'run', '--app', 'lake.json', '--pipeline', 'Nightly');
      expect(code).toBe(2);
      expect(err).toContain('LW_NO_SUCH_PIPELINE');
    });
  });

  test('with a --tick that is no duration says which are, exit code 2', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const { code, err } = await runCli(folder, 'run', '--app', 'lake.json', '--tick', 'tomorrow');
      expect(code).toBe(2);
      expect(err).toMatch(/error LW_DURATION_INVALID: --tick tomorrow → .* 24h, 90m/);
    });
  });

  test('in a place that is no folder says so, and leaves the file alone', async () => {
    await withFolder({ 'lake.json': TEMPLATE, state: 'mine' }, async (folder) => {
      const { code, err } = await runCli(folder, 'run', '--app', 'lake.json', '--workspace', 'state');
      expect(code).toBe(1);
      expect(err).toContain('LW_WORKSPACE_NOT_WRITABLE');
      expect(readFileSync(path.join(folder, 'state'), 'utf8')).toBe('mine');
    });
  });

  test('of a configuration with an unknown key names the known ones, exit code 2', async () => {
    await withFolder({ 'lake.json': TEMPLATE, 'lakewright.config.json': { bucket: {} } }, async (folder) => {
      const { code, err } = await runCli(folder, 'run', '--app', 'lake.json');
      expect(code).toBe(2);
      expect(err).toMatch(/unknown key "bucket".*known keys are buckets/);
    });
  });
});

describe('query', () => {
  test('prints what was asked for', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const csv = await runCli(folder, 'query', 'SELECT 1 AS one, NULL AS nothing', '--app', 'lake.json', '-o', 'csv');
      expect(csv).toMatchObject({ code: 0, out: '"one","nothing"\n"1",\n' });
      const parquet = await runCli(
        folder,
        'query',
        'SELECT 1 AS one',
        '--app',
        'lake.json',
        '-o',
        'parquet',
        '-f',
        'one.parquet',
      );
      expect(parquet.code).toBe(0);
      expect(readFileSync(path.join(folder, 'one.parquet')).subarray(0, 4).toString()).toBe('PAR1');
    });
  });

  test('shows where the syntax is wrong, exit code 1', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const { code, err } = await runCli(folder, 'query', 'SELECT 1 FRM t WHERE', '--app', 'lake.json');
      expect(code).toBe(1);
      expect(err).toMatch(/line 1:\d+/);
    });
  });

  test('that Athena answers approximately is refused, or answered and marked where the configuration accepts it', async () => {
    const sql =
      'SELECT approx_percentile(x, 0.5) AS p FROM UNNEST(sequence(1, 10000)) t(x), UNNEST(sequence(1, 2)) u(y)';
    const ask = (files: object) =>
      withFolder({ 'lake.json': TEMPLATE, ...files }, (folder) =>
        runCli(folder, 'query', sql, '--app', 'lake.json', '-o', 'csv'),
      );
    const refused = await ask({});
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('"sql": {"acceptApproximation": true}') });
    const accepted = await ask({ 'lakewright.config.json': { sql: { acceptApproximation: true } } });
    expect(accepted).toMatchObject({ code: 0, err: expect.stringContaining('approximate: approx_percentile') });
    expect(accepted.out).toMatch(/^"p"\n"\d+"\n$/);
  });

  test('as a persona has the rights of that role', async () => {
    await withFolder({ 'lake.json': PERSONAS }, async (folder) => {
      const ask = (...more: string[]) => runCli(folder, 'query', 'SELECT 1 AS one', '--app', 'lake.json', ...more);
      const refused = await ask('--as', 'Guest');
      expect(refused.code).toBe(1);
      expect(refused.err).toContain('LW_QUERY_REFUSED');
      expect(refused.err).toContain(
        'assumed-role/guest-role/lakewright is not authorized to perform: athena:StartQueryExecution',
      );
      expect((await ask('--as', 'Analyst')).out).toContain('one');
      expect((await ask('--as', 'analyst-role')).code).toBe(0);
      const unknown = await ask('--as', 'Nobody');
      expect(unknown.code).toBe(2);
      expect(unknown.err).toContain('LW_NO_SUCH_PERSONA');
      expect(unknown.err).toContain('Analyst, Guest');
      expect((await ask('--as', 'Analyst', '--engine', 'trino')).code).toBe(2);
    });
  });

  test('a check shows the answers of its personas side by side', async () => {
    const query = 'SELECT 1 AS one';
    const config = (check: object) => JSON.stringify({ checks: [{ name: 'Who may?', query, ...check }] });
    const as = ['Analyst', 'Guest'];
    const files = { 'lake.json': PERSONAS, 'lakewright.config.json': config({ as, refused: ['Guest'] }) };
    await withFolder(files, async (folder) => {
      const run = () => runCli(folder, 'run', '--app', 'lake.json');
      const { code, out } = await run();
      expect(code).toBe(0);
      expect(out).toMatch(/Who may\?\n.*\n│ Analyst +│ Guest/);
      expect(out).toMatch(/│ │ +1 │ +│.*StartQueryExecution|refused/);
      const report = JSON.parse(readFileSync(path.join(folder, '.lakewright/runs/latest/report.json'), 'utf8'));
      expect(report.personas).toMatchObject([
        { name: 'Analyst', outcome: 'succeeded', rows: 1 },
        { name: 'Guest', outcome: 'refused', reason: expect.stringContaining('athena:StartQueryExecution') },
      ]);
      const again = async (check: object) => {
        writeFileSync(path.join(folder, 'lakewright.config.json'), config(check));
        return await run();
      };
      // Nobody is said to be refused, so a refusal is an outcome like another.
      expect((await again({ as })).code).toBe(0);
      expect((await again({ as, refused: [] })).err).toContain('athena:StartQueryExecution');
      expect((await again({ as, refused: ['Analyst', 'Guest'] })).err).toContain('Analyst must be refused');
      expect((await again({ as, refused: ['Nobody'] })).err).toContain('LW_CHECK_REFUSED');
      expect((await again({ as: ['Nobody'] })).err).toContain('LW_NO_SUCH_PERSONA');
    });
  }, 60_000);
});

describe('explain', () => {
  test('shows types, the tables and the DuckDB SQL, and runs nothing', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const sql = 'SELECT 7 / 2 AS half, CAST(1 AS decimal(10, 2)) * 2 AS twice';
      const { code, out } = await runCli(folder, 'explain', sql, '--app', 'lake.json');
      expect(code).toBe(0);
      expect(out).toMatch(/half\W+integer/);
      expect(out).toMatch(/twice\W+decimal\(20, 2\)/);
      expect(out).toMatch(/DuckDB SQL\nSELECT/);
      expect(existsSync(path.join(folder, '.lakewright/buckets/lakewright-query-results'))).toBe(false);
    });
  });

  test('says who refuses a statement, where and why, exit code 1', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const unknown = await runCli(folder, 'explain', 'SELECT no_such(1)', '--app', 'lake.json');
      expect(unknown.code).toBe(1);
      expect(unknown.out).toContain(
        "Athena refuses (FUNCTION_NOT_FOUND) at line 1:8: Function 'no_such' not registered",
      );
      const sql = 'SELECT * FROM (VALUES 1) t(x) MATCH_RECOGNIZE (ORDER BY x PATTERN (a) DEFINE a AS true)';
      const match = await runCli(folder, 'explain', sql, '--app', 'lake.json');
      expect(match.code).toBe(1);
      expect(match.out).toMatch(/the local engine refuses.*MATCH_RECOGNIZE/);
    });
  });
});

describe('serve', () => {
  test('on a port in use names the port, exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
        const { code, err } = await runCli(folder, 'serve', '--app', 'lake.json', '--port', String(port));
        expect(code).not.toBe(0);
        expect(err).toContain('LW_PORT_IN_USE');
        expect(err).toContain(String(port));
      });
    } finally {
      other.close();
    }
  });

  test('answers other processes of the same workspace, and ends well on SIGTERM', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const server = startCli(folder, 'serve', '--app', 'lake.json', '--port', '0', '--json');
      await new Promise<void>((resolve) => {
        server.stdout.on('data', (chunk) => String(chunk).includes('LW_SERVE_LISTENING') && resolve());
      });
      const asked = await runCli(folder, 'query', 'SELECT 40 + 2 AS answer', '--app', 'lake.json', '-o', 'json');
      expect(asked).toMatchObject({ code: 0 });
      expect(JSON.parse(asked.out)).toEqual([{ answer: 42 }]);
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      expect(await ended).toBe(0);
      expect(existsSync(path.join(folder, '.lakewright/server.json'))).toBe(false);
    });
  });
});

describe('reset', () => {
  test('without a terminal deletes only with --yes', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      await runCli(folder, 'run', '--app', 'lake.json');
      expect((await runCli(folder, 'reset')).code).toBe(0);
      expect(existsSync(path.join(folder, '.lakewright'))).toBe(true);
      expect((await runCli(folder, 'reset', '--yes')).code).toBe(0);
      expect(existsSync(path.join(folder, '.lakewright'))).toBe(false);
    });
  });

  test('never deletes a folder that is no workspace', async () => {
    await withFolder({ 'lake.json': TEMPLATE }, async (folder) => {
      const { code, err } = await runCli(folder, 'reset', '--yes', '--workspace', '.');
      expect(code).toBe(2);
      expect(err).toContain('LW_RESET_NOT_A_WORKSPACE');
      expect(existsSync(path.join(folder, 'lake.json'))).toBe(true);
    });
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('for %s knows the commands and their options', async (shell) => {
    const { code, out } = await withFolder({}, (folder) => runCli(folder, 'completion', shell));
    expect(code).toBe(0);
    expect(out).toContain('serve');
    expect(out).toMatch(/port/);
  });

  test('for another shell lists these', async () => {
    const { code, err } = await withFolder({}, (folder) => runCli(folder, 'completion', 'tcsh'));
    expect(code).toBe(2);
    expect(err).toContain('bash, zsh, fish');
  });
});
