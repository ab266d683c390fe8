import type { SpoolEngine } from '../../engines/spool';
import type { LakeContext } from '../service';
import { ServiceError } from '../service';
import { type FlowSource, sourceOf } from './connectors';
import type { Flow } from './flow';
import { type Destination, destinationOf, keyOf } from './output/destination';
import { FlowOutput } from './output/output';
import type { Position, Publication, RunResult } from './runs';
import { firstWindowStart, scheduleOf } from './schedule';
import { openSource, type PullWindow, type SourceRequest } from './sources';
import { recordTest } from './tasks/filter';
import { type FlowPlan, planTasks } from './tasks/plan';
import { DatasetDropped, transfer } from './tasks/record';
import { RecordError } from './tasks/transforms';
import { fieldOf, type SourceRecord, timeOf } from './tasks/values';

export interface TransferRequest {
  readonly flow: Flow;
  readonly executionId: string;
  /** When the run began: names of files have it, and it ends the window of a flow without a schedule. */
  readonly time: Date;
  readonly position?: Position;
  /** A folder of its own for files that aren't finished. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** What a run takes of its source, before it does so. */
export interface Pull {
  readonly source: FlowSource;
  readonly plan: FlowPlan;
  readonly destination: Destination;
  readonly request: SourceRequest;
}

/** Reads the flow, and works out the window: from where the last successful run ended up to now, the end excluded. */
export function pullOf({ flow, time, position, signal }: TransferRequest): Pull {
  const source = sourceOf(flow.sourceFlowConfig);
  const plan = planTasks(flow.tasks, source.connectorType);
  const destination = destinationOf(flow.flowName, flow.destinationFlowConfigList);
  const schedule = scheduleOf(flow);
  const request: SourceRequest = { source, plan, signal };
  if (!schedule?.incremental) return { source, plan, destination, request };
  if (source.connectorType === 'S3') {
    const objects = { known: position?.objects ?? {}, taken: {} };
    return { source, plan, destination, request: { ...request, objects } };
  }
  const end = time.getTime();
  const window: PullWindow = {
    field: String(flow.sourceFlowConfig.incrementalPullConfig.datetimeTypeFieldName),
    start: position?.windowEnd ?? firstWindowStart(schedule, end),
    end,
  };
  return { source, plan, destination, request: { ...request, window } };
}

/**
 * Reads the source, does the tasks, and makes the files in the run's folder. Nothing is visible yet.
 *
 * @throws ServiceError with what is wrong, and where
 */
export async function makeFiles(
  lake: LakeContext,
  request: TransferRequest,
  pull: Pull,
  engine: () => SpoolEngine,
): Promise<Publication> {
  const { flow, executionId, time, folder, signal } = request;
  const { plan, destination } = pull;
  const { window, objects } = pull.request;
  if (!lake.objects.hasBucket(destination.bucket)) {
    throw new ServiceError(
      'ResourceNotFoundException',
      `the destination bucket "${destination.bucket}" isn't there → a bucket of the lake`,
    );
  }
  const output = new FlowOutput(folder, destination, plan, engine);
  try {
    const counts = await readAll(lake, pull, (record) => output.write(record));
    signal.throwIfAborted();
    const { files, columns } = await output.finish(signal);
    const names = { executionId, schemaVersion: flow.schemaVersion, time };
    const folders = new Map(files.map(({ partition, partitionValues }) => [partition, partitionValues]));
    return {
      bucket: destination.bucket,
      files: files.map(({ file, partition }, index) => ({ file, key: keyOf(destination, names, partition, index) })),
      columns,
      partitions: {
        keys: plan.partitionKeys,
        folders: [...folders].flatMap(([name, values]) => (name === '' ? [] : [{ folder: name, values }])),
      },
      result: counts,
      position: window
        ? { windowEnd: window.end }
        : objects && { objects: { ...request.position?.objects, ...objects.taken } },
    };
  } catch (error) {
    output.abandon();
    throw error;
  }
}

async function readAll(
  lake: LakeContext,
  { source, plan, request }: Pull,
  write: (record: SourceRecord) => void,
): Promise<RunResult> {
  const passes = recordTest(plan.filters, { ignoreCase: source.connectorType === 'Salesforce' });
  const { window } = request;
  const missing = new Set([...plan.sourceFields, ...(window ? [window.field] : [])]);
  let [bytesProcessed, recordsProcessed, recordsDropped, records] = [0, 0, 0, 0];
  for await (const batch of await openSource(lake, request)) {
    request.signal.throwIfAborted();
    bytesProcessed += batch.bytes;
    for (const [index, record] of batch.records.entries()) {
      records++;
      if (missing.size > 0)
        for (const field of missing) if (fieldOf(record, field) !== undefined) missing.delete(field);
      try {
        if (!passes(record) || (window && !inWindow(record, window))) continue;
        recordsProcessed++;
        const outcome = transfer(plan, record);
        if (outcome.kind === 'dropped') recordsDropped++;
        else write(outcome.record);
      } catch (error) {
        if (!(error instanceof RecordError) && !(error instanceof DatasetDropped)) throw error;
        throw new ServiceError('ValidationException', `${batch.place(index)}: ${error.message}`);
      }
    }
  }
  if (records > 0 && missing.size > 0) throw unknownFields(source, [...missing]);
  return { bytesProcessed, bytesWritten: 0, recordsProcessed, recordsDropped };
}

/** In `[start, end)`; a record without a time has no change to go by. */
function inWindow(record: SourceRecord, { field, start, end }: PullWindow): boolean {
  const value = fieldOf(record, field);
  if (value === undefined || value === null || value === '') return false;
  const time = timeOf(value);
  if (time === undefined) throw new RecordError(`"${field}" is ${JSON.stringify(value)}, which is no time`);
  return time >= start && time < end;
}

function unknownFields({ object, connectorType }: FlowSource, fields: readonly string[]): ServiceError {
  const names = fields.map((field) => `"${field}"`).join(', ');
  return new ServiceError(
    'ValidationException',
    `the flow's tasks read ${names}, which no record of ${connectorType} "${object}" has → the names that the source gives its fields`,
  );
}
