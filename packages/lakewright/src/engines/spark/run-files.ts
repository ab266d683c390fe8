import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { authorize } from '../../access/guard';
import { type Caller, type LakeContext, LOCAL_ADMIN, ServiceError } from '../../services/service';
import { governedByTable, type TableUse } from './table-rights';

export interface FileRequest {
  readonly bucket: string;
  readonly key: string;
  readonly to?: string;
  readonly folder?: boolean;
  readonly recursive?: boolean;
  readonly overwrite?: boolean;
  readonly files?: readonly { readonly file: string; readonly key: string }[];
}

export interface FileEntry {
  readonly kind: 'file' | 'folder' | 'none';
  readonly key?: string;
  readonly size?: number;
  /** Milliseconds. */
  readonly modified?: number;
}

type Answer = Readonly<Record<string, unknown>>;

/**
 * What the file system of `s3://` asks for a run: S3's operations with the rights of the run's role, their bytes as files.
 *
 * Errors are `ServiceError`s with the codes of S3, and AlreadyExists.
 */
export class RunFiles {
  public readonly operations: Readonly<Record<string, (request: FileRequest) => Promise<Answer>>> = {
    open: (request) => this.open(request),
    status: async (request) => ({ ...(await this.status(request)) }),
    list: (request) => this.list(request),
    mayWrite: (request) => this.mayWrite(request),
    stage: (request) => this.stage(request),
    publish: (request) => this.publish(request),
    rename: (request) => this.rename(request),
    delete: (request) => this.delete(request),
  };

  public constructor(
    private readonly lake: LakeContext,
    private readonly caller: Caller,
  ) {}

  private async open({ bucket, key }: FileRequest): Promise<Answer> {
    await this.may('GetObject', 'SELECT', bucket, key);
    const info = await this.lake.objects.head(bucket, key);
    if (info === undefined) throw new ServiceError('NoSuchKey', `No such file or directory 's3://${bucket}/${key}'`);
    return { file: this.lake.objects.path(bucket, key) };
  }

  /** As EMRFS and S3A look: the object, else whether something lies below. */
  private async status({ bucket, key }: FileRequest): Promise<FileEntry> {
    const { objects } = this.lake;
    if (key === '') {
      await this.mayList(bucket, '');
      requireBucket(this.lake, bucket);
      return { kind: 'folder' };
    }
    const readable = await this.allowed(this.may('GetObject', 'SELECT', bucket, key));
    if (readable) {
      const info = key.endsWith('/') ? undefined : await objects.head(bucket, key);
      if (info !== undefined) return entryOf(info);
    }
    await this.mayList(bucket, `${key}/`);
    const { objects: found } = await objects.page(bucket, { prefix: `${key}/`, limit: 1 });
    if (found.length > 0) return { kind: 'folder' };
    if (readable) return { kind: 'none' };
    const [info] = (await objects.page(bucket, { prefix: key, limit: 1 })).objects;
    return info?.key === key ? entryOf(info) : { kind: 'none' };
  }

  private async list({ bucket, key }: FileRequest): Promise<Answer> {
    const { objects } = this.lake;
    const prefix = key === '' ? '' : `${key}/`;
    await this.mayList(bucket, prefix);
    const entries: FileEntry[] = [];
    let marker = false;
    for (let startAfter: string | undefined = ''; startAfter !== undefined; ) {
      const page: Awaited<ReturnType<typeof objects.page>> = await objects.page(bucket, {
        prefix,
        delimiter: '/',
        startAfter,
      });
      for (const info of page.objects) {
        if (info.key === prefix) marker = true;
        else entries.push({ ...entryOf(info), key: info.key });
      }
      for (const found of page.prefixes) entries.push({ kind: 'folder', key: found.replace(/\/+$/, '') });
      startAfter = page.next;
    }
    if (entries.length > 0 || marker || key === '') return { kind: 'folder', entries };
    const own = await this.status({ bucket, key });
    return own.kind === 'file' ? { kind: 'file', entries: [{ ...own, key }] } : { kind: 'none', entries };
  }

  private async mayWrite({ bucket, key }: FileRequest): Promise<Answer> {
    requireBucket(this.lake, bucket);
    await this.may('PutObject', 'INSERT', bucket, key);
    return {};
  }

  private async stage(request: FileRequest): Promise<Answer> {
    await this.mayWrite(request);
    await this.requireAbsent(request);
    return { file: this.lake.objects.stageFile(request.bucket) };
  }

  private async publish({ bucket, files = [], overwrite }: FileRequest): Promise<Answer> {
    for (const { file, key } of files) {
      await this.may('PutObject', 'INSERT', bucket, key);
      await this.requireAbsent({ bucket, key, overwrite: overwrite ?? true });
      await this.lake.objects.publish(file, bucket, key);
    }
    return {};
  }

  /** S3 renames nothing: a copy and a deletion, of each object. No byte is moved here. */
  private async rename({ bucket, key, to = '', folder }: FileRequest): Promise<Answer> {
    const { objects } = this.lake;
    const found = folder ? await this.below(bucket, `${key}/`) : [key];
    for (const one of found) {
      const target = to + one.slice(key.length);
      await this.may('GetObject', 'SELECT', bucket, one);
      await this.may('PutObject', 'INSERT', bucket, target);
      await this.may('DeleteObject', 'DELETE', bucket, one);
      if (one.endsWith('/')) {
        await objects.write(bucket, target, '');
      } else {
        const copy = objects.stageFile(bucket);
        await fs.promises.link(objects.path(bucket, one), copy);
        await objects.publish(copy, bucket, target, { reason: 'CopyObject' });
      }
      await objects.delete(bucket, one);
    }
    return {};
  }

  private async delete({ bucket, key, recursive }: FileRequest): Promise<Answer> {
    const { objects } = this.lake;
    requireBucket(this.lake, bucket);
    const below = await this.below(bucket, key === '' ? '' : `${key}/`);
    if (below.some((one) => one !== `${key}/`) && !recursive) {
      throw new ServiceError('DirectoryNotEmpty', `s3://${bucket}/${key} isn't empty`);
    }
    const own = key !== '' && (await objects.head(bucket, key)) !== undefined ? [key] : [];
    for (const one of [...own, ...below]) {
      await this.may('DeleteObject', 'DELETE', bucket, one);
      await objects.delete(bucket, one);
    }
    return { deleted: own.length + below.length > 0 };
  }

  private async below(bucket: string, prefix: string): Promise<readonly string[]> {
    await this.mayList(bucket, prefix);
    return (await this.lake.objects.list(bucket, { prefix })).map((info) => info.key);
  }

  private async requireAbsent({ bucket, key, overwrite }: FileRequest): Promise<void> {
    if (overwrite || (await this.lake.objects.head(bucket, key)) === undefined) return;
    throw new ServiceError('AlreadyExists', `s3://${bucket}/${key} already exists`);
  }

  private async mayList(bucket: string, prefix: string): Promise<void> {
    const input = { Bucket: bucket, Prefix: prefix, Delimiter: '/' };
    await this.orByTable('ListObjectsV2', input, 'SELECT', bucket, prefix);
  }

  private may(operation: string, use: TableUse, bucket: string, key: string): Promise<void> {
    return this.orByTable(operation, { Bucket: bucket, Key: key }, use, bucket, key);
  }

  private async orByTable(operation: string, input: object, use: TableUse, bucket: string, key: string): Promise<void> {
    if (this.caller.principal === LOCAL_ADMIN.principal) return;
    try {
      await authorize(this.lake, 's3', operation, input, this.caller);
    } catch (error) {
      if (governedByTable(this.lake, this.caller, use, `s3://${bucket}/${key}`)) return;
      throw error;
    }
  }

  private async allowed(asked: Promise<void>): Promise<boolean> {
    return asked.then(
      () => true,
      (error) => {
        if (error instanceof ServiceError) return false;
        throw error;
      },
    );
  }
}

/** A name for what one run stages. */
export const newRunToken = (): string => randomUUID();

function entryOf({ size, lastModified }: { readonly size: number; readonly lastModified: Date }): FileEntry {
  return { kind: 'file', size, modified: lastModified.getTime() };
}

function requireBucket(lake: LakeContext, bucket: string): void {
  if (lake.objects.hasBucket(bucket)) return;
  throw new ServiceError('NoSuchBucket', `The specified bucket does not exist: ${bucket}`, 404);
}
