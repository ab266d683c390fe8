import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { missing, titled } from './spark-lake';

const SOURCES = path.resolve(__dirname, '../../../src');

/** Processes whose command line has the text. */
const running = (text: string): string[] =>
  fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      try {
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(text) ? [command] : [];
      } catch {
        return [];
      }
    });

async function until(done: () => boolean, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    if (done()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return done();
}

const why = missing ?? (process.platform === 'linux' ? undefined : 'processes are looked for in /proc');

describe.skipIf(why)(why ? `${titled('Spark')} (not run: ${why})` : 'Spark', () => {
  test('ends with the lake, even if that is killed in the middle of a job', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-orphans-'));
    const program = path.join(folder, 'lake.cjs');
    const script = path.join(folder, 'script.py');
    fs.writeFileSync(
      script,
      'import time\nfrom pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate()\nprint("up")\ntime.sleep(600)\n',
    );
    fs.writeFileSync(
      program,
      `const from = (name) => require(${JSON.stringify(`${SOURCES}/`)} + name + '.ts');
const main = async () => {
  const workspace = await from('workspace/folder-workspace').FolderWorkspace.open(${JSON.stringify(path.join(folder, '.lakewright'))});
  const { EMPTY_CONFIG } = from('workspace/config');
  const lake = new (from('local-lake').LocalLake)(workspace, EMPTY_CONFIG, new (from('host/host').MemoryHost)(), undefined);
  const engine = new (from('engines/spark/local-spark-engine').LocalSparkEngine)(lake);
  const run = { id: 'r', glueVersion: '5.0', script: ${JSON.stringify(script)}, args: [], pyFiles: [], jars: [], modules: [], conf: {}, environment: {} };
  const caller = { principal: 'local-admin', requestId: 'r' };
  await engine.run({ ...run, caller, signal: new AbortController().signal, onOutput: (line) => console.log(line) });
};
void main();`,
    );
    const lake = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), program], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      lake.stdout.on('data', (text: Buffer) => text.includes('up') && resolve());
      lake.once('exit', (code) => reject(new Error(`the lake ended with ${code}`)));
    });
    lake.removeAllListeners('exit');
    expect(running(folder).filter((command) => /SparkHost|lakewright_run/.test(command))).toHaveLength(2);
    process.kill(-(lake.pid as number), 'SIGKILL');
    expect(await until(() => running(folder).length === 0, 15)).toBe(true);
    fs.rmSync(folder, { recursive: true, force: true });
  });
});
