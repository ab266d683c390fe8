import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { PythonCode } from '../src';

const FLIGHTS = join(__dirname, 'jobs', 'flights');

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), 'lakewright-code-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

/** The assets of a code: their files, by the asset's place in the assembly. */
function assets(code: PythonCode): string[][] {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const bound = code._bind(stack);
  expect(bound.files.length).toBeGreaterThan(0);
  const out = app.synth().directory;
  return readdirSync(out)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => (name.includes('.', 'asset.'.length) ? [name] : readdirSync(join(out, name)).sort()));
}

const TRANSFORM = 'def transform(df, spark):\n    return df\n';

describe('defaults', () => {
  test('a folder is an asset as it is, and its requirements are what Glue installs', () => {
    const code = PythonCode.fromDirectory(FLIGHTS);
    expect([code.entryModule, code.functionName, code.requirements]).toEqual([
      'transform',
      'transform',
      ['holidays==0.58'],
    ]);
    expect(assets(code)).toEqual([['transform.py']]);
  });

  test('a file keeps its name, by which it is imported', () => {
    const code = PythonCode.fromFile(join(FLIGHTS, 'transform.py'));
    expect([code.entryModule, code.requirements]).toEqual(['transform', []]);
    expect(assets(code)).toEqual([['transform.py']]);
  });
});

describe('overrides', () => {
  test('packages and wheels of pure Python go along, caches and environments do not', () => {
    const path = folder({
      'jobs/make.py': 'from lib.parts import build\n',
      'jobs/__init__.py': '',
      'lib/parts.py': 'def build(df, spark):\n    return df\n',
      'tiny-1.0-py3-none-any.whl': 'PK',
      '__pycache__/x.pyc': '',
      '.venv/pyvenv.cfg': '',
      'notes.md': '',
    });
    const code = PythonCode.fromDirectory(path, {
      entryModule: 'jobs.make',
      functionName: 'build',
      exclude: ['notes.md'],
    });
    const found = assets(code);
    expect(found).toContainEqual(['jobs', 'lib']);
    expect(found.filter(([name]) => name?.endsWith('.zip'))).toHaveLength(1);
  });

  test('a wheel becomes a zip that Python imports from', () => {
    const python = ['python3', 'python'].find((name) => {
      try {
        execFileSync(name, ['--version']);
        return true;
      } catch {
        return false;
      }
    });
    const path = folder({ 'transform.py': TRANSFORM });
    const wheel = join(path, 'tiny-1.0-py3-none-any.whl');
    // An empty archive with one stored file, made by hand: name, text, directory.
    writeFileSync(wheel, zipOf('tiny.py', 'VALUE = 7\n'));
    const app = new App();
    PythonCode.fromDirectory(path)._bind(new Stack(app, 'Stack'));
    const out = app.synth().directory;
    const zip = readdirSync(out).find((name) => name.endsWith('.zip'));
    expect(readFileSync(join(out, zip ?? ''))).toEqual(readFileSync(wheel));
    if (python === undefined) return;
    const program = `import sys; sys.path.insert(0, ${JSON.stringify(join(out, zip ?? ''))}); import tiny; print(tiny.VALUE)`;
    expect(execFileSync(python, ['-c', program], { encoding: 'utf8' }).trim()).toBe('7');
  });

  test('requirements may lie elsewhere, with an extra and comments', () => {
    const path = folder({ 'transform.py': TRANSFORM, 'pinned.txt': '# ours\npandas[parquet]==2.2.3  # a comment\n\n' });
    const code = PythonCode.fromDirectory(path, { requirements: join(path, 'pinned.txt') });
    expect(code.requirements).toEqual(['pandas[parquet]==2.2.3']);
  });
});

describe('supplied resources', () => {
  test('a zip of S3 is taken as it is', () => {
    const stack = new Stack(new App(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const code = PythonCode.fromBucket(bucket, 'jobs/flights.zip', { entryModule: 'flights' });
    expect(code._bind(stack).files).toEqual([{ bucket, key: 'jobs/flights.zip' }]);
    expect(code.entryModule).toBe('flights');
  });
});

describe('refused input', () => {
  const bucket = s3.Bucket.fromBucketName(new Stack(new App(), 'Stack'), 'Bucket', 'theirs');
  const requiring = (line: string) => () =>
    PythonCode.fromDirectory(folder({ 'transform.py': TRANSFORM, 'requirements.txt': `${line}\n` }));
  test.each<[string, () => unknown, RegExp]>([
    ['no folder', () => PythonCode.fromDirectory('nowhere'), /^NoPythonCode: directory "nowhere"/],
    ['no file', () => PythonCode.fromFile('nowhere.py'), /^NoPythonCode: file "nowhere.py"/],
    ['a file that is no module', () => PythonCode.fromFile('my-job.py'), /^NoPythonCode: file "my-job.py"/],
    ['an egg', () => PythonCode.fromBucket(bucket, 'a.egg'), /^NoPythonCode: key "a.egg"/],
    [
      'a module that is not there',
      () => PythonCode.fromDirectory(folder({ 'a.py': '' })),
      /^NoPythonModule: module "transform"/,
    ],
    [
      'a function that is not there',
      () => PythonCode.fromDirectory(folder({ 'transform.py': 'def other(): pass\n' })),
      /^NoPythonModule: function "transform"/,
    ],
    ['a range', requiring('pandas>=2'), /^UnpinnedRequirement: requirement "pandas>=2"/],
    ['no version', requiring('pandas'), /^UnpinnedRequirement: requirement "pandas"/],
    ['an option', requiring('-r other.txt'), /^UnpinnedRequirement: requirement "-r other.txt"/],
    ['a wildcard', requiring('pandas==2.*'), /^UnpinnedRequirement: requirement "pandas==2.\*"/],
    [
      'requirements that are not there',
      () => PythonCode.fromDirectory(FLIGHTS, { requirements: 'nowhere.txt' }),
      /^NoPythonCode: requirements "nowhere.txt"/,
    ],
    [
      'a compiled wheel',
      () => PythonCode.fromDirectory(folder({ 'transform.py': TRANSFORM, 'a-1-cp311-cp311-linux_x86_64.whl': '' })),
      /^CompiledWheel: wheel "a-1-cp311/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('the sample of the README is there', () => {
    expect(existsSync(join(FLIGHTS, 'transform.py'))).toBe(true);
  });
});

/** A zip archive of one file that isn't packed. */
function zipOf(name: string, text: string): Buffer {
  const [file, data] = [Buffer.from(name), Buffer.from(text)];
  const crc = crc32(data);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt32LE(crc, 14);
  local.writeUInt32LE(data.length, 18);
  local.writeUInt32LE(data.length, 22);
  local.writeUInt16LE(file.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  central.writeUInt32LE(crc, 16);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt32LE(data.length, 24);
  central.writeUInt16LE(file.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + file.length, 12);
  end.writeUInt32LE(local.length + file.length + data.length, 16);
  return Buffer.concat([local, file, data, central, file, end]);
}

function crc32(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
