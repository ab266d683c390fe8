import { endChild, startChild } from './child';

/** Why a program that was to run to its end gave no result. */
export class ProgramFailedError extends Error {}

export interface RunProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

const LAST_LINES = 15;

/**
 * Runs a program to its end.
 *
 * @returns its standard output
 * @throws ProgramFailedError for another exit code than 0, with the last lines of its standard error
 */
export async function runProgram(command: readonly string[], options: RunProgramOptions): Promise<string> {
  const child = startChild(command, options);
  const out: Buffer[] = [];
  let err = '';
  child.stdin?.on('error', () => {});
  child.stdin?.end();
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    err = (err + chunk.toString('utf8')).slice(-10_000);
  });
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    const problem = await new Promise<string | undefined>((resolve) => {
      timer = setTimeout(() => resolve(`didn't end within ${options.timeoutSeconds} s`), options.timeoutSeconds * 1000);
      stop = () => resolve('was interrupted');
      if (options.signal?.aborted) stop();
      options.signal?.addEventListener('abort', stop, { once: true });
      child.once('error', (error) => resolve(`can't be started: ${error.message}`));
      child.once('close', (code, signal) => {
        if (code === 0) resolve(undefined);
        else resolve(`ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}`);
      });
    });
    if (problem === undefined) return Buffer.concat(out).toString('utf8');
    const lines = err.trim().split('\n').slice(-LAST_LINES).join(' | ');
    throw new ProgramFailedError(`${command.join(' ')} ${problem}${lines ? `: ${lines}` : ''}`);
  } finally {
    clearTimeout(timer);
    if (stop) options.signal?.removeEventListener('abort', stop);
    await endChild(child, { inputMs: 0, termMs: 1_000 });
  }
}
