import type { SFNClient } from '@aws-sdk/client-sfn';
import { readExecution } from './execution';
import { metricsOf } from './metrics';
import { type Counts, type Pipeline, rowsOf } from './record';
import type { RunStore } from './run-store';

/** "Step Functions Execution Status Change", as far as it matters. */
export interface StatusChange {
  readonly detail: { readonly executionArn: string; readonly stateMachineArn: string; readonly status: string };
  /** Whose execution, as the rule adds it. */
  readonly pipeline: Pipeline;
}

export interface HistoryOptions {
  readonly states: SFNClient;
  readonly store: RunStore;
  readonly log: (line: string) => void;
  readonly now: () => Date;
}

/** Writes the rows of a run that has ended; the same when it is told of it again. */
export async function keepHistory({ detail, pipeline }: StatusChange, options: HistoryOptions): Promise<void> {
  const { states, store, log, now } = options;
  const execution = await readExecution(states, detail.executionArn);
  const counted = await Promise.all(
    Object.entries(pipeline.reports ?? {}).map(
      async ([task, folder]): Promise<[string, Counts]> => [task, await store.counts(folder, execution.runId)],
    ),
  );
  const rows = rowsOf(execution, pipeline, new Map(counted));
  const wrote = await store.write(rows, execution.events.length);
  if (wrote && execution.ended) for (const line of metricsOf(rows, now())) log(line);
}
