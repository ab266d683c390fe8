import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { serve, type TestLake, type TestLakeOptions, temporaryLake } from '../../server/temporary-lake';
import { onEnd } from '../../workspace/temporary-workspace';

/** The unmodified SDK on a server of its own. */
export async function s3Client(
  options: TestLakeOptions = {},
  config: S3ClientConfig = {},
): Promise<{ client: S3Client; lake: TestLake; url: string; port: number }> {
  const lake = await temporaryLake(options);
  const { url, port } = await serve(lake);
  const client = new S3Client({
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'any' },
    maxAttempts: 1,
    ...config,
  });
  onEnd(() => client.destroy());
  return { client, lake, url, port };
}
