import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EndTimes } from '../../src/programs/child';
import { Programs } from '../../src/programs/programs';
import type { ProgramConfig } from '../../src/workspace/config';
import { onEnd, temporaryFolder } from '../workspace/temporary-workspace';

/** Serves its process id over HTTP, and ends when its input does. */
const GOOD = `
  const server = require('node:http').createServer((_, answer) => answer.end(String(process.pid))).listen(0, '127.0.0.1', () => {
    console.log('warming up');
    console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port }));
    console.log('secret of ' + process.env.LAKEWRIGHT_SERVICE_FOLDER);
  });
  process.stdin.resume().on('end', () => { console.error('orderly end'); process.exit(0); });
`;
/** Heeds neither the end of its input nor SIGTERM, and starts a program that doesn't, either. */
const STUBBORN = `
  process.on('SIGTERM', () => {});
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  console.log(JSON.stringify({ url: 'http://127.0.0.1:1/' + process.pid + '/' + child.pid }));
  setInterval(() => {}, 1000);
`;

const node = (script: string, more: Partial<ProgramConfig> = {}): ProgramConfig => ({
  command: [process.execPath, '-e', script],
  ...more,
});

function programs(services: Record<string, ProgramConfig>, endTimes?: EndTimes): { programs: Programs; root: string } {
  const root = temporaryFolder();
  const made = new Programs({ directory: root, services }, root, endTimes);
  onEnd(() => made.stop());
  return { programs: made, root };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed process whose parent hasn't asked for it yet is none any more.
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let round = 0; round < 400; round++) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

describe('programs of the configuration', () => {
  test('start when their URL is asked for, once, and end with the lake', async () => {
    const { programs: made, root } = programs({ api: node(GOOD), other: node(GOOD) });
    expect(made.running()).toEqual({});
    const urls = await Promise.all([made.url('service:api'), made.url('service:api')]);
    expect(urls[0]).toBe(urls[1]);
    expect(made.running()).toEqual({ api: urls[0] });
    const pid = Number(await (await fetch(urls[0])).text());
    await made.stop();
    expect(await gone(pid)).toBe(true);
    const log = fs.readFileSync(path.join(root, 'logs/services/api.log'), 'utf8');
    expect(log).toBe(`warming up\nsecret of ${path.join(root, 'services/api')}\norderly end\n`);
    expect(fs.existsSync(path.join(root, 'services/other'))).toBe(false);
    await expect(made.url('service:api')).rejects.toMatchObject({ code: 'LW_SERVICE_UNKNOWN' });
  });

  test('that heed nothing are killed, with what they have started', async () => {
    const { programs: made } = programs({ stubborn: node(STUBBORN) }, { inputMs: 100, termMs: 200 });
    const pids = new URL(await made.url('service:stubborn')).pathname.split('/').slice(1).map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    await made.stop();
    expect(await Promise.all(pids.map(gone))).toEqual([true, true]);
  });

  test('that end before they are ready are named with exit code and last words', async () => {
    const { programs: made } = programs({
      db: node("console.log('not json'); console.error('port is taken'); process.exit(3)"),
    });
    await expect(made.url('service:db')).rejects.toThrow(
      /services\.db .* ended with exit code 3 before it was ready .*not json \| port is taken/,
    );
  });

  test('that are never ready are ended after their time', async () => {
    const { programs: made } = programs({
      db: node('process.stdin.resume().on("end", () => process.exit()); console.error("at " + process.pid)', {
        timeoutSeconds: 0.5,
      }),
    });
    const reason = await made.url('service:db').then(String, (error) => String(error.message));
    expect(reason).toMatch(/printed no line \{"url": …\} within 0.5 s/);
    const pid = Number(/at (\d+)/.exec(reason)?.[1]);
    expect(await gone(pid)).toBe(true);
  });

  test('that end while the lake needs them are not quietly started again', async () => {
    const { programs: made } = programs({ api: node(GOOD) });
    const url = await made.url('service:api');
    const pid = Number(await (await fetch(url)).text());
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    await expect
      .poll(() => made.url('service:api').then(String, (error) => String(error.message)))
      .toMatch(/ended with signal SIGKILL while the lake needed it/);
    expect(made.running()).toEqual({});
  });

  test("that can't be found say so", async () => {
    const { programs: made } = programs({ db: { command: ['no-such-program-here'] } });
    await expect(made.url('service:db')).rejects.toThrow(/can't be started: .*ENOENT/);
    await expect(made.url('service:nope')).rejects.toThrow(/lakewright.config.json has db/);
  });

  test('see the end of their input when lakewright itself is killed', async () => {
    const root = temporaryFolder();
    const file = path.join(root, 'kill.cjs');
    const source = path.join(__dirname, '../../src/programs/programs.ts');
    fs.writeFileSync(
      file,
      `const { Programs } = require(${JSON.stringify(source)});
       const services = { api: { command: [process.execPath, '-e', ${JSON.stringify(GOOD)}] } };
       new Programs({ directory: ${JSON.stringify(root)}, services }, ${JSON.stringify(root)}).url('service:api').then(console.log);`,
    );
    const parent = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    const pid = Number(await (await fetch(url)).text());
    parent.kill('SIGKILL');
    expect(await gone(pid)).toBe(true);
  });
});

describe('references', () => {
  test('env: is the variable, anything else a URL itself', async () => {
    const { programs: made } = programs({});
    process.env.LAKEWRIGHT_TEST_URL = 'postgres://local/db';
    onEnd(() => {
      delete process.env.LAKEWRIGHT_TEST_URL;
    });
    expect(await made.url('env:LAKEWRIGHT_TEST_URL')).toBe('postgres://local/db');
    expect(await made.url('http://127.0.0.1:8/x')).toBe('http://127.0.0.1:8/x');
    await expect(made.url('env:LAKEWRIGHT_TEST_NOT_SET')).rejects.toMatchObject({
      code: 'LW_ENV_MISSING',
      exitCode: 2,
    });
  });
});
