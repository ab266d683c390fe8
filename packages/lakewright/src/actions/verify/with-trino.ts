import path from 'node:path';
import { installTrino } from '../../engines/trino/install';
import { findJava } from '../../engines/trino/java';
import { startTrino } from '../../engines/trino/server';
import type { Host } from '../../host/host';
import type { LocalLake } from '../../local-lake';
import { startServer } from '../../server/server';

/**
 * Starts a real Trino on the lake for as long as `use` needs it; sets it up first where that was never done.
 *
 * @throws LakewrightError LW_JAVA_MISSING before anything is fetched, LW_TRINO_ARCHIVE_MISSING, LW_TRINO_FAILED
 */
export async function withTrino<T>(lake: LocalLake, host: Host, use: (server: string) => Promise<T>): Promise<T> {
  const say = (text: string): void => host.notify({ code: 'LW_TRINO_PROGRESS', level: 'info', text });
  const java = await findJava();
  const trino = await installTrino({ onProgress: say });
  const server = await startServer(lake, lake.services, { port: 0 });
  try {
    say(`starting Trino on Java ${java.version} (15 to 40 s)`);
    const folder = path.join(lake.workspace.tmp, 'trino');
    const running = await startTrino({ java, trino, folder, lake: { url: server.url, region: lake.region } });
    try {
      return await use(running.url);
    } finally {
      await running.stop();
    }
  } finally {
    await server.close();
  }
}
