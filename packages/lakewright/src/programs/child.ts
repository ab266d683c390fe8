import { type ChildProcess, spawn } from 'node:child_process';

/** A group of its own, so that what a program starts ends with it. Windows has no such groups. */
const OWN_GROUP = process.platform !== 'win32';

/** Starts a program without a shell. Ctrl-C of a terminal doesn't reach it: it is ended by `endChild`. */
export function startChild(
  command: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    /** Whether it sees this process's variables as well. @default true */
    readonly inherit?: boolean;
  },
): ChildProcess {
  const [program, ...args] = command;
  return spawn(program, args, {
    cwd: options.cwd,
    env: options.inherit === false ? options.env : { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: OWN_GROUP,
    windowsHide: true,
  });
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Sends a signal to a program and to all that it has started. */
export function signalChild(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (OWN_GROUP && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It ended meanwhile.
  }
}

/** How long a program has after the end of its input, and then after SIGTERM. */
export interface EndTimes {
  readonly inputMs: number;
  readonly termMs: number;
}

/** Ends a program: end of its input, then SIGTERM, then SIGKILL. What is left of its group is killed as well. */
export async function endChild(child: ChildProcess, times: EndTimes): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once('exit', () => resolve());
  });
  const within = async (milliseconds: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
    });
    const inTime = await Promise.race([ended.then(() => true), late]);
    clearTimeout(timer);
    return inTime;
  };
  child.stdin?.on('error', () => {}); // it ended before it read its input
  child.stdin?.end();
  if (!(await within(times.inputMs))) {
    signalChild(child, 'SIGTERM');
    await within(times.termMs);
  }
  signalChild(child, 'SIGKILL');
  await ended;
}
