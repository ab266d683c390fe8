import type { ApiShape } from '../../api-shape';
import type { States } from './definition';
import { LeftOut, StatesError, Stopped, TimedOut } from './errors';
import { type Frame, Interpreter, type Visit } from './interpreter';
import { itemInputs } from './map-items';
import { failureDetails } from './payload';
import { formatResults, type ItemOutcome, writeResults } from './result-writer';
import { type Inside, partOf } from './resume';
import { Group, inner } from './state-handlers';
import type { ChildExecution, ChildStatus, MapRun } from './surroundings';

/** Items of an inline Map that run at the same time. Source: Developer Guide, "Using Map state in Inline mode". */
const INLINE_CONCURRENCY = 40;
/** Child executions that run at the same time here; AWS runs up to 10,000. */
const DISTRIBUTED_CONCURRENCY = 1000;

/** Runs the processor for each item; in Distributed mode with reader, batches, tolerated failures and result writer. */
export async function runMap(visit: Visit): Promise<{ result: ApiShape; items: number }> {
  const { state, scope, query } = visit;
  const processor = (state.ItemProcessor ?? state.Iterator) as States;
  const { inputs, sizes, contexts } = await itemInputs(visit);
  const asked = Number((await query.field(state, 'MaxConcurrency', scope)) ?? 0);
  const before = visit.resume?.parts ?? inputs.map(() => null);
  const result =
    processor.ProcessorConfig?.Mode === 'DISTRIBUTED'
      ? await distributed({ visit, processor, inputs, sizes, before, asked })
      : await inline({ visit, processor, inputs, contexts, before, asked });
  return { result, items: inputs.length };
}

interface Work {
  readonly visit: Visit;
  readonly processor: States;
  readonly inputs: readonly ApiShape[];
  readonly before: Inside['parts'];
  readonly asked: number;
}

async function inline(work: Work & { contexts: readonly ApiShape[] }): Promise<ApiShape> {
  const { visit, processor, inputs, before, asked, contexts } = work;
  const { run, frame, id, name } = visit;
  const note = (at: Frame, type: string, index: number): void =>
    run.around.record(at, type, `m${type.slice(1)}EventDetails`, { name, index });
  if (visit.resume === undefined) {
    run.around.record(frame, 'MapStateStarted', 'mapStateStartedEventDetails', { length: inputs.length });
  }
  const group = new Group(frame.signal);
  const outputs = before.map((part) => (part && 'output' in part ? { value: part.output } : undefined));
  const frames: (Frame | undefined)[] = inputs.map(() => undefined);
  await pool(
    group,
    inputs.length,
    Math.min(asked > 0 ? asked : INLINE_CONCURRENCY, INLINE_CONCURRENCY),
    async (index) => {
      const part = before[index];
      if (part && 'output' in part) return;
      const child = inner(visit, group.signal, index, frame.variables, contexts[index] ?? {}, id);
      frames[index] = child;
      if (!part) note(child, 'MapIterationStarted', index);
      try {
        const value = await run.runStates(processor, structuredClone(inputs[index]), child, part?.at);
        outputs[index] = { value };
        note(child, 'MapIterationSucceeded', index);
      } catch (error) {
        note(child, error instanceof StatesError ? 'MapIterationFailed' : 'MapIterationAborted', index);
        throw error;
      }
    },
  );
  const { problem } = group;
  if (problem === undefined) {
    run.around.record(frame, 'MapStateSucceeded', '', undefined);
    return outputs.map((one) => one?.value);
  }
  const parts = outputs.map((output, index) => partOf(output, frames[index]?.stoppedAt ?? at(before[index])));
  visit.held.inside = { parts, inputs, contexts };
  if (problem instanceof StatesError) run.around.record(frame, 'MapStateFailed', '', undefined);
  throw problem;
}

async function distributed(work: Work & { sizes: readonly number[] }): Promise<ApiShape> {
  const { visit, processor, inputs, before, sizes, asked } = work;
  const { state, run, frame, name, resume } = visit;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const { count, percentage, tolerated } = await toleratedFailures(visit, total);
  const mapRun = run.around.mapRun({
    label: String(state.Label ?? name.replace(/[^\w-]/g, '-').slice(0, 40)),
    maxConcurrency: asked,
    toleratedFailureCount: count,
    toleratedFailurePercentage: percentage,
    sizes,
    redriven: resume?.mapRunArn,
  });
  const record = (type: string, details?: ApiShape): void =>
    run.around.record(frame, type, details === undefined ? '' : `m${type.slice(1)}EventDetails`, details);
  if (resume === undefined) {
    record('MapStateStarted', { length: total });
    record('MapRunStarted', { mapRunArn: mapRun.arn });
  } else record('MapRunRedriven', { mapRunArn: mapRun.arn, redriveCount: mapRun.redriveCount });
  const group = new Group(frame.signal);
  const outcomes: ItemOutcome[] = [];
  const frames: (Frame | undefined)[] = inputs.map(() => undefined);
  let failures = 0;
  const width = asked > 0 ? Math.min(asked, DISTRIBUTED_CONCURRENCY) : DISTRIBUTED_CONCURRENCY;
  await pool(group, inputs.length, width, async (index) => {
    const part = before[index];
    const input = inputs[index];
    const startDate = run.around.clock.now();
    if (part && 'output' in part) {
      const { arn, name: child } = mapRun.childNames(index);
      outcomes[index] = {
        index,
        arn,
        name: child,
        input,
        status: 'SUCCEEDED',
        output: part.output,
        startDate,
        stopDate: startDate,
      };
      return;
    }
    const child = mapRun.child(index, input);
    const own: Frame = { ...inner(visit, group.signal, index, {}, child.context, visit.id), previous: 0 };
    frames[index] = own;
    const base = { index, arn: child.arn, name: child.name, input, startDate };
    try {
      const output = await new Interpreter(child.around).runStates(processor, structuredClone(input), own, part?.at);
      child.ended(own, 'SUCCEEDED', output);
      outcomes[index] = { ...base, status: 'SUCCEEDED', output, stopDate: run.around.clock.now() };
    } catch (error) {
      end(child, own, error);
      if (!(error instanceof StatesError)) throw error;
      outcomes[index] = { ...base, status: 'FAILED', error, stopDate: run.around.clock.now() };
      failures += sizes[index] ?? 1;
      if (failures > tolerated) throw exceeded(failures, total, error);
    }
  });
  try {
    if (group.problem !== undefined) throw group.problem;
    const result = await resultOf(visit, mapRun, outcomes);
    record('MapRunSucceeded');
    record('MapStateSucceeded');
    mapRun.ended('SUCCEEDED');
    return result;
  } catch (error) {
    const parts = inputs.map((_, index) => {
      const done = outcomes[index]?.status === 'SUCCEEDED' ? { value: outcomes[index].output } : undefined;
      return partOf(done, frames[index]?.stoppedAt ?? at(before[index]));
    });
    visit.held.inside = { parts, inputs, mapRunArn: mapRun.arn };
    if (error instanceof StatesError) {
      record('MapRunFailed', failureDetails(error));
      record('MapStateFailed');
    } else record('MapRunAborted');
    mapRun.ended(error instanceof StatesError ? 'FAILED' : 'ABORTED');
    throw error;
  }
}

const at = (part: Inside['parts'][number] | undefined) => (part && 'at' in part ? part.at : undefined);

/** Runs `work` for each index, so many at a time, until the first failure. Rejects never: the group has the problem. */
async function pool(group: Group, count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      if (group.signal.aborted) throw new Stopped();
      await group.add(work(next++)).catch((error) => {
        if (!(error instanceof LeftOut)) throw error;
      });
    }
  };
  await Promise.allSettled(Array.from({ length: Math.min(width, count) }, () => group.add(worker())));
}

function end(child: ChildExecution, frame: Frame, error: unknown): void {
  const status: ChildStatus =
    error instanceof TimedOut ? 'TIMED_OUT' : error instanceof StatesError ? 'FAILED' : 'ABORTED';
  const failure = error instanceof StatesError ? { error: error.error, cause: error.causeText } : undefined;
  child.ended(frame, status, undefined, failure);
}

function exceeded(failures: number, total: number, { output }: StatesError): StatesError {
  return new StatesError(
    'States.ExceedToleratedFailureThreshold',
    `The specified tolerated failure threshold was exceeded: ${failures} of ${total} items failed, the first with ${JSON.stringify(output)}`,
  );
}

async function resultOf(visit: Visit, mapRun: MapRun, outcomes: readonly ItemOutcome[]): Promise<ApiShape> {
  const writer = visit.state.ResultWriter;
  if (writer?.Resource !== undefined) return await writeResults(visit, mapRun.arn, outcomes);
  return formatResults(outcomes, mapRun.arn, writer?.WriterConfig?.Transformation ?? 'COMPACT');
}

async function toleratedFailures(visit: Visit, total: number) {
  const { state, scope, query } = visit;
  const count = number(await query.field(state, 'ToleratedFailureCount', scope), 'ToleratedFailureCount');
  const percentage = number(
    await query.field(state, 'ToleratedFailurePercentage', scope),
    'ToleratedFailurePercentage',
  );
  if (percentage > 100) {
    throw new StatesError('States.Runtime', `ToleratedFailurePercentage must be from 0 to 100, got ${percentage}`);
  }
  // Both may be given: then the first that is exceeded counts, and 0 means that none is set.
  const limits = [count, Math.floor((percentage / 100) * total)].filter((limit) => limit > 0);
  return { count, percentage, tolerated: limits.length === 0 ? 0 : Math.min(...limits) };
}

function number(value: ApiShape, field: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && value >= 0) return value;
  throw new StatesError(
    'States.Runtime',
    `${field} must be a number of 0 or more, got ${JSON.stringify(value)}`,
    field,
  );
}
