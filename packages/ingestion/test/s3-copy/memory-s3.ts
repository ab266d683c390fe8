import { createHash } from 'node:crypto';
import type {
  ListedPage,
  ObjectHead,
  SourceStore,
  StateStore,
  TargetStore,
  Upload,
} from '../../lambda/s3-copy/object-store';

export interface MemoryObject extends ObjectHead {
  readonly body: string;
  readonly tags: string;
}

/** An error as S3 names it. */
export function s3Error(name: string): Error {
  return Object.assign(new Error(`${name} of the test`), { name });
}

/** A bucket with S3's order, paging, conditional copies and multipart uploads; `gate` may throw before any call. */
export class MemoryS3 {
  public readonly objects = new Map<string, MemoryObject>();
  /** Keys in the order in which they were written, with repetitions. */
  public readonly written: string[] = [];
  public readonly calls: string[] = [];
  private readonly uploads = new Map<string, { key: string; head: ObjectHead; tags: string; parts: string[] }>();
  private sorted?: string[];

  public constructor(
    private readonly pageSize = 1000,
    /** A bucket with a KMS key of its own has other ETags for the same bytes. */
    private readonly salt = '',
    public gate: (call: string, key: string) => void = () => {},
  ) {}

  public put(key: string, body: string, more: Partial<MemoryObject> = {}): void {
    const etag = createHash('md5').update(this.salt).update(body).digest('hex');
    if (!this.objects.has(key)) this.sorted = undefined;
    this.objects.set(key, { metadata: {}, tags: '', ...more, body, etag: more.etag ?? etag, size: body.length });
    this.written.push(key);
  }

  public delete(key: string): void {
    this.objects.delete(key);
    this.sorted = undefined;
  }

  public async list(prefix: string, after = ''): Promise<ListedPage> {
    this.enter('list', prefix);
    this.sorted ??= sort([...this.objects.keys()]);
    const from = firstAfter(this.sorted, after);
    const keys: string[] = [];
    for (let i = from; i < this.sorted.length && keys.length <= this.pageSize; i++) {
      const key = this.sorted[i] as string;
      if (key.startsWith(prefix)) keys.push(key);
    }
    const objects = keys.slice(0, this.pageSize).map((key) => {
      const { etag, size } = this.objects.get(key) as MemoryObject;
      return { key, etag, size };
    });
    return { objects, more: keys.length > this.pageSize };
  }

  public async head(key: string): Promise<ObjectHead | undefined> {
    this.enter('head', key);
    return this.objects.get(key);
  }

  public source(): SourceStore {
    return {
      list: (prefix, after) => this.list(prefix, after),
      head: (key) => this.head(key),
      tags: async (key) => {
        this.enter('tags', key);
        return this.objects.get(key)?.tags ?? '';
      },
    };
  }

  public target(source: MemoryS3): TargetStore {
    const read = ({ key, etag }: { key: string; etag: string }): MemoryObject => {
      const object = source.objects.get(key);
      if (!object) throw s3Error('NoSuchKey');
      if (object.etag !== etag) throw s3Error('PreconditionFailed');
      return object;
    };
    const upload = ({ uploadId }: Upload) => {
      const found = this.uploads.get(uploadId);
      if (!found) throw s3Error('NoSuchUpload');
      return found;
    };
    return {
      list: (prefix, after) => this.list(prefix, after),
      head: (key) => this.head(key),
      copy: async (version, key, head) => {
        this.enter('copy', key);
        const { body, tags } = read(version);
        this.put(key, body, { ...head, etag: undefined, tags });
        this.leave('copy', key);
      },
      createUpload: async (key, head, tags) => {
        this.enter('createUpload', key);
        const uploadId = `upload-${this.calls.length}`;
        this.uploads.set(uploadId, { key, head, tags, parts: [] });
        return uploadId;
      },
      copyPart: async (to, part, version, first, last) => {
        this.enter('copyPart', `${to.key}#${part}`);
        upload(to).parts[part - 1] = read(version).body.slice(first, last + 1);
        return `etag-${part}`;
      },
      parts: async (of) => {
        this.enter('parts', of.key);
        return new Map(Object.keys(upload(of).parts).map((index) => [Number(index) + 1, `etag-${Number(index) + 1}`]));
      },
      complete: async (of) => {
        this.enter('complete', of.key);
        const { key, head, tags, parts } = upload(of);
        const body = parts.join('');
        this.put(key, body, { ...head, tags, etag: `${createHash('md5').update(body).digest('hex')}-${parts.length}` });
        this.uploads.delete(of.uploadId);
        this.leave('complete', key);
      },
      abort: async (of) => {
        this.enter('abort', of.key);
        upload(of);
        this.uploads.delete(of.uploadId);
      },
    };
  }

  private enter(call: string, key: string): void {
    this.calls.push(call);
    this.gate(call, key);
  }

  /** A call may also be lost after it had its effect. */
  private leave(call: string, key: string): void {
    this.gate(`after ${call}`, key);
  }
}

/** State documents; they survive a crash because they are kept here, outside of the run. */
export class MemoryState implements StateStore {
  public readonly documents = new Map<string, string>();

  public constructor(public gate: (call: string, key: string) => void = () => {}) {}

  public async read(name: string): Promise<unknown> {
    this.gate('read', name);
    const text = this.documents.get(name);
    return text === undefined ? undefined : JSON.parse(text);
  }

  public async write(name: string, value: unknown): Promise<void> {
    this.gate('write', name);
    this.documents.set(name, JSON.stringify(value));
    this.gate('after write', name);
  }

  public uri(name: string): string {
    return `s3://state/${name}`;
  }
}

/** By UTF-8 bytes. */
function sort(keys: string[]): string[] {
  const bytes = new Map(keys.map((key) => [Buffer.from(key).toString('latin1'), key]));
  return [...bytes.keys()].sort().map((text) => bytes.get(text) as string);
}

function firstAfter(sorted: string[], after: string): number {
  if (after === '') return 0;
  const wanted = Buffer.from(after);
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(Buffer.from(sorted[middle] as string), wanted) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
