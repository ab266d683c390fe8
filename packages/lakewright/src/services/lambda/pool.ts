import { availableParallelism } from 'node:os';
import type { LakeResource } from '../../assembly/resource';
import { type LakeContext, ServiceError } from '../service';
import type { Channel } from './channel';
import { Instance, type InvocationOutcome, type InvocationRequest } from './instance';

/** A laptop's share of what AWS would start; further invocations wait for a free process. */
const PROCESSES = Math.min(4, Math.max(2, availableParallelism()));

/** The processes of one function. */
export class Pool {
  private readonly idle: Instance[] = [];
  private readonly all = new Set<Instance>();
  private readonly queue: (() => void)[] = [];
  private busy = 0;
  private stopped = false;

  public constructor(
    private readonly lake: LakeContext,
    private readonly resource: LakeResource,
    private readonly channel: Channel,
  ) {}

  /** Of AWS: undefined = the account's. */
  private get reserved(): number | undefined {
    const { ReservedConcurrentExecutions: reserved } = this.resource.properties;
    return reserved === undefined ? undefined : Number(reserved);
  }

  /**
   * Whether another invocation would be more than the function has reserved.
   *
   * Source: Lambda Developer Guide, "Configuring reserved concurrency for a function".
   */
  public get throttled(): boolean {
    return this.reserved !== undefined && this.busy + this.queue.length >= this.reserved;
  }

  /** Nothing may ever run. */
  public get switchedOff(): boolean {
    return this.reserved === 0;
  }

  public async invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    await this.turn();
    try {
      const instance = await this.take();
      const outcome = await instance.invoke(request);
      if (instance.usable) this.idle.push(instance);
      else {
        this.all.delete(instance);
        await instance.stop();
      }
      return outcome;
    } finally {
      this.busy -= 1;
      this.queue.shift()?.();
    }
  }

  public async stop(): Promise<void> {
    this.stopped = true;
    for (const waiting of this.queue.splice(0)) waiting();
    await Promise.all([...this.all].map((instance) => instance.stop()));
    this.all.clear();
  }

  private async turn(): Promise<void> {
    const limit = Math.min(PROCESSES, Math.max(1, this.reserved ?? PROCESSES));
    if (this.busy >= limit) await new Promise<void>((resolve) => this.queue.push(resolve));
    this.busy += 1;
  }

  private async take(): Promise<Instance> {
    if (this.stopped) throw closed();
    for (let instance = this.idle.pop(); instance; instance = this.idle.pop()) {
      if (instance.usable) return instance;
      this.all.delete(instance);
      await instance.stop();
    }
    const instance = await Instance.start(this.lake, this.resource, this.channel);
    if (this.stopped) {
      await instance.stop();
      throw closed();
    }
    this.all.add(instance);
    return instance;
  }
}

const closed = () => new ServiceError('ServiceException', 'the lake was closed', 500);
