import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { hasEnded, signalChild } from '../../programs/child';

export interface ContainerStart {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A process that runs it already; else one is started. */
  readonly running?: ChildProcess;
  /** Its output. */
  readonly log: string;
  onOutput(line: string): void;
}

/** The program of one container. */
export class ContainerProcess {
  /** Its exit code: 128 and the signal's number if a signal ended it. */
  public readonly ended: Promise<number>;
  private readonly child: ChildProcess;

  public constructor({ command, cwd, env, running, log, onOutput }: ContainerStart) {
    fs.mkdirSync(path.dirname(log), { recursive: true });
    const file = fs.createWriteStream(log, { flags: 'a', mode: 0o600 });
    const [program = '', ...args] = command;
    this.child =
      running ??
      spawn(program, args, {
        cwd,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
    for (const input of [this.child.stdout, this.child.stderr]) {
      if (input === null) continue;
      createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        file.write(`${line}\n`);
        onOutput(line);
      });
    }
    this.ended = new Promise<number>((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)));
    }).finally(() => file.end());
  }

  /** SIGTERM, and SIGKILL if it goes on for longer. */
  public async stop(seconds: number): Promise<void> {
    if (hasEnded(this.child)) return;
    signalChild(this.child, 'SIGTERM');
    const timer = setTimeout(() => signalChild(this.child, 'SIGKILL'), seconds * 1000);
    await this.ended.catch(() => {});
    clearTimeout(timer);
  }
}

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};
