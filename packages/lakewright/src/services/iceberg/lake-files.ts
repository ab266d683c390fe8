import { readFileSync } from 'node:fs';
import type { IcebergFiles } from '../../engines/iceberg/files';
import type { ObjectStore } from '../../workspace/object-store';
import { ServiceError } from '../service';

/** Tables' files as objects of the lake's buckets. */
export class LakeFiles implements IcebergFiles {
  public constructor(private readonly objects: ObjectStore) {}

  public async read(uri: string): Promise<Buffer> {
    const { bucket, key } = placeOf(uri);
    const chunks: Buffer[] = [];
    for await (const chunk of await this.objects.read(bucket, key)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** The SQL analyzer looks at tables in the middle of its work: it can't wait. */
  public readTextNow(uri: string): string {
    const { bucket, key } = placeOf(uri);
    return readFileSync(this.objects.path(bucket, key), 'utf8');
  }

  public async write(uri: string, bytes: Buffer | string): Promise<void> {
    const { bucket, key } = placeOf(uri);
    await this.objects.write(bucket, key, bytes);
  }

  public async delete(uri: string): Promise<void> {
    const { bucket, key } = placeOf(uri);
    await this.objects.delete(bucket, key);
  }
}

/** `s3://bucket/key`, also with `s3a` and `s3n`. */
export function placeOf(uri: string): { bucket: string; key: string } {
  const match = /^s3[an]?:\/\/([^/]+)\/(.+)$/s.exec(uri);
  if (match) return { bucket: match[1] as string, key: match[2] as string };
  throw new ServiceError(
    'BadRequestException',
    `not the address of an object: "${uri}" → files of tables are in buckets, s3://bucket/key`,
  );
}
