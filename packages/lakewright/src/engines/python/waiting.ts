import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { endChild, hasEnded, startChild } from '../../programs/child';

const RUNTIME = path.join(__dirname, '..', '..', '..', 'runtimes', 'waiting.py');
/** Variables that a program can't be given any more once Python, or what it imports, has begun. */
const EARLY = /^(PYTHON|LD_|DYLD_|LC_|LANG$|DBT_)/;

/** What a waiting process has imported. */
export interface WaitingKind {
  readonly python: string;
  /** The program's; modules may lie in it. */
  readonly folder: string;
  /** Modules, and `module:function` for functions of modules, which are called. */
  readonly modules: readonly string[];
}

export interface WaitingProgram {
  /** A script and its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly child: ChildProcess;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Python processes that have imported a program's modules ahead: one of a kind. Each runs one program and ends with it, so
 * that none sees what another left behind. They are started while nothing else is to do, not after each program.
 */
export class WaitingPythons {
  private readonly waiting = new Map<string, Waiting>();
  private closed = false;

  /** Starts one, unless one waits. */
  public prepare(kind: WaitingKind, env: Readonly<Record<string, string>>): void {
    const known = this.waiting.get(keyOf(kind));
    if (this.closed || (known && !hasEnded(known.child))) return;
    const child = startChild([kind.python, '-u', RUNTIME, ...kind.modules], { cwd: kind.folder, env, inherit: false });
    child.on('error', () => {}); // the program itself says what is wrong with this Python
    this.waiting.set(keyOf(kind), { child, env });
  }

  /** The one that waits, told to run the program; undefined if none does. */
  public run(kind: WaitingKind, program: WaitingProgram): ChildProcess | undefined {
    const found = this.waiting.get(keyOf(kind));
    if (found === undefined || !sameStart(found.env, program.env)) return undefined;
    this.waiting.delete(keyOf(kind));
    const { child } = found;
    if (hasEnded(child)) return undefined;
    child.stdin?.on('error', () => {}); // it was killed: its exit code says so
    child.stdin?.end(`${JSON.stringify(program)}\n`);
    return child;
  }

  public async close(): Promise<void> {
    this.closed = true;
    const all = [...this.waiting.values()];
    this.waiting.clear();
    await Promise.all(all.map(({ child }) => endChild(child, { inputMs: 0, termMs: 0 })));
  }
}

const keyOf = ({ python, folder, modules }: WaitingKind): string => JSON.stringify([python, folder, modules]);

function sameStart(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const early = (env: Readonly<Record<string, string>>) => Object.keys(env).filter((name) => EARLY.test(name));
  return [...early(one), ...early(other)].every((name) => one[name] === other[name]);
}
