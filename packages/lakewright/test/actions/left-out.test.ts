import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { howToGet } from '../../src/report/left-out';
import type { RunReport, TaskReport } from '../../src/report/report';
import type { ApiShape } from '../../src/services/api-shape';
import { type Finished, runCli } from '../cli/run-cli';

const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const runtime = (Runtime: string, ZipFile: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Runtime, Handler: 'index.handler', Role: role('worker'), Code: { ZipFile }, Timeout: 20 },
});
const job = (Name: string, command: string) => ({
  Type: 'AWS::Glue::Job',
  Properties: {
    Name,
    Role: role('worker'),
    GlueVersion: '5.0',
    MaxRetries: 2,
    ...(command === 'pythonshell' && { MaxCapacity: 1 }),
    Command: {
      Name: command,
      PythonVersion: command === 'pythonshell' ? '3.9' : '3',
      ScriptLocation: 's3://scripts/job.py',
    },
  },
});
const task = (resource: string, Parameters: ApiShape, next?: string) => ({
  Type: 'Task',
  Resource: resource.startsWith('arn:') ? resource : `arn:aws:states:::${resource}`,
  Parameters,
  ...(next === undefined ? { End: true } : { Next: next }),
});
const machine = (id: string, definition: unknown) => ({
  [id]: {
    Type: 'AWS::StepFunctions::StateMachine',
    Metadata: { 'aws:cdk:path': `Lake/${id}` },
    Properties: { StateMachineName: id, RoleArn: role('machine'), DefinitionString: JSON.stringify(definition) },
  },
});
const alone = (name: string, state: unknown) => ({ StartAt: name, States: { [name]: state } });
const invoke = (FunctionName: string, next?: string) => task('lambda:invoke', { FunctionName }, next);

const LAKE = {
  Resources: {
    Snake: { ...runtime('python3.12', 'def handler(event, context):\n    return {"measures": {"rowsOut": 3}}') },
    Node: { ...runtime('nodejs22.x', 'exports.handler = async () => ({ measures: { rowsOut: 7 } })') },
    Convert: job('convert', 'glueetl'),
    Shell: job('shell', 'pythonshell'),
    ...machine('Jobs', {
      StartAt: 'Stage',
      States: {
        Stage: {
          Type: 'Parallel',
          Branches: [
            alone('Convert', task('glue:startJobRun.sync', { JobName: 'convert' })),
            alone('Shell', task('glue:startJobRun.sync', { JobName: 'shell' })),
            alone('Measure', invoke('Lake-Node')),
          ],
          Next: 'Publish',
        },
        Publish: invoke('Lake-Node'),
      },
    }),
    ...machine('Snakes', {
      StartAt: 'Bite',
      States: { Bite: invoke('Lake-Snake', 'After'), After: invoke('Lake-Node') },
    }),
    ...machine('Nodes', alone('Count', invoke('Lake-Node'))),
  },
};
for (const name of ['Snake', 'Node'])
  Object.assign((LAKE.Resources as ApiShape)[name].Properties, { FunctionName: `Lake-${name}` });

const CONFIG = {
  buckets: { scripts: 'scripts' },
  checks: [
    { name: 'one?', query: 'SELECT 1' },
    { name: 'converted?', query: 'SELECT count(*) FROM converted.flights' },
  ],
};

const folder = mkdtempSync(path.join(tmpdir(), 'lakewright-left-out-'));
const report = (): RunReport =>
  JSON.parse(readFileSync(path.join(folder, '.lakewright/runs/latest/report.json'), 'utf8'));
const find = (name: string, tasks: readonly TaskReport[] = report().tasks): TaskReport | undefined =>
  tasks.flatMap((one) => [one, ...(one.items ?? [])]).find((one) => one.name === name);

beforeAll(() => {
  mkdirSync(path.join(folder, 'scripts'));
  writeFileSync(path.join(folder, 'scripts/job.py'), 'print("never here")\n');
  writeFileSync(path.join(folder, 'lake.json'), JSON.stringify(LAKE));
  writeFileSync(path.join(folder, 'lakewright.config.json'), JSON.stringify(CONFIG));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As on a machine without Python and without environments that were made before. */
async function withoutPython(verb: string, ...args: string[]): Promise<Finished> {
  const { LAKEWRIGHT_PYTHON, LAKEWRIGHT_CACHE } = process.env;
  Object.assign(process.env, { LAKEWRIGHT_PYTHON: '/nonexistent', LAKEWRIGHT_CACHE: path.join(folder, 'cache') });
  try {
    return await runCli(folder, verb, '--app', 'lake.json', ...args);
  } finally {
    for (const [name, value] of Object.entries({ LAKEWRIGHT_PYTHON, LAKEWRIGHT_CACHE })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

describe('without Python', () => {
  let run: Finished;
  beforeAll(async () => {
    run = await withoutPython('run');
  });

  test('a run does the rest and ends 0; its end says once what was left out, and how to get it', () => {
    expect(run.code, run.err).toBe(0);
    expect(run.out.match(/left out {2}without Python 3\.10 or 3\.11$/gm)).toHaveLength(1);
    const lines = run.out.slice(run.out.indexOf('left out'));
    for (const one of ['Jobs: Convert', 'Jobs: Shell', 'Snakes: Bite'])
      expect(lines).toContain(`          Lake/${one}\n`);
    expect(lines).toMatch(/get it .*\n(.*\n)*.*LAKEWRIGHT_PYTHON/);
    expect(lines).toContain('2 tasks more would have followed');
    expect(lines).toContain(', without what was left out');
  });

  test('its report tells of each task, by the schema', () => {
    const schema = JSON.parse(readFileSync(path.join(__dirname, '../../schemas/report.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
    validate(report());
    expect(validate.errors).toBeNull();
    expect(report()).toMatchObject({ state: 'SUCCEEDED', error: null });
    const missing = { tool: 'python', python: [10, 11] };
    for (const name of ['Convert', 'Shell']) expect(find(name)).toMatchObject({ state: 'SKIPPED', missing });
    expect(find('Bite')).toMatchObject({ state: 'SKIPPED', missing: { tool: 'python', python: [8, 20] } });
    expect(find('Convert')?.reason).toMatch(/"\/nonexistent" is no Python 3 .* → Python 3\.10 or 3\.11 .* is needed$/);
    expect(find('Stage')).toMatchObject({ state: 'SKIPPED', reason: 'Convert and Shell were left out' });
    expect(find('Publish')).toMatchObject({ state: 'SKIPPED', reason: 'Convert and Shell were left out' });
    expect(find('After')).toMatchObject({ state: 'SKIPPED', reason: 'Bite was left out' });
    for (const name of ['Measure', 'Count']) expect(find(name)).toMatchObject({ state: 'SUCCEEDED', rowsOut: 7 });
    expect(report().leftOut).toEqual([
      {
        tool: 'python',
        missing: 'Python 3.10 or 3.11',
        tasks: ['Lake/Jobs: Convert', 'Lake/Jobs: Shell', 'Lake/Snakes: Bite'].sort(),
        get: howToGet('python', [missing as never]),
      },
    ]);
  });

  test('a check whose table was to be made is skipped, others are not', () => {
    expect(report().personas.map(({ check, outcome }) => [check, outcome])).toEqual([
      ['one?', 'succeeded'],
      ['converted?', 'skipped'],
    ]);
  });

  test('Glue tries a job once, and no alarm would hear of it', () => {
    const runs = JSON.parse(readFileSync(path.join(folder, '.lakewright/state/glue-job-runs.json'), 'utf8'));
    expect(runs.convert).toHaveLength(1);
    expect(runs.convert[0]).toMatchObject({
      JobRunState: 'STOPPED',
      ErrorMessage: expect.stringMatching(/Python 3\.10/),
    });
  });

  test('--strict ends 3, after all else was done', async () => {
    const { code, out } = await withoutPython('run', '--strict', '--json', '--pipeline', 'Snakes');
    expect(code).toBe(3);
    const messages = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(messages.find((one) => one.code === 'LW_RUN').data.leftOut).toMatchObject([{ tool: 'python' }]);
  });

  test('--only and --from leave out as well', async () => {
    const only = await withoutPython('run', '--pipeline', 'Jobs', '--only', 'Convert');
    expect(only.code, only.err).toBe(0);
    expect(report().leftOut[0]?.tasks).toEqual(['Lake/Jobs: Convert']);
    const from = await withoutPython('run', '--pipeline', 'Jobs', '--from', 'Publish');
    expect(from.code).toBe(2);
    expect(from.err).toContain('no run has come to "Publish" yet');
  });

  test('doctor tells the same ahead', async () => {
    const { code, out } = await withoutPython('doctor');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^optional {2}Python for Glue jobs.*Python 3\.10 or 3\.11 .*a run leaves them out; to get it: /m,
    );
    expect(out).toMatch(/^optional {2}This lake +3 of its resources .*: a run leaves out what needs .*Snake/m);
  });

  test.skipIf(!hasPython())('a later run with Python does what was left out', async () => {
    const { code } = await runCli(folder, 'run', '--app', 'lake.json', '--pipeline', 'Snakes');
    expect(code, 'nothing excuses the check any more').toBe(1);
    expect(report().error).toMatch(/^check "converted\?"/);
    expect(report().leftOut).toEqual([]);
    expect(report().tasks.map(({ name, state, rowsOut }) => [name, state, rowsOut])).toEqual([
      ['Bite', 'SUCCEEDED', 3],
      ['After', 'SUCCEEDED', 7],
    ]);
  });
});

test.skipIf(!hasPython([10, 11]))(
  'without a network, the environment that a job needs is what is missing',
  async () => {
    const tools = path.join(folder, 'tools');
    mkdirSync(tools);
    // Says what uv says when no name can be resolved.
    const uv =
      '#!/bin/sh\ncase "$1" in --version | venv) exit 0;; esac\necho "error sending request: dns error" >&2\nexit 1\n';
    writeFileSync(path.join(tools, 'uv'), uv, { mode: 0o755 });
    const { PATH, LAKEWRIGHT_CACHE } = process.env;
    Object.assign(process.env, {
      PATH: `${tools}${path.delimiter}${PATH}`,
      LAKEWRIGHT_CACHE: path.join(folder, 'cache-offline'),
    });
    let run: Finished;
    try {
      run = await runCli(folder, 'run', '--app', 'lake.json', '--pipeline', 'Jobs');
    } finally {
      process.env.PATH = PATH;
      if (LAKEWRIGHT_CACHE === undefined) delete process.env.LAKEWRIGHT_CACHE;
      else process.env.LAKEWRIGHT_CACHE = LAKEWRIGHT_CACHE;
    }
    expect(run.code, run.err).toBe(0);
    expect(run.out).toMatch(/left out {2}without a network.*\n.*Lake\/Jobs: /);
    expect(run.out).toContain('get it  with a network: npx lakewright setup glue-5.0\n');
    expect(find('Measure')?.state).toBe('SUCCEEDED');
    expect(find('Convert')).toMatchObject({
      state: 'SKIPPED',
      missing: { tool: 'network', environment: 'glue-5.0' },
      reason: expect.stringMatching(/"glue-5\.0" couldn't be fetched → a network/),
    });
  },
);

describe('how to get a tool is said for the system', () => {
  const python = (low: number, high: number) => [{ tool: 'python' as const, python: [low, high] as const }];

  test.each([
    ['darwin', 'brew install python@3.11'],
    ['win32', 'winget install --exact --id Python.Python.3.11'],
    ['debian 12', 'sudo apt-get install python3 python3-venv'],
    ['fedora', 'sudo dnf install python3.11'],
  ])('%s', (system, line) => {
    expect(howToGet('python', python(10, 11), system)[0]).toBe(line);
  });

  test('a distribution whose Python is too new gives uv', () => {
    expect(howToGet('python', python(10, 11), 'debian 13')[0]).toMatch(/^with uv .*uv python install 3\.11;/);
    expect(howToGet('python', [...python(8, 20), ...python(10, 13)], 'debian 13')[0]).toMatch(/^sudo apt-get/);
  });

  test('a network: the environments that wait for it', () => {
    const needs = ['glue-5.0', 'dbt', 'dbt'].map((environment) => ({ tool: 'network' as const, environment }));
    expect(howToGet('network', needs)[0]).toBe('with a network: npx lakewright setup glue-5.0 dbt');
  });

  test('Java: what is fetched, or the system has', () => {
    const needs = [{ tool: 'java' as const, environment: 'java-17' }];
    expect(howToGet('java', needs, 'linux')).toEqual([
      'install Java 17, or set JAVA_HOME to a Java 17',
      'or, with a network: npx lakewright setup java-17',
    ]);
    expect(howToGet('java', needs, 'darwin')[0]).toBe('brew install openjdk@17');
  });
});

function hasPython(minors?: readonly number[]): boolean {
  const commands = ['python3', ...(minors ?? []).map((minor) => `python3.${minor}`)];
  return commands.some((command) => {
    try {
      const program = 'import sys, venv, ensurepip; print(sys.version_info[1])';
      const said = execFileSync(command, ['-c', program], { stdio: ['ignore', 'pipe', 'ignore'] });
      return minors === undefined || minors.includes(Number(said));
    } catch {
      return false;
    }
  });
}
