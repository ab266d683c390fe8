import { createHash } from 'node:crypto';
import {
  type Condition,
  ConditionFailed,
  type ObjectAddress,
  type ObjectStore,
  type StoredObject,
} from '../../lambda/extraction/object-store';

/** Thrown where the process is meant to die. */
export class Crash extends Error {}

/** What happens to the n-th request: nothing of it, all of it but the answer, or the answer gets lost and it is sent again. */
export interface Fault {
  readonly request: number;
  readonly moment: 'before' | 'after' | 'repeated';
}

/** Objects in memory with the semantics of S3: each request is atomic, conditions are checked with the write. */
export class MemoryStore implements ObjectStore {
  public readonly objects = new Map<string, StoredObject & { readonly modified: number }>();
  public requests = 0;
  public fault: Fault | undefined;
  /** Awaited before each request takes effect: where tests interleave runs. */
  public gate: (label: string) => Promise<void> = async () => {};

  public constructor(private readonly now: () => number) {}

  public async get(address: ObjectAddress): Promise<StoredObject | undefined> {
    return this.request('get', () => this.objects.get(name(address)));
  }

  public async put(address: ObjectAddress, body: Uint8Array | string, condition?: Condition): Promise<void> {
    await this.request('put', () => {
      const present = this.objects.get(name(address));
      if (condition && ('etag' in condition ? present?.etag !== condition.etag : present !== undefined)) {
        throw new ConditionFailed(name(address));
      }
      this.write(name(address), typeof body === 'string' ? new TextEncoder().encode(body) : body);
    });
  }

  public async copy(source: ObjectAddress, target: ObjectAddress): Promise<boolean> {
    return this.request('copy', () => {
      const present = this.objects.get(name(source));
      if (present) this.write(name(target), present.body);
      return present !== undefined;
    });
  }

  public async delete(address: ObjectAddress): Promise<void> {
    await this.request('delete', () => this.objects.delete(name(address)));
  }

  public async list({ bucket, key }: ObjectAddress): Promise<{ key: string; modified: number }[]> {
    return this.request('list', () =>
      [...this.objects]
        .filter(([each]) => each.startsWith(`${bucket}/${key}`))
        .map(([each, { modified }]) => ({ key: each.slice(bucket.length + 1), modified })),
    );
  }

  private write(key: string, body: Uint8Array): void {
    const etag = createHash('md5').update(body).digest('hex');
    this.objects.set(key, { body, etag, modified: this.now() });
  }

  private async request<T>(label: string, effect: () => T): Promise<T> {
    const number = this.requests++;
    await this.gate(label);
    const moment = this.fault?.request === number ? this.fault.moment : undefined;
    if (moment === 'before') throw new Crash(`before request ${number}`);
    const result = effect();
    if (moment === 'after') throw new Crash(`after request ${number}`);
    return moment === 'repeated' ? effect() : result;
  }
}

function name({ bucket, key }: ObjectAddress): string {
  return `${bucket}/${key}`;
}
