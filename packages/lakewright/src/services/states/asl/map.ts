import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../../api-shape';
import type { States } from './definition';
import { StatesError, Stopped } from './errors';
import { json, type Visit } from './interpreter';
import { batches } from './item-batcher';
import { readItems } from './item-reader';
import { formatResults, type ItemOutcome, writeResults } from './result-writer';
import { Group, inner } from './state-handlers';

/** Items of an inline Map that run at the same time. Source: Developer Guide, "Using Map state in Inline mode". */
const INLINE_CONCURRENCY = 40;

/** Runs the processor for each item; in Distributed mode with reader, batches, tolerated failures and result writer. */
export async function runMap(visit: Visit): Promise<{ result: ApiShape; items: number }> {
  const { state, scope, query, run, frame, id } = visit;
  const processor = (state.ItemProcessor ?? state.Iterator) as States;
  const distributed = processor.ProcessorConfig?.Mode === 'DISTRIBUTED';
  const given = await itemsOf(visit);
  const selector = state.ItemSelector ?? (query.language === 'JSONPath' ? state.Parameters : undefined);
  const contextOf = (index: number): Record<string, ApiShape> => ({
    Map: {
      Item: {
        Index: index,
        Value: given[index]?.value,
        ...(given[index]?.key !== undefined && { Key: given[index].key }),
      },
    },
  });
  const selected = await Promise.all(
    given.map(async ({ value }, index) =>
      selector === undefined
        ? value
        : await query.template(selector, { ...scope, context: { ...scope.context, ...contextOf(index) } }),
    ),
  );
  const inputs =
    state.ItemBatcher === undefined ? selected : batches(selected, await query.template(await batcher(visit), scope));
  // Thresholds are about items: a failed batch counts with all of its items.
  const sizeOf = (index: number): number => (state.ItemBatcher === undefined ? 1 : inputs[index].Items.length);
  const tolerated = await toleratedFailures(visit, given.length);
  const asked = Number((await query.field(state, 'MaxConcurrency', scope)) ?? 0);
  const width = Math.min(
    asked > 0 ? asked : INLINE_CONCURRENCY,
    distributed ? 1000 : INLINE_CONCURRENCY,
    inputs.length,
  );
  const mapRunArn = `${run.around.executionArn.replace(':execution:', ':mapRun:')}:${randomUUID()}`;
  if (distributed) run.around.record(frame, 'MapRunStarted', 'mapRunStartedEventDetails', { mapRunArn });
  else run.around.record(frame, 'MapStateStarted', 'mapStateStartedEventDetails', { length: inputs.length });

  const group = new Group(frame.signal);
  const outcomes: ItemOutcome[] = new Array(inputs.length);
  let next = 0;
  let failures = 0;
  const worker = async (): Promise<void> => {
    while (next < inputs.length) {
      if (group.signal.aborted) throw new Stopped();
      const index = next++;
      // Children of a Distributed Map are executions of their own: they don't see the parent's variables.
      const child = inner(visit, group.signal, index, distributed ? {} : frame.variables, contextOf(index), id);
      const details = { name: visit.name, index };
      if (!distributed) run.around.record(child, 'MapIterationStarted', 'mapIterationStartedEventDetails', details);
      const startDate = run.around.clock.now();
      const base = { index, input: inputs[index], startDate };
      try {
        const output = await run.runStates(processor, structuredClone(inputs[index]), child);
        outcomes[index] = { ...base, status: 'SUCCEEDED', output, stopDate: run.around.clock.now() };
        if (!distributed)
          run.around.record(child, 'MapIterationSucceeded', 'mapIterationSucceededEventDetails', details);
      } catch (error) {
        if (!(error instanceof StatesError)) throw error;
        if (!distributed) {
          run.around.record(child, 'MapIterationFailed', 'mapIterationFailedEventDetails', details);
          throw error;
        }
        outcomes[index] = { ...base, status: 'FAILED', error, stopDate: run.around.clock.now() };
        failures += sizeOf(index);
        if (failures > tolerated) {
          throw new StatesError(
            'States.ExceedToleratedFailureThreshold',
            `The specified tolerated failure threshold was exceeded: ${failures} of ${given.length} items failed, the first with ${json(error.output)}`,
          );
        }
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: width }, () => group.add(worker())));
  } catch (error) {
    if (distributed)
      run.around.record(
        frame,
        'MapRunFailed',
        'mapRunFailedEventDetails',
        error instanceof StatesError ? { error: error.error, cause: error.causeText } : {},
      );
    else run.around.record(frame, 'MapStateFailed', '', undefined);
    throw error;
  }
  run.around.record(frame, distributed ? 'MapRunSucceeded' : 'MapStateSucceeded', '', undefined);
  const result = !distributed
    ? outcomes.map((one) => one.output)
    : state.ResultWriter?.Resource === undefined
      ? formatResults(outcomes, mapRunArn, state.ResultWriter?.WriterConfig?.Transformation ?? 'COMPACT')
      : await writeResults(visit, mapRunArn, outcomes);
  return { result, items: inputs.length };
}

interface Item {
  readonly value: ApiShape;
  /** The member's name, where the items are an object's members (JSONata). */
  readonly key?: string;
}

async function itemsOf(visit: Visit): Promise<Item[]> {
  const { state, scope, query, name } = visit;
  if (state.ItemReader !== undefined) return (await readItems(visit)).map((value) => ({ value }));
  const items = (await query.field(state, 'Items', scope)) ?? scope.input;
  if (Array.isArray(items)) return items.map((value) => ({ value }));
  // Members of an object are items, too: each is a key and a value.
  if (typeof items === 'object' && items !== null && query.language === 'JSONata') {
    return Object.entries(items).map(([key, value]) => ({ key, value }));
  }
  throw new StatesError(
    'States.Runtime',
    `The items of the Map state '${name}' must be a list, got ${json(items).slice(0, 200)}`,
  );
}

async function batcher(visit: Visit): Promise<ApiShape> {
  const { state, scope, query } = visit;
  const read = async (name: string): Promise<ApiShape> => await query.field(state.ItemBatcher, name, scope);
  return {
    MaxItemsPerBatch: await read('MaxItemsPerBatch'),
    MaxInputBytesPerBatch: await read('MaxInputBytesPerBatch'),
    BatchInput: state.ItemBatcher.BatchInput,
  };
}

async function toleratedFailures(visit: Visit, count: number): Promise<number> {
  const { state, scope, query } = visit;
  const absolute = (await query.field(state, 'ToleratedFailureCount', scope)) ?? 0;
  const share = (await query.field(state, 'ToleratedFailurePercentage', scope)) ?? 0;
  // Both may be given: then the first that is exceeded counts, and 0 means that none is set.
  const limits = [absolute, Math.floor((share / 100) * count)].filter((limit) => limit > 0);
  return limits.length === 0 ? 0 : Math.min(...limits);
}
