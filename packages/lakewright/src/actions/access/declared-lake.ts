import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { classify } from '../../assembly/classify';
import type { Assembly } from '../../assembly/resource';
import { MemoryHost } from '../../host/host';
import { LocalLake } from '../../local-lake';
import type { LakeConfig } from '../../workspace/config';
import { withScratchWorkspace } from '../../workspace/scratch-workspace';
import { deploy } from '../run/deploy';

const DECIDES = /^(AWS::Glue::(Database|Table)|AWS::LakeFormation::.*|Custom::LakewrightLakeFormation.*)$/;

/**
 * A lake as it is after an assembly's next deployment: the workspace's tables and what clients granted, with what the
 * assembly declares. The workspace itself isn't touched, and may be in use.
 */
export async function withDeclaredLake<T>(
  assembly: Assembly,
  workspace: string,
  config: LakeConfig,
  use: (lake: LocalLake) => T,
): Promise<T> {
  return await withScratchWorkspace(async (scratch) => {
    for (const name of ['catalog', path.join('state', 'lakeformation', 'api.json')]) {
      const from = path.join(workspace, name);
      if (existsSync(from)) cpSync(from, path.join(scratch.root, name), { recursive: true });
    }
    const lake = new LocalLake(scratch, config, new MemoryHost(), assembly);
    const classified = classify(lake.resources, lake.services);
    await deploy(
      lake,
      classified.filter(({ resource }) => DECIDES.test(resource.type)),
    );
    return use(lake);
  });
}
