import { serve, type TestLake, type TestLakeOptions, temporaryLake } from '../server/temporary-lake';
import { onEnd } from '../workspace/temporary-workspace';

interface Client {
  destroy(): void;
}

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

/** The unmodified SDK's client of a service, on a server of its own. */
export async function sdkClient<C extends Client>(
  type: new (config: ClientConfig) => C,
  options: TestLakeOptions = {},
): Promise<{ client: C; lake: TestLake; as(accessKeyId: string): C }> {
  const lake = await temporaryLake(options);
  const { url } = await serve(lake);
  const as = (accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 'any' };
    const client = new type({ endpoint: url, region: 'eu-west-1', credentials, maxAttempts: 1 });
    onEnd(() => client.destroy());
    return client;
  };
  return { client: as('AKIA'), lake, as };
}
