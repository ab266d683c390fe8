import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../src/actions/run/cause';

const json = (value: unknown) => JSON.stringify(value);

describe('what a run says of a failure', () => {
  test.each([
    ['of a Glue job', json({ JobName: 'convert', ErrorMessage: 'ValueError: no' }), 'ValueError: no'],
    ['of a function', json({ errorType: 'TypeError', errorMessage: 'x is not a function' }), 'x is not a function'],
    ['of a query', json({ QueryExecution: { Status: { StateChangeReason: 'COLUMN_NOT_FOUND' } } }), 'COLUMN_NOT_FOUND'],
    ['of a container', json({ StoppedReason: 'Essential container exited' }), 'Essential container exited'],
    ['of a job below another machine', json({ Cause: json({ ErrorMessage: 'inner' }) }), 'inner'],
    ['without a message known', json({ other: 1 }), '{"other":1}'],
    ['that is a plain text', 'the table is gone', 'the table is gone'],
    ['that only looks like JSON', '{broken', '{broken'],
  ])('is the message %s', (_, cause, expected) => {
    expect(describeFailure('States.TaskFailed', cause)).toBe(`States.TaskFailed: ${expected}`);
  });

  test('is the error alone, or that there is none', () => {
    expect(describeFailure('States.Timeout', undefined)).toBe('States.Timeout');
    expect(describeFailure(undefined, undefined)).toBe('no cause given');
  });
});
