import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FIELDS } from '../../../src/services/states/asl/fields';
import { INTRINSIC_NAMES } from '../../../src/services/states/asl/intrinsics';
import { TestLake } from './harness';

const guide = readFileSync(path.join(__dirname, '../../../../../docs/guides/step-functions.md'), 'utf8');
const row = (name: string): string[] | undefined =>
  new RegExp(`^\\| ${name} \\| (.+) \\|$`, 'm').exec(guide)?.[1]?.split(', ');

it('the guide names the state types, intrinsic functions and operations that there are', async () => {
  const lake = await TestLake.open();
  expect(row('state types')?.sort()).toEqual(Object.keys(FIELDS).sort());
  expect(row('intrinsic functions')?.sort()).toEqual([...INTRINSIC_NAMES].sort());
  expect(row('operations')?.sort()).toEqual(Object.keys(lake.service('states').operations).sort());
  await lake.close();
});
