import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ChecksumAlgorithm, newChecksum } from '../../server/checksums';
import type { ObjectInfo, ObjectStore, WriteOptions } from '../../workspace/object-store';
import { pour } from '../../workspace/pour';
import { storageError } from '../../workspace/storage-error';
import type { Workspace } from '../../workspace/workspace';
import { ServiceError } from '../service';

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** ISO time. */
  readonly initiated: string;
  readonly options: WriteOptions;
  readonly checksumAlgorithm?: string;
  readonly checksumType?: string;
}

export interface Part {
  readonly number: number;
  readonly size: number;
  /** With quotes. */
  readonly etag: string;
  readonly modified: string;
  readonly checksums: Readonly<Record<string, string>>;
}

/** What CompleteMultipartUpload names. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_PART_NUMBER = 10_000;
const MIN_PART_SIZE = 5 * 1024 * 1024;
const UPLOAD_ID = /^[0-9a-f-]{36}$/;

/**
 * Uploads that aren't complete, `uploads/<id>/`: `upload.json`, and for each part its bytes and a JSON file. A part
 * counts when its JSON file is there.
 */
export class MultipartUploads {
  public constructor(
    private readonly workspace: Workspace,
    private readonly objects: ObjectStore,
  ) {}

  public async create(upload: Omit<Upload, 'id' | 'initiated'>): Promise<Upload> {
    // Finds a bucket that isn't there or is read-only, and a key that can't be, before gigabytes are sent.
    await fs.promises.rm(await this.objects.stage(upload.bucket), { recursive: true, force: true });
    this.objects.path(upload.bucket, upload.key);
    const created = { ...upload, id: randomUUID(), initiated: new Date().toISOString() };
    const folder = this.folder(created.id);
    try {
      await fs.promises.mkdir(folder, { recursive: true });
      await this.writeJson(path.join(folder, 'upload.json'), created);
    } catch (error) {
      await fs.promises.rm(folder, { recursive: true, force: true });
      throw storageError(error, `starting an upload to "${upload.key}"`);
    }
    return created;
  }

  /** @throws ServiceError NoSuchUpload */
  public async get(id: string, bucket: string, key: string): Promise<Upload> {
    const upload = UPLOAD_ID.test(id) ? await readJson<Upload>(path.join(this.folder(id), 'upload.json')) : undefined;
    if (upload?.bucket === bucket && upload.key === key) return upload;
    throw noSuchUpload(id);
  }

  public async list(bucket: string): Promise<Upload[]> {
    const ids = await fs.promises.readdir(this.workspace.uploads);
    const uploads = await Promise.all(ids.map((id) => readJson<Upload>(path.join(this.folder(id), 'upload.json'))));
    return uploads
      .filter((upload) => upload?.bucket === bucket)
      .filter((upload) => upload !== undefined)
      .sort((a, b) => (a.key === b.key ? a.initiated.localeCompare(b.initiated) : a.key < b.key ? -1 : 1));
  }

  /** `checksums` is read when the body has ended. */
  public async addPart(
    upload: Upload,
    number: number,
    body: Readable,
    checksums: () => Readonly<Record<string, string>>,
  ): Promise<Part> {
    if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
      throw new ServiceError(
        'InvalidArgument',
        `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
        400,
        {
          ArgumentName: 'partNumber',
          ArgumentValue: number,
        },
      );
    }
    const temporary = path.join(this.workspace.tmp, randomUUID());
    try {
      const { md5, size } = await pour(body, temporary);
      const part: Part = { number, size, etag: `"${md5}"`, modified: new Date().toISOString(), checksums: checksums() };
      const file = this.partFile(upload.id, number);
      // In this order a kill leaves a part that doesn't count, never one with another's ETag.
      await fs.promises.rm(`${file}.json`, { force: true });
      await fs.promises.rename(temporary, file);
      await this.writeJson(`${file}.json`, part);
      return part;
    } catch (error) {
      if (!fs.existsSync(this.folder(upload.id))) throw noSuchUpload(upload.id);
      throw storageError(error, `writing part ${number} of "${upload.key}"`);
    } finally {
      await fs.promises.rm(temporary, { force: true });
    }
  }

  public async parts(upload: Upload): Promise<Part[]> {
    const names = await fs.promises.readdir(this.folder(upload.id));
    const parts = await Promise.all(
      names
        .filter((name) => /^part-\d+\.json$/.test(name))
        .map((name) => readJson<Part>(path.join(this.folder(upload.id), name))),
    );
    return parts.filter((part) => part !== undefined).sort((a, b) => a.number - b.number);
  }

  /** @throws ServiceError InvalidPart, InvalidPartOrder, EntityTooSmall */
  public async complete(upload: Upload, named: readonly NamedPart[], options: WriteOptions): Promise<ObjectInfo> {
    const parts = choose(await this.parts(upload), named);
    const temporary = path.join(this.workspace.tmp, randomUUID());
    const whole = Object.keys(options.checksums ?? {}) as ChecksumAlgorithm[];
    try {
      const files = parts.map(({ number }) => this.partFile(upload.id, number));
      const found = await concatenate(files, temporary, whole);
      for (const algorithm of whole) {
        if (found[algorithm] !== options.checksums?.[algorithm]) {
          throw new ServiceError(
            'BadDigest',
            `The ${algorithm} you specified did not match the calculated checksum.`,
            400,
          );
        }
      }
      const checksums = whole.length > 0 ? options.checksums : compositeChecksums(parts);
      const info = await this.objects.publish(temporary, upload.bucket, upload.key, {
        ...upload.options,
        ...options,
        etag: compositeETag(parts),
        parts: parts.map(({ size }) => size),
        checksums,
        reason: 'CompleteMultipartUpload',
      });
      await this.abort(upload);
      return info;
    } catch (error) {
      throw storageError(error, `completing the upload of "${upload.key}"`);
    } finally {
      await fs.promises.rm(temporary, { force: true });
    }
  }

  public async abort(upload: Upload): Promise<void> {
    await fs.promises.rm(this.folder(upload.id), { recursive: true, force: true });
  }

  private folder(id: string): string {
    return path.join(this.workspace.uploads, id);
  }

  private partFile(id: string, number: number): string {
    return path.join(this.folder(id), `part-${String(number).padStart(5, '0')}`);
  }

  private async writeJson(file: string, value: unknown): Promise<void> {
    const temporary = path.join(this.workspace.tmp, `${randomUUID()}.json`);
    await fs.promises.writeFile(temporary, JSON.stringify(value));
    await fs.promises.rename(temporary, file);
  }
}

function choose(parts: readonly Part[], named: readonly NamedPart[]): Part[] {
  if (named.length === 0) throw new ServiceError('MalformedXML', 'You must specify at least one part', 400);
  const chosen = named.map(({ number, etag }, index) => {
    if (index > 0 && number <= named[index - 1].number) {
      throw new ServiceError('InvalidPartOrder', 'The list of parts was not in ascending order.', 400);
    }
    const part = parts.find((candidate) => candidate.number === number);
    if (part !== undefined && part.etag.replaceAll('"', '') === etag.replaceAll('"', '')) return part;
    throw new ServiceError(
      'InvalidPart',
      'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part’s entity tag.',
      400,
      { PartNumber: number, ETag: etag },
    );
  });
  const small = chosen.slice(0, -1).find(({ size }) => size < MIN_PART_SIZE);
  if (small === undefined) return chosen;
  throw new ServiceError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
    PartNumber: small.number,
    ProposedSize: small.size,
    MinSizeAllowed: MIN_PART_SIZE,
  });
}

function compositeETag(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(Buffer.from(etag.replaceAll('"', ''), 'hex'));
  return `"${hash.digest('hex')}-${parts.length}"`;
}

/** The checksum of the parts' checksums, where all parts have one of the same algorithm. */
function compositeChecksums(parts: readonly Part[]): Record<string, string> | undefined {
  const algorithms = Object.keys(parts[0].checksums).filter((name) =>
    parts.every(({ checksums }) => name in checksums),
  );
  if (algorithms.length === 0) return undefined;
  return Object.fromEntries(
    algorithms.map((algorithm) => {
      const checksum = newChecksum(algorithm as ChecksumAlgorithm);
      for (const { checksums } of parts) checksum.update(Buffer.from(checksums[algorithm], 'base64'));
      return [algorithm, `${checksum.digest().toString('base64')}-${parts.length}`];
    }),
  );
}

async function concatenate(
  files: readonly string[],
  target: string,
  algorithms: readonly ChecksumAlgorithm[],
): Promise<Record<string, string>> {
  const checksums = algorithms.map((algorithm) => [algorithm, newChecksum(algorithm)] as const);
  // The first part is copied by the system, in no time on a file system that can share blocks.
  await fs.promises.copyFile(files[0], target, fs.constants.COPYFILE_FICLONE);
  for (const [index, file] of files.entries()) {
    if (index === 0 && checksums.length === 0) continue;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        for (const [, checksum] of checksums) checksum.update(chunk);
        if (index === 0) done();
        else done(null, chunk);
      },
    });
    await pipeline(
      fs.createReadStream(file, { highWaterMark: 1 << 20 }),
      meter,
      fs.createWriteStream(target, { flags: 'a', highWaterMark: 1 << 20 }),
    );
  }
  return Object.fromEntries(
    checksums.map(([algorithm, checksum]) => [algorithm, checksum.digest().toString('base64')]),
  );
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await fs.promises.readFile(file, 'utf8'));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}

function noSuchUpload(id: string): ServiceError {
  return new ServiceError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: id },
  );
}
