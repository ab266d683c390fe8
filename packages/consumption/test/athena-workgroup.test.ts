import { App, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { AthenaWorkgroup } from '../src';

test('smoke', () => {
  const app = new App();
  const stack = new Stack(app, 'S');
  const w = new AthenaWorkgroup(stack, 'W');
  const role = new iam.Role(stack, 'R', { assumedBy: new iam.AccountRootPrincipal() });
  w.grants.query(role);
  expect(w.resultLocation(role.withoutPolicyUpdates()).prefix).toEqual(w.resultLocation(role).prefix);
  console.log(JSON.stringify(Template.fromStack(stack).toJSON(), null, 1));
});
