import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

/**
 * Starts the worker process.
 *
 * A process and not a thread: a thread can't be ended while DuckDB waits for one of its JavaScript functions (Node
 * aborts the whole process), and a crash of DuckDB must not take the server with it. From sources (`.ts`: the tests) it
 * needs tsx to load them; the package has them compiled.
 */
export function spawnWorker(): ChildProcess {
  const fromSources = __filename.endsWith('.ts');
  return fork(path.join(__dirname, fromSources ? 'worker.ts' : 'worker.js'), {
    execArgv: fromSources ? ['--require', require.resolve('tsx/cjs')] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
