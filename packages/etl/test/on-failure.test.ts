import { expect, test } from 'vitest';
import { OnFailure } from '../src';

test.each([
  [OnFailure.warn(), 'warn'],
  [OnFailure.quarantine(), 'quarantine'],
  [OnFailure.stop(), 'stop'],
])('each answer to a failure has its own name', (answer, name) => {
  expect(answer.name).toBe(name);
});
