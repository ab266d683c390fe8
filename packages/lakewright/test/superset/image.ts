import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PythonEnvironment } from '../../src/engines/python/environment';
import { freePort } from '../../src/host/free-port';

const SCRIPTS = path.join(__dirname, '../../../visualization/superset');

/** A program that ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** What the image's containers do, run without one: the same script, the same variables, the same packages. */
export class Image {
  public readonly home = mkdtempSync(path.join(tmpdir(), 'lakewright-superset-home-'));
  private readonly running: ChildProcess[] = [];

  public constructor(
    private readonly environment: PythonEnvironment,
    public readonly variables: Record<string, string>,
  ) {}

  /** Runs a role to its end. */
  public async run(role: string, variables: Record<string, string> = {}): Promise<Ended> {
    return await this.ended(['sh', path.join(SCRIPTS, 'entry.sh'), role], variables);
  }

  /** Runs Python in the application's context. */
  public async python(code: string, variables: Record<string, string> = {}): Promise<string> {
    const script = `from superset.app import create_app\nwith create_app().app_context():\n${code.replace(/^/gm, '    ')}\n`;
    const { code: exit, output } = await this.ended([this.environment.python, '-c', script], variables);
    if (exit !== 0) throw new Error(output);
    return output.trim().split('\n').at(-1) ?? '';
  }

  /** Starts a role that goes on; what it says is kept. */
  public start(role: string, variables: Record<string, string> = {}): { said(): string; stop(): Promise<void> } {
    const child = this.spawn(['sh', path.join(SCRIPTS, 'entry.sh'), role], variables);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    child.stdout?.pipe(createWriteStream(path.join(this.home, `${role}.log`)));
    return { said: () => output, stop: () => stop(child) };
  }

  public async close(): Promise<void> {
    await Promise.all(this.running.map(stop));
    rmSync(this.home, { recursive: true, force: true });
  }

  private async ended(command: string[], variables: Record<string, string>): Promise<Ended> {
    const child = this.spawn(command, variables);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output };
  }

  private spawn([program, ...args]: string[], variables: Record<string, string>): ChildProcess {
    const child = spawn(program, args, {
      cwd: SCRIPTS,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      // as in a container: nothing of this machine's settings
      env: {
        PATH: `${path.dirname(this.environment.python)}:${process.env.PATH}`,
        PYTHONPATH: SCRIPTS,
        PYTHONUNBUFFERED: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        HOME: this.home,
        SUPERSET_HOME: this.home,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...this.variables,
        ...variables,
      },
    });
    this.running.push(child);
    return child;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid, 'SIGTERM');
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}

/** A Redis or Valkey of this machine's packages. */
export function findCache(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return ['valkey-server', 'redis-server']
    .flatMap((name) => folders.map((one) => path.join(one, name)))
    .find(existsSync);
}

/** Starts it on a free port, with a password, without files. */
export async function startCache(program: string): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--requirepass', 'S3cret-of-tests'];
  const child = spawn(program, options, { cwd: tmpdir(), detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text) => String(text).includes('Ready to accept connections') && resolve());
    child.once('close', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return { url: `redis://:S3cret-of-tests@127.0.0.1:${port}`, stop: () => stop(child) };
}
