import { athena, clientSettings, remove, requireRuntime, scratch, startServer } from './lake.mjs';
import { alternate, median } from './measure.mjs';

/** `SELECT 1` through the SDK, against as many requests that do nothing. */
export async function select1() {
  const athenaSdk = requireRuntime('@aws-sdk/client-athena');
  const stsSdk = requireRuntime('@aws-sdk/client-sts');
  const workspace = scratch();
  const server = await startServer(workspace);
  try {
    const client = new athenaSdk.AthenaClient(clientSettings(server.url));
    const sts = new stsSdk.STSClient(clientSettings(server.url));
    const requests = [];
    const [queries, empties] = await alternate(
      [
        async () => requests.push((await athena(client, athenaSdk, 'SELECT 1')).requests),
        async () => {
          for (let left = requests.at(-1); left > 0; left--) await sts.send(new stsSdk.GetCallerIdentityCommand({}));
        },
      ],
      { rounds: 200, warmUp: 30 },
    );
    return {
      ratio: median(queries) / median(empties),
      detail: {
        milliseconds: 1000 * median(queries),
        peerMilliseconds: 1000 * median(empties),
        requests: median(requests),
      },
    };
  } finally {
    await server.stop();
    remove(workspace);
  }
}
