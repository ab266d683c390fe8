import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { currentLineage, type Lineage } from '../lineage';
import { type LakeContext, ServiceError } from '../service';
import { Channel } from './channel';
import { type FunctionReference, findFunction, refusal } from './declared';
import type { EventQueue } from './event-queue';
import type { InvocationOutcome } from './instance';
import { Pool } from './pool';

/** 6 MB; asynchronous ones 1 MB since 2025. Source: Lambda Developer Guide, "Lambda quotas", "Invocation payload". */
const MAX_SYNCHRONOUS = 6 * 1024 * 1024;
const MAX_ASYNCHRONOUS = 1024 * 1024;

/** Runs functions: the processes of all of them. */
export class Invoker {
  private readonly channel = new Channel();
  private readonly pools = new Map<string, Pool>();

  public constructor(private readonly lake: LakeContext) {}

  /** @throws ServiceError for a function that isn't there or can't run here */
  public pool({ resource }: FunctionReference): Pool {
    const reason = refusal(resource);
    if (reason) throw new ServiceError('InvalidRuntimeException', `Lakewright: ${resource.physicalId}: ${reason}`, 502);
    let pool = this.pools.get(resource.physicalId);
    if (!pool) {
      pool = new Pool(this.lake, resource, this.channel);
      this.pools.set(resource.physicalId, pool);
    }
    return pool;
  }

  public async run(
    reference: FunctionReference,
    event: string,
    more: { readonly requestId: string; readonly lineage: Lineage; readonly clientContext?: unknown },
  ): Promise<InvocationOutcome> {
    const { resource, qualifier } = reference;
    const functionArn = `${resource.arn}${qualifier ? `:${qualifier}` : ''}`;
    const lineage = [...more.lineage, resource.physicalId];
    return await this.pool(reference).invoke({ ...more, event, functionArn, lineage });
  }

  public async stop(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.stop()));
    this.channel.close();
  }
}

/** Source: Lambda API Reference, "Invoke". */
export async function invokeOperation(
  lake: LakeContext,
  invoker: Invoker,
  events: EventQueue,
  input: ApiShape,
): Promise<Record<string, unknown>> {
  const reference = findFunction(lake, input.FunctionName, input.Qualifier);
  const type = input.InvocationType ?? 'RequestResponse';
  const event = payloadText(input.Payload, type === 'Event' ? MAX_ASYNCHRONOUS : MAX_SYNCHRONOUS);
  const ExecutedVersion = /^\d+$/.test(reference.qualifier ?? '') ? reference.qualifier : '$LATEST';
  switch (type) {
    case 'DryRun':
      return { StatusCode: 204 };
    case 'Event':
      events.add(reference, event);
      return { StatusCode: 202 };
    case 'RequestResponse': {
      const pool = invoker.pool(reference);
      if (pool.switchedOff || pool.throttled) throw throttled();
      const clientContext = input.ClientContext
        ? JSON.parse(Buffer.from(input.ClientContext, 'base64').toString('utf8'))
        : undefined;
      const lineage = currentLineage();
      const outcome = await invoker.run(reference, event, { requestId: randomUUID(), lineage, clientContext });
      return {
        StatusCode: 200,
        ...(outcome.failed && { FunctionError: 'Unhandled' }),
        ...(input.LogType === 'Tail' && { LogResult: Buffer.from(outcome.tail).toString('base64') }),
        Payload: Buffer.from(outcome.payload),
        ExecutedVersion,
      };
    }
    default:
      throw new ServiceError(
        'InvalidParameterValueException',
        `InvocationType "${type}" → RequestResponse, Event or DryRun`,
      );
  }
}

export function throttled(): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429, {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
  });
}

function payloadText(payload: unknown, limit: number): string {
  const text = textOf(payload);
  const size = Buffer.byteLength(text);
  if (size > limit) {
    throw new ServiceError(
      'RequestTooLargeException',
      `${size} byte payload is too large for the invocation type (limit ${limit} bytes)`,
      413,
      { Type: 'User' },
    );
  }
  if (text.trim() === '') return '{}';
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
      400,
      { Type: 'User' },
    );
  }
}

/** Bytes of the API, text or (from state machines) JSON. */
function textOf(payload: unknown): string {
  if (payload === undefined || payload === null) return '';
  if (payload instanceof Uint8Array) return Buffer.from(payload).toString('utf8');
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}
