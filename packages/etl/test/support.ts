import { LakeCatalog } from '@lakewright/catalog';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';

export { dataIds, nagFindings, PolicyEvaluator, ResolvedApp } from '../../core/test/support';

/** A lake for what is tested to work in: three zones and their databases, decided by IAM. */
export function lake() {
  const app = new App();
  const stack = new Stack(app, 'Lake');
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  return { app, stack, storage, catalog };
}
