import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { endChild, startChild } from '../../programs/child';

export const GLUE_RUNTIME = path.join(__dirname, '..', '..', '..', 'runtimes', 'glue');
const LAUNCHER = path.join(GLUE_RUNTIME, 'lakewright_run.py');

export interface PythonOptions {
  readonly python: string;
  readonly script: string;
  readonly args: readonly string[];
  /** The working directory. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  onOutput(line: string): void;
  onError(line: string): void;
}

export interface PythonOutcome {
  readonly succeeded: boolean;
  /** `ValueError: no such month`, or how the process ended. */
  readonly error?: string;
}

/** Variables of this process that a job's sees: what programs need to start, and how the user reaches the network. */
const KEPT = /^(PATH|HOME|USER|SystemRoot|TEMP|TMP|TMPDIR|LD_LIBRARY_PATH|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|PG[A-Z]+)$/i;

/**
 * Runs a script in a process of its own, by the launcher that says how it ended. It, and all that it started, ends with the
 * signal; its input ends with this process, upon which it ends itself.
 */
export async function runPython(options: PythonOptions): Promise<PythonOutcome> {
  const { python, script, args, folder, env, signal } = options;
  if (signal.aborted) return { succeeded: false, error: 'the run was stopped' };
  const child = startChild([python, '-u', LAUNCHER, script, ...args], {
    ...{ cwd: folder, inherit: false },
    env: { ...kept(), ...env },
  });
  const stop = () => void endChild(child, { inputMs: 0, termMs: 0 });
  signal.addEventListener('abort', stop);
  try {
    return await outcome(child, options);
  } finally {
    signal.removeEventListener('abort', stop);
    // What it left running ends with it.
    await endChild(child, { inputMs: 0, termMs: 0 });
  }
}

async function outcome(child: ChildProcess, { onOutput, onError }: PythonOptions): Promise<PythonOutcome> {
  let error: string | undefined;
  const read = (stream: NodeJS.ReadableStream, tell: (line: string) => void) =>
    createInterface({ input: stream }).on('line', tell);
  read(child.stdout as NodeJS.ReadableStream, onOutput);
  read(child.stderr as NodeJS.ReadableStream, (line) => {
    const said = /^LAKEWRIGHT_ERROR (.*)$/.exec(line)?.[1];
    if (said === undefined) onError(line);
    else error = JSON.parse(said) as string;
  });
  const [code, by] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('error', (failure) => {
      error = failure.message;
      resolve([1, null]);
    });
    // Not `close`: a process that the script left behind may hold the output open.
    child.once('exit', (exit, name) => setTimeout(() => resolve([exit, name]), 20));
  });
  if (code === 0) return { succeeded: true };
  return { succeeded: false, error: error ?? `the process ended with ${code === null ? by : `exit code ${code}`}` };
}

function kept(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (KEPT.test(name) && value ? [[name, value]] : [])),
  );
}
