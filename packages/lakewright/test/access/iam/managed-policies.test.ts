import { expect, it } from 'vitest';
import { KNOWN_MANAGED_POLICIES, managedPolicy } from '../../../src/access/iam/managed-policies';

it.each(KNOWN_MANAGED_POLICIES)('%s is a policy that can be read', (name) => {
  const policy = managedPolicy(`arn:aws:iam::aws:policy/${name}`);
  expect(policy?.problem).toBeUndefined();
  expect(policy?.statements.length).toBeGreaterThan(0);
  for (const { problem } of policy?.statements ?? []) expect(problem).toBeUndefined();
});

it('another name, or an account of its own, is none of them', () => {
  expect(managedPolicy('arn:aws:iam::aws:policy/AmazonBraketFullAccess')).toBeUndefined();
  expect(managedPolicy('arn:aws:iam::111122223333:policy/AdministratorAccess')).toBeUndefined();
  expect(managedPolicy('arn:aws:iam::aws:policy/constructor')).toBeUndefined();
});
