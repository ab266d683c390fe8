import { expect, test } from 'vitest';
import { alone, nagFindings, role } from './support';

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing in a workgroup that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack, workgroup } = alone();
  workgroup.grants.query(role(stack, 'Analyst'));
  expect(nagFindings(app).filter((finding) => finding.includes('/Workgroup'))).toEqual([]);
});
