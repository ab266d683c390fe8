import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '../../core/test/support';

test('the README lists every error code of the package, and no other', () => {
  const { used, listed } = errorCodes(join(__dirname, '..'));
  expect(used.length).toBeGreaterThan(0);
  expect(listed).toEqual(used);
});
