import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  type Condition,
  ConditionFailed,
  type ObjectAddress,
  type ObjectStore,
  type StoredObject,
} from './object-store';

/** Amazon S3. */
export class S3Store implements ObjectStore {
  public constructor(private readonly s3: S3Client) {}

  public async get(address: ObjectAddress): Promise<StoredObject | undefined> {
    try {
      const { Body, ETag = '' } = await this.s3.send(new GetObjectCommand(input(address)));
      return { body: (await Body?.transformToByteArray()) ?? new Uint8Array(), etag: ETag };
    } catch (error) {
      if (named(error, 'NoSuchKey', 'NotFound')) return undefined;
      // S3 says so, too, for an object that isn't there, to those who may list only a prefix of the bucket
      if (named(error, 'AccessDenied', 'Forbidden') && !(await this.exists(address))) return undefined;
      throw error;
    }
  }

  public async put(address: ObjectAddress, body: Uint8Array | string, condition?: Condition): Promise<void> {
    const only = !condition ? {} : 'etag' in condition ? { IfMatch: condition.etag } : { IfNoneMatch: '*' };
    try {
      await this.s3.send(new PutObjectCommand({ ...input(address), Body: body, ...only }));
    } catch (error) {
      // the second: another conditional write was under way; the third: the object that had to match is gone
      const lost = named(error, 'PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey');
      if (condition && lost) throw new ConditionFailed(`s3://${address.bucket}/${address.key} has changed`);
      throw error;
    }
  }

  public async copy(source: ObjectAddress, target: ObjectAddress): Promise<boolean> {
    const CopySource = `${source.bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`;
    try {
      await this.s3.send(new CopyObjectCommand({ ...input(target), CopySource }));
      return true;
    } catch (error) {
      if (named(error, 'NoSuchKey', 'NotFound')) return false;
      if (named(error, 'AccessDenied', 'Forbidden') && !(await this.exists(source))) return false;
      throw error;
    }
  }

  public async delete(address: ObjectAddress): Promise<void> {
    await this.s3.send(new DeleteObjectCommand(input(address)));
  }

  public async list({ bucket, key }: ObjectAddress): Promise<{ key: string; modified: number }[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key }));
    return Contents.map(({ Key = '', LastModified }) => ({ key: Key, modified: LastModified?.getTime() ?? 0 }));
  }

  private async exists(address: ObjectAddress): Promise<boolean> {
    const found = await this.list(address);
    return found.some(({ key }) => key === address.key);
  }
}

function input({ bucket, key }: ObjectAddress) {
  return { Bucket: bucket, Key: key };
}

function named(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
