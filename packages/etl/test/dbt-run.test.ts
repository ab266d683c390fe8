import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const FOLDER = join(__dirname, '..', 'dbt');
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** What an expression over the program's functions is, as JSON. dbt itself isn't needed. */
function evaluate(expression: string, env: Record<string, string> = {}): unknown {
  const code = `import json, run\nprint(json.dumps(${expression}))`;
  const options = { cwd: FOLDER, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env } };
  return JSON.parse(execFileSync('python3', ['-c', code], options).toString());
}

describe.skipIf(!hasPython)('run.py (needs python3)', () => {
  test.each([
    [[], ['--select', 'state:modified+']],
    [
      ['--select', 'tag:daily', '--full-refresh'],
      ['--select', 'tag:daily,state:modified+', '--full-refresh'],
    ],
    [
      ['--select', 'a b', 'c+', '--exclude', 'd'],
      ['--select', 'a,state:modified+', 'b,state:modified+', 'c+,state:modified+', '--exclude', 'd'],
    ],
    [
      ['-s=a', '--vars', '{x: 1}'],
      ['--select', 'a,state:modified+', '--vars', '{x: 1}'],
    ],
  ])('what was modified is an AND to what is selected: %j', (given, expected) => {
    expect(evaluate(`run.selection(${JSON.stringify(given)}, "state:modified+")`)).toEqual(expected);
  });

  test.each([
    [[['error', 'ICEBERG_COMMIT_ERROR: Failed to commit']], true],
    [
      [
        ['error', 'ICEBERG_COMMIT_ERROR'],
        ['success', 'OK 3'],
        ['skipped', null],
      ],
      true,
    ],
    [
      [
        ['error', 'TooManyRequestsException'],
        ['error', 'COLUMN_NOT_FOUND'],
      ],
      false,
    ],
    [[['fail', 'Got 3 results, configured to fail if != 0']], false],
    [[['success', 'ICEBERG_COMMIT_ERROR']], false],
  ])('%j is tried again: %s', (results, again) => {
    const given = results.map(([status, message]) => ({ status, message }));
    const json = JSON.stringify(JSON.stringify(given));
    expect(evaluate(`run.passing_failures(json.loads(${json}))`)).toBe(again);
  });

  test('the last run with the same arguments has a place of its own', () => {
    const last = (args: string[]) => evaluate(`run.last_run("work", ${JSON.stringify(args)})`);
    expect(last([])).toMatch(/^work[/\\\\]last[/\\\\][0-9a-f]{16}[/\\\\]manifest\.json$/);
    expect(last([])).toBe(last([]));
    expect(last(['--select', 'tag:daily'])).not.toBe(last([]));
  });

  test('a conflict is followed by "dbt retry", whose result counts', () => {
    const target = mkdtempSync(join(tmpdir(), 'dbt-'));
    const script = `
import json, run, types
run.time.sleep = lambda seconds: None
class Fake:
    target = ${JSON.stringify(target)}
    said = []
    def run(self, *command):
        self.said.append(list(command))
        failed = len(self.said) == 1
        result = {"unique_id": "model.p.a", "status": "error" if failed else "success", "message": "ICEBERG_COMMIT_ERROR"}
        with open(self.target + "/run_results.json", "w") as file:
            json.dump({"results": [result]}, file)
        return types.SimpleNamespace(success=not failed, exception=None)
fake = Fake()
code, results = run.build(fake, ["--select", "a"], 2, 0)
print(json.dumps([code, [one["status"] for one in results], fake.said]))`;
    const said = execFileSync('python3', ['-c', script], { cwd: FOLDER }).toString().trim().split('\n').at(-1);
    expect(JSON.parse(said ?? '')).toEqual([0, ['success'], [['build', '--select', 'a'], ['retry']]]);
  });

  test('the profile has the places of the environment, and nothing secret', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dbt-'));
    const env = Object.fromEntries(
      ['SCHEMA', 'WORKGROUP', 'STAGING', 'DATA', 'TARGET'].map((name) => [
        `LAKEWRIGHT_DBT_${name}`,
        name.toLowerCase(),
      ]),
    );
    const secret = { AWS_REGION: 'eu-west-1', AWS_SECRET_ACCESS_KEY: 'hidden', DBT_ENV_SECRET_X: 'hidden' };
    evaluate(`run.write_profile({"profile": "mine"}, ${JSON.stringify(folder)})`, { ...env, ...secret });
    const text = readFileSync(join(folder, 'profiles.yml'), 'utf8');
    expect(text).not.toContain('hidden');
    expect(JSON.parse(text)).toMatchObject({
      mine: {
        target: 'target',
        outputs: {
          target: {
            type: 'athena',
            schema: 'schema',
            s3_data_dir: 'data',
            region_name: 'eu-west-1',
            work_group: 'workgroup',
          },
        },
      },
    });
  });

  test('the copy of the project follows it; what did not change keeps its time', () => {
    const source = mkdtempSync(join(tmpdir(), 'dbt-'));
    const target = join(mkdtempSync(join(tmpdir(), 'dbt-')), 'project');
    const mirror = () => evaluate(`run.mirror(${JSON.stringify(source)}, ${JSON.stringify(target)})`);
    mkdirSync(join(source, 'models'));
    for (const name of ['a', 'b', 'gone']) writeFileSync(join(source, 'models', name), name);
    mirror();
    mkdirSync(join(target, 'dbt_packages'));
    utimesSync(join(target, 'models', 'a'), 1, 1);
    writeFileSync(join(source, 'models', 'b'), 'changed');
    execFileSync('rm', [join(source, 'models', 'gone')]);
    mirror();
    expect(readdirSync(join(target, 'models')).sort()).toEqual(['a', 'b']);
    expect(readdirSync(target).sort()).toEqual(['dbt_packages', 'models']);
    expect(readFileSync(join(target, 'models', 'b'), 'utf8')).toBe('changed');
    expect(statSync(join(target, 'models', 'a')).mtimeMs).toBe(1000);
  });

  test.each([
    [{ resource: 'model', made: 'table', rows: 5, batch: false }, 5],
    [{ resource: 'model', made: 'table', rows: 5, batch: true }, null],
    [{ resource: 'seed', made: 'seed', rows: -1, batch: false }, null],
  ])('rows of %j are %s', ({ resource, made, rows, batch }, expected) => {
    const target = mkdtempSync(join(tmpdir(), 'dbt-'));
    const config = { materialized: made, force_batch: batch };
    const node = { resource_type: resource, schema: 'Shop', name: 'A', alias: 'a', config };
    writeFileSync(join(target, 'manifest.json'), JSON.stringify({ nodes: { 'model.p.a': node } }));
    const result = {
      unique_id: 'model.p.a',
      status: 'success',
      execution_time: 1,
      adapter_response: { rows_affected: rows },
    };
    const json = JSON.stringify(JSON.stringify([result]));
    expect(evaluate(`run.measures(json.loads(${json}), ${JSON.stringify(target)})`)).toEqual({
      rowsOut: expected,
      tables: ['shop.a'],
      items: [{ name: 'a', type: `dbt:${resource}`, state: 'SUCCEEDED', seconds: 1, rowsOut: expected }],
    });
  });

  test('without its variables it ends with 2, and says which', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dbt-'));
    const code = 'import run, sys\nsys.exit(run.write_profile({}, sys.argv[1]))';
    const env = { PATH: process.env.PATH, AWS_REGION: 'eu-west-1', PYTHONDONTWRITEBYTECODE: '1' };
    const { status, stdout } = spawnSync('python3', ['-c', code, folder], { cwd: FOLDER, env });
    expect([status, stdout.toString().trim()]).toEqual([2, "lakewright: the variable LAKEWRIGHT_DBT_SCHEMA isn't set"]);
  });
});
