import { type ChildProcess, fork } from 'node:child_process';
import { type Bug, fuzz, statementOf } from './check';

export interface Batch {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** What a process tells: the batch is done, or it begins with this statement. */
type Message = { readonly bugs: readonly Bug[] } | { readonly at: number };

const STEP = 20;
const HANG_MS = 60_000;

/**
 * Does the batches in processes of their own, and calls `done` after each. One that doesn't get on for a minute is a
 * bug, too, and so is one that dies: its next process goes on behind the statements that it was at.
 */
export async function fuzzInProcesses(
  batches: Iterable<Batch>,
  count: number,
  done: (batch: Batch, bugs: readonly Bug[]) => void,
): Promise<void> {
  const rest = batches[Symbol.iterator]();
  const run = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let next = rest.next(); !next.done; next = rest.next()) {
      const bugs: Bug[] = [];
      let { from } = next.value;
      while (from < next.value.to) {
        child ??= fork(__filename, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
        const result = await ask(child, { ...next.value, from });
        bugs.push(...result.bugs);
        if (result.reached < next.value.to) child = undefined;
        from = result.reached;
      }
      done(next.value, bugs);
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: count }, run));
}

interface Result {
  readonly bugs: readonly Bug[];
  readonly reached: number;
}

function ask(child: ChildProcess, batch: Batch): Promise<Result> {
  return new Promise((resolve) => {
    let at = batch.from;
    let timer: NodeJS.Timeout | undefined;
    const finish = (result: Result): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(result);
    };
    const fail = (what: string): void => {
      child.kill('SIGKILL');
      const sql = statementOf(batch.seed, at);
      finish({
        bugs: [{ number: at, sql, what: `${what} (this statement, or the next ${STEP - 1})` }],
        reached: at + STEP,
      });
    };
    const watch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(`no answer in ${HANG_MS / 1000} s`), HANG_MS);
    };
    child.on('message', (message: Message) => {
      if ('bugs' in message) return finish({ bugs: message.bugs, reached: batch.to });
      at = message.at;
      watch();
    });
    child.on('exit', (code, signal) => fail(`the process ended (${signal ?? code})`));
    watch();
    child.send(batch);
  });
}

async function work({ seed, from, to }: Batch): Promise<void> {
  const bugs: Bug[] = [];
  for (let at = from; at < to; at += STEP) {
    process.send?.({ at } satisfies Message);
    bugs.push(...(await fuzz(seed, at, Math.min(to, at + STEP))));
  }
  process.send?.({ bugs } satisfies Message);
}

if (require.main === module) {
  process.on('message', (batch: Batch) => void work(batch));
  // Without who asks, there's nothing to do.
  process.on('disconnect', () => process.exit());
}
