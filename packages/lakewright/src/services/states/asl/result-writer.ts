import type { ApiShape } from '../../api-shape';
import { ServiceError } from '../../service';
import { StatesError } from './errors';
import type { Visit } from './interpreter';
import { json } from './payload';

/** How one item of a Distributed Map ended. */
export interface ItemOutcome {
  readonly index: number;
  /** Of its child execution. */
  readonly arn: string;
  readonly name: string;
  readonly input: ApiShape;
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output?: ApiShape;
  readonly error?: StatesError;
  readonly startDate: Date;
  readonly stopDate: Date;
}

/**
 * Writes the outcomes below `<Prefix>/<map run>/`: SUCCEEDED_0.json, FAILED_0.json and the manifest.json that lists them.
 *
 * Source: Step Functions Developer Guide, "ResultWriter (Map)".
 *
 * @throws StatesError States.ResultWriterFailed
 */
export async function writeResults(
  visit: Visit,
  mapRunArn: string,
  outcomes: readonly ItemOutcome[],
): Promise<ApiShape> {
  const { state, scope, query, run } = visit;
  const target = await query.arguments(state.ResultWriter, { ...scope, input: {} });
  const config = state.ResultWriter.WriterConfig ?? {};
  const bucket = String(target.Bucket);
  const prefix = `${target.Prefix === undefined ? '' : `${String(target.Prefix).replace(/\/$/, '')}/`}${mapRunArn.split(':').at(-1)}`;
  const files: Record<string, { Key: string; Size: number }[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] };
  try {
    for (const status of ['SUCCEEDED', 'FAILED'] as const) {
      const chosen = outcomes.filter((one) => one.status === status);
      if (chosen.length === 0) continue;
      const flat = formatResults(chosen, mapRunArn, config.Transformation ?? 'NONE');
      const lines = config.OutputType === 'JSONL';
      const body = lines ? `${flat.map(json).join('\n')}\n` : json(flat);
      const key = `${prefix}/${status}_0.${lines ? 'jsonl' : 'json'}`;
      await run.around.objects.write(bucket, key, body, { contentType: 'application/json' });
      files[status]?.push({ Key: key, Size: Buffer.byteLength(body) });
    }
    const manifest = { DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: files };
    await run.around.objects.write(bucket, `${prefix}/manifest.json`, json(manifest), {
      contentType: 'application/json',
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new StatesError('States.ResultWriterFailed', `${error.code}: ${error.message}`);
  }
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: `${prefix}/manifest.json` } };
}

/**
 * The outcomes as a list: NONE with each execution's metadata, COMPACT the outputs alone, FLATTEN lists of outputs as one.
 * A failed one always has its metadata.
 */
export function formatResults(outcomes: readonly ItemOutcome[], mapRunArn: string, transformation: string): ApiShape[] {
  const entries = outcomes.map((one) => entry(one, mapRunArn, transformation));
  return transformation === 'FLATTEN' ? entries.flat() : entries;
}

function entry(outcome: ItemOutcome, mapRunArn: string, transformation: string): ApiShape {
  if (transformation !== 'NONE' && outcome.status === 'SUCCEEDED') return outcome.output;
  const machine = mapRunArn.replace(':mapRun:', ':stateMachine:').split(':').slice(0, 7).join(':');
  return {
    ExecutionArn: outcome.arn,
    Input: json(outcome.input),
    InputDetails: { Included: true },
    Name: outcome.name,
    ...(outcome.status === 'SUCCEEDED' && { Output: json(outcome.output), OutputDetails: { Included: true } }),
    ...(outcome.error && { Error: outcome.error.error, Cause: outcome.error.causeText }),
    RedriveCount: 0,
    RedriveStatus: outcome.status === 'FAILED' ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    StartDate: outcome.startDate.toISOString(),
    StateMachineArn: machine,
    Status: outcome.status,
    StopDate: outcome.stopDate.toISOString(),
  };
}
