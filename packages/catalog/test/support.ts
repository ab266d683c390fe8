import type { DataLocation, IAthenaWorkgroup } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, aws_iam as iam, Stack, type StackProps } from 'aws-cdk-lib';
import { LakeCatalog, type LakeCatalogProps } from '../src';

export { dataIds, nagFindings, PolicyEvaluator, ResolvedApp } from '../../core/test/support';

/** A stack with storage and catalog. */
export function lake(props: Partial<LakeCatalogProps> = {}, stackProps: StackProps = {}) {
  const app = new App();
  const stack = new Stack(app, 'Lake', stackProps);
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { ...(props.zones ? {} : { storage }), ...props });
  return { app, stack, storage, catalog };
}

/** All errors that synthesis would report. */
export function synthErrors(app: App): string {
  try {
    app.synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

/** A workgroup that was made by other means than ours. */
export function workgroup(stack: Stack, results: DataLocation): IAthenaWorkgroup {
  const workgroupArn = stack.formatArn({ service: 'athena', resource: 'workgroup', resourceName: 'ddl' });
  const resultLocation = () => results;
  const query = (grantee: iam.IGrantable) =>
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['athena:StartQueryExecution', 'athena:GetQueryExecution'],
      resourceArns: [workgroupArn],
    }).combine(results.grants.readWrite(grantee));
  return { workgroupName: 'ddl', workgroupArn, resultLocation, grants: { query } };
}
