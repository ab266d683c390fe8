import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { classify } from '../../assembly/classify';
import type { Assembly } from '../../assembly/resource';
import { Console } from '../../console/console';
import type { Comparable } from '../../console/model/compare';
import type { LocalLake } from '../../local-lake';
import { resultsLocation } from '../query/results-bucket';
import { deploy } from '../run/deploy';
import { fireSchedules } from './schedules';

export interface RunningServer {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** The page on which one sees the lake. */
  readonly consoleUrl: string;
  readonly region: string;
  close(): Promise<void>;
}

/** Says other processes where the server of a workspace is. */
export const SERVER_FILE = 'server.json';

/** Brings the declared resources about, and serves the AWS APIs and the console on a loopback port. */
export async function serve(
  lake: LocalLake,
  port: number,
  assembly: Assembly,
  app: Comparable,
): Promise<RunningServer> {
  // Before anything else: functions that a deployment invokes find the lake there.
  const server = await lake.listen(port);
  await deploy(lake, classify(lake.resources, lake.services));
  resultsLocation(lake); // where `query` of another process asks Athena to put its results
  for (const service of lake.services) service.warmUp?.('clients');
  const file = path.join(lake.workspace.root, SERVER_FILE);
  writeFileSync(file, `${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
  const page = new Console(lake, assembly, app);
  lake.pages = page;
  const stopSchedules = fireSchedules(lake);
  return {
    url: server.url,
    consoleUrl: `${server.url}${Console.path}`,
    region: lake.region,
    async close() {
      stopSchedules();
      lake.pages = undefined;
      await page.close();
      rmSync(file, { force: true });
      await server.close();
    },
  };
}
