import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { INTRINSIC_NAMES } from '../../../src/services/states/asl/intrinsics';
import type { Case } from './cases/case';
import { ERRORS } from './cases/errors';
import { CHOICES, FLOW } from './cases/flow';
import { INTRINSICS } from './cases/intrinsics';
import { caseLake } from './cases/lake';
import { TWINS } from './cases/twins';
import type { TestLake } from './harness';

let lake: TestLake;
beforeAll(async () => {
  lake = await caseLake();
});
afterAll(async () => await lake.close());

async function run(machine: object, input: unknown): Promise<ApiShape> {
  return await lake.run(machine, input ?? {});
}

async function check({ machine, input, ...wanted }: Omit<Case, 'title'>): Promise<void> {
  const ended = await run(machine, input);
  const said = `${ended.status} ${ended.error ?? ''} ${ended.cause ?? ''}`;
  if (wanted.error === 'TIMED_OUT') return expect(ended.status, said).toBe('TIMED_OUT');
  if (wanted.waits !== undefined) {
    return expect(Math.floor((Date.parse(ended.output.at) - Date.parse(ended.output.from)) / 1000)).toBe(wanted.waits);
  }
  if ('output' in wanted) {
    expect(ended.status, said).toBe('SUCCEEDED');
    return expect(ended.output).toEqual(wanted.output);
  }
  expect(ended.status, said).toBe('FAILED');
  expect(ended.error).toBe(wanted.error);
  if (wanted.cause) expect(ended.cause).toMatch(wanted.cause);
}

const suites = { 'intrinsic functions': INTRINSICS, choices: CHOICES, 'state types': FLOW, errors: ERRORS };

describe.each(Object.entries(suites))('%s', (_, cases) => {
  it.each(cases.map((one) => [one.title, one] as const))('%s', async (_title, one) => await check(one));
});

describe('JSONPath and JSONata say the same', () => {
  it.each(TWINS.map((one) => [one.title, one] as const))('%s', async (_, { path, jsonata, input, ...wanted }) => {
    await check({ machine: path, input, ...wanted });
    await check({ machine: jsonata, input, ...wanted });
  });
});

it('each intrinsic function and each error name has a case', () => {
  const calls = INTRINSICS.map(({ title }) => title).join('\n');
  expect(INTRINSIC_NAMES.filter((name) => name !== 'UUID' && !calls.includes(`States.${name}(`))).toEqual([]);
  expect(new Set([...ERRORS, ...FLOW].map(({ error }) => error).filter((name) => name?.startsWith('States.')))).toEqual(
    new Set([
      ...['States.DataLimitExceeded', 'States.ExceedToleratedFailureThreshold', 'States.ItemReaderFailed'],
      ...['States.NoChoiceMatched', 'States.QueryEvaluationError', 'States.ResultPathMatchFailure'],
      ...['States.ResultWriterFailed', 'States.Runtime', 'States.Timeout'],
    ]),
  );
  const all = [...INTRINSICS, ...CHOICES, ...FLOW, ...ERRORS].length + 2 * TWINS.length;
  expect(all).toBeGreaterThanOrEqual(150);
});
