import { join } from 'node:path';
import { LakeCatalog, LakeDatabase } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import { DbtCode, DbtProject, type DbtProjectProps, LakeNetwork } from '../src';

export const PROJECT = join(__dirname, 'dbt-projects', 'flights');

/** A lake with a dbt project that reads its converted zone and writes two databases of its own. */
export function dbtLake(props: Partial<DbtProjectProps> = {}, stack = new Stack(new App(), 'Lake')) {
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const database = (id: string, databaseName: string) =>
    new LakeDatabase(stack, id, { databaseName, location: storage.datasets.location(databaseName) });
  const workgroup = new AthenaWorkgroup(stack, 'Workgroup', { enforced: false });
  const project = new DbtProject(stack, 'Dbt', {
    code: DbtCode.fromDirectory(PROJECT),
    database: database('Marts', 'marts'),
    moreDatabases: [database('Snapshots', 'snapshots')],
    sources: [catalog.converted],
    workgroup,
    artifacts: storage.datasets.location('_dbt'),
    network: new LakeNetwork(stack, 'Network'),
    ...props,
  });
  return { app: stack.node.root as App, stack, storage, catalog, workgroup, project };
}
