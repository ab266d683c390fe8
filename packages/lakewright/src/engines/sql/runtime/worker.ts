import { DuckDbWorker } from './duckdb-worker';
import type { WorkerReply, WorkerRequest } from './protocol';

/** The worker process' entry: see {@link DuckDbWorker}. */
const send = (reply: WorkerReply): void => {
  if (process.connected) process.send?.(reply);
};
// Messages that were sent are on their way before the process ends.
const worker = new DuckDbWorker(send, () => setTimeout(() => process.exit(70), 50));

process.on('message', (request: WorkerRequest) => worker.handle(request));
// The parent is gone.
process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole group; the parent decides when this process ends.
process.on('SIGINT', () => {});
