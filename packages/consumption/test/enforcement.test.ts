import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { AthenaWorkgroup, type AthenaWorkgroupProps } from '../src';

function workgroup(props: AthenaWorkgroupProps, principals: number) {
  const stack = new Stack(new App(), 'Lake');
  const made = new AthenaWorkgroup(stack, 'Workgroup', props);
  for (let number = 0; number < principals; number++) {
    made.grants.query(new iam.Role(stack, `Role${number}`, { assumedBy: new iam.AccountRootPrincipal() }));
  }
  const [resource] = Object.values(Template.fromStack(stack).findResources('AWS::Athena::WorkGroup'));
  return resource.Properties.WorkGroupConfiguration;
}

describe('a workgroup overrides what clients say', () => {
  test('as long as one principal uses it', () => {
    expect(workgroup({}, 1).EnforceWorkGroupConfiguration).toBe(true);
    expect(workgroup({}, 2).EnforceWorkGroupConfiguration).toBe(false);
  });

  test('never with enforced: false, so that CTAS may say where its table lies; results still go to the one principal', () => {
    const configuration = workgroup({ enforced: false }, 1);
    expect(configuration.EnforceWorkGroupConfiguration).toBe(false);
    expect(JSON.stringify(configuration.ResultConfiguration.OutputLocation)).toContain('Role0');
  });

  test('and refuses a second principal with enforced: true', () => {
    expect(() => workgroup({ enforced: true }, 2)).toThrow(/^EnforcedForSeveral: .*"Lake\/Workgroup"/);
  });
});
