import { LakeCatalog } from '@lakewright/catalog';
import { LakeEnvironment } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, aws_iam as iam, Stack, type StackProps } from 'aws-cdk-lib';
import { AthenaWorkgroup, type AthenaWorkgroupProps } from '../src';

export { dataIds, nagFindings, PolicyEvaluator, ResolvedApp } from '../../core/test/support';

/** A lake whose workgroup writes into the data sets' bucket. */
export function lake(props: AthenaWorkgroupProps = {}, stackProps: StackProps = {}) {
  const app = new App();
  const stack = new Stack(app, 'Lake', stackProps);
  const storage = new LakeStorage(stack, 'Storage', { environment: LakeEnvironment.sandbox() });
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const workgroup = new AthenaWorkgroup(stack, 'Workgroup', {
    results: storage.datasets.location('results'),
    ...props,
  });
  return { app, stack, storage, catalog, workgroup };
}

/** A stack with a workgroup that has a bucket of its own. */
export function alone(props: AthenaWorkgroupProps = {}, stackProps: StackProps = {}) {
  const app = new App();
  const stack = new Stack(app, 'Alone', stackProps);
  return { app, stack, workgroup: new AthenaWorkgroup(stack, 'Workgroup', props) };
}

export function role(stack: Stack, id: string): iam.Role {
  return new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
}
