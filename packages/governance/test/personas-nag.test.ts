import { DataLocation } from '@lakewright/core';
import type { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import { Federation, LakeUsers, Persona, PersonaKind } from '../src';
import { emptyStack, nagFindings, zoneBucket } from './personas.support';

const federation = Federation.identityCenter('Lake');

test('cdk-nag finds nothing in personas and users that is not acknowledged with its reason', () => {
  const stack = emptyStack();
  const raw = DataLocation.of(zoneBucket(stack, 'Raw'));
  new Persona(stack, 'Analyst', { federation, kind: PersonaKind.analyst({ denied: [raw] }) });
  new Persona(stack, 'Engineer', {
    federation,
    kind: PersonaKind.engineer({ reads: [raw], writes: [raw.location('x')] }),
  });
  new Persona(stack, 'Steward', { federation, kind: PersonaKind.steward() });
  new Persona(stack, 'Debugging', { federation, kind: PersonaKind.debugging({ reads: [raw] }) });
  new LakeUsers(stack, 'Users', { userNames: ['ada'] });
  const given = (finding: string): boolean => /@ Lake\/Raw(Key)?\//.test(finding);
  expect(nagFindings(stack.node.root as App).filter((finding) => !given(finding))).toEqual([]);
});

test('control: the packs object to a role and a user made by hand', () => {
  const stack = emptyStack();
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['lakeformation:ListLFTags'], resources: ['*'] }));
  new iam.User(stack, 'User');
  const packs = nagFindings(stack.node.root as App).map((finding) => finding.split('-')[0]);
  expect(new Set(packs)).toEqual(new Set(['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321']));
});
