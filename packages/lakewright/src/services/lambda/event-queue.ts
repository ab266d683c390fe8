import { randomUUID } from 'node:crypto';
import { MissingTool } from '../../host/missing-tool';
import type { ApiShape } from '../api-shape';
import { currentLineage, type Lineage, withLineage } from '../lineage';
import { type LakeContext, ServiceError } from '../service';
import { eventInvokeConfig, type FunctionReference, findFunction, refusal } from './declared';
import { sendTo } from './deliver-record';
import type { InvocationOutcome } from './instance';
import type { Invoker } from './invoker';

/** Between the attempts, by the lake's clock. Source: Lambda Developer Guide, "Error handling for asynchronous invocation". */
const WAITS_MS = [60_000, 120_000];
/** Source: Lambda Developer Guide, "Use Lambda recursive loop detection": approximately 16 invocations in one chain. */
export const MAX_RECURSION = 16;

/** An event whose function can't be run on this machine: it waits for a run that can. */
interface Waiting {
  /** The function's ARN. */
  readonly function: string;
  readonly qualifier?: string;
  readonly event: string;
  readonly lineage: Lineage;
}

const WAITING = 'lambda-left-out';

interface Attempted {
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'RecursiveLoop';
  readonly attempts: number;
  readonly outcome?: InvocationOutcome;
}

/**
 * Asynchronous invocations: retried, and in the end handed to destinations and dead-letter queues. In memory only, but for
 * those that this machine can't do: they are kept for the next run.
 */
export class EventQueue {
  private closed = false;

  public constructor(
    private readonly lake: LakeContext,
    private readonly invoker: Invoker,
  ) {}

  public add(reference: FunctionReference, event: string): void {
    const reason = refusal(reference.resource);
    if (reason)
      throw new ServiceError('InvalidRuntimeException', `Lakewright: ${reference.resource.physicalId}: ${reason}`, 502);
    const lineage = currentLineage();
    this.lake.background.track(this.work(reference, event, lineage));
  }

  /** What former runs left out. */
  public resume(): void {
    const waiting = this.waiting();
    if (waiting.length === 0) return;
    this.lake.workspace.writeState(WAITING, []);
    for (const one of waiting) {
      const known = this.lake.resources.some(({ arn }) => arn === one.function);
      // Its function is gone from the template.
      if (!known) continue;
      const reference = findFunction(this.lake, one.function, one.qualifier);
      this.lake.background.track(this.work(reference, one.event, one.lineage));
    }
  }

  public stop(): void {
    this.closed = true;
  }

  private waiting(): readonly Waiting[] {
    return this.lake.workspace.readState<Waiting[]>(WAITING) ?? [];
  }

  private leaveOut(
    { resource, qualifier }: FunctionReference,
    event: string,
    lineage: Lineage,
    missing: MissingTool,
  ): void {
    const one: Waiting = { function: resource.arn, ...(qualifier && { qualifier }), event, lineage };
    this.lake.workspace.writeState(WAITING, [...this.waiting(), one]);
    const leftOut = { reason: missing.reason, need: missing.need };
    this.lake.background.report({ name: resource.path, type: 'lambda:event', seconds: 0, leftOut });
  }

  private async work(reference: FunctionReference, event: string, lineage: Lineage): Promise<void> {
    const started = performance.now();
    const requestId = randomUUID();
    const { resource } = reference;
    const attempted = await this.attempt(reference, event, requestId, lineage);
    if (attempted instanceof MissingTool) return this.leaveOut(reference, event, lineage, attempted);
    if (this.closed) return;
    const error = attempted.condition === 'Success' ? undefined : this.describe(reference, attempted);
    if (error) {
      const data = { function: resource.path, requestId, condition: attempted.condition };
      this.lake.host.notify({
        code: attempted.condition === 'RecursiveLoop' ? 'LW_LAMBDA_RECURSIVE_LOOP' : 'LW_LAMBDA_FAILED',
        level: 'warning',
        text: `${resource.path}: ${error}`,
        data,
      });
    }
    const seconds = (performance.now() - started) / 1000;
    this.lake.background.report({ name: resource.path, type: 'lambda:event', seconds, error });
    // Destinations carry on the chain of functions.
    await withLineage([...lineage, resource.physicalId], () => this.conclude(reference, event, requestId, attempted));
  }

  private async attempt(
    reference: FunctionReference,
    event: string,
    requestId: string,
    lineage: Lineage,
  ): Promise<Attempted | MissingTool> {
    const name = reference.resource.physicalId;
    if (lineage.filter((one) => one === name).length >= MAX_RECURSION)
      return { condition: 'RecursiveLoop', attempts: 0 };
    const { retries, maximumAgeSeconds } = eventInvokeConfig(this.lake, reference);
    const due = this.lake.clock.now().getTime() + maximumAgeSeconds * 1000;
    for (let attempts = 1; ; attempts++) {
      if (this.invoker.pool(reference).switchedOff) return { condition: 'RetriesExhausted', attempts: 0 };
      const outcome = await this.once(reference, event, requestId, lineage);
      if (outcome instanceof MissingTool) return outcome;
      if (!outcome.failed) return { condition: 'Success', attempts, outcome };
      if (attempts > retries || this.closed) return { condition: 'RetriesExhausted', attempts, outcome };
      await this.lake.clock.wait(WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1]);
      if (this.lake.clock.now().getTime() > due) return { condition: 'EventAgeExceeded', attempts, outcome };
    }
  }

  /** A process that can't be started is a failure like the function's own. */
  private async once(
    reference: FunctionReference,
    event: string,
    requestId: string,
    lineage: Lineage,
  ): Promise<InvocationOutcome | MissingTool> {
    try {
      return await this.invoker.run(reference, event, { requestId, lineage });
    } catch (error) {
      if (error instanceof MissingTool) return error;
      const errorMessage = error instanceof Error ? error.message : String(error);
      const errorType = error instanceof ServiceError ? error.code : 'Runtime.Unknown';
      return { payload: JSON.stringify({ errorType, errorMessage }), failed: true, tail: '' };
    }
  }

  private describe({ resource }: FunctionReference, { condition, attempts, outcome }: Attempted): string {
    if (condition === 'RecursiveLoop') {
      return `it has invoked itself ${MAX_RECURSION} times in a chain (by an event, queue or notification) → the chain was ended, as Lambda does → let it write where it doesn't listen`;
    }
    if (attempts === 0) return 'its reserved concurrency is 0: nothing is invoked';
    const { errorType, errorMessage } = JSON.parse(outcome?.payload ?? '{}');
    const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
    return `failed after ${times}: ${[errorType, errorMessage].filter(Boolean).join(': ')} (log: ${this.lake.workspace.root}/logs/lambda/${resource.physicalId})`;
  }

  /** Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations". */
  private async conclude(
    reference: FunctionReference,
    event: string,
    requestId: string,
    attempted: Attempted,
  ): Promise<void> {
    const config = eventInvokeConfig(this.lake, reference);
    const failed = attempted.condition !== 'Success';
    const destination = failed ? config.onFailure : config.onSuccess;
    const payload = attempted.outcome?.payload;
    if (destination) {
      await this.send(reference, destination, JSON.stringify(this.record(reference, event, requestId, attempted)));
    }
    if (!failed || !config.deadLetter) return;
    const parsed: ApiShape = payload === undefined ? {} : JSON.parse(payload);
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await this.send(reference, config.deadLetter, event, {
      RequestID: text(requestId),
      ErrorCode: { DataType: 'Number', StringValue: attempted.outcome ? '200' : '429' },
      ErrorMessage: text(String(parsed.errorMessage ?? attempted.condition).slice(0, 1024) || ' '),
    });
  }

  private record(reference: FunctionReference, event: string, requestId: string, attempted: Attempted) {
    const { resource, qualifier } = reference;
    const { condition, attempts, outcome } = attempted;
    return {
      version: '1.0',
      timestamp: this.lake.clock.now().toISOString(),
      requestContext: {
        requestId,
        functionArn: `${resource.arn}:${qualifier ?? '$LATEST'}`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(event),
      ...(outcome && {
        responseContext: {
          statusCode: 200,
          executedVersion: '$LATEST',
          ...(outcome.failed && { functionError: 'Unhandled' }),
        },
        responsePayload: JSON.parse(outcome.payload),
      }),
    };
  }

  private async send(
    { resource }: FunctionReference,
    arn: string,
    body: string,
    attributes: Parameters<typeof sendTo>[3] = {},
  ): Promise<void> {
    try {
      await sendTo(this.lake, arn, body, attributes);
    } catch (error) {
      const text = `${resource.path}: its destination ${arn} didn't take the record: ${error instanceof Error ? error.message : error}`;
      this.lake.host.notify({ code: 'LW_LAMBDA_DESTINATION_FAILED', level: 'warning', text, data: { arn } });
      this.lake.background.report({ name: resource.path, type: 'lambda:destination', seconds: 0, error: text });
    }
  }
}
