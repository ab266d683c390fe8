import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateDefinition } from '../../../src/services/states/asl/validate';
import { TestLake } from './harness';

const names = ['A', 'B', 'C', '__proto__', 'constructor'];
const name = fc.constantFrom(...names);
const path = fc.constantFrom(
  '$',
  '$.a',
  '$.a.b',
  '$.list[0]',
  '$.list[*]',
  '$$.State.Name',
  '$v',
  '$..x',
  '$.a[?(@.b)]',
  '$[',
  'x',
  '$.list[-1]',
);
const expression = fc.constantFrom(
  '{% $states.input %}',
  '{% $states.input.a %}',
  '{% 1/0 %}',
  '{% $nope() %}',
  '{% [1..3] %}',
  '{% ( %}',
  '{% function($x){$x} %}',
);
const call = fc.constantFrom(
  "States.Format('{}', $.a)",
  'States.Array(1, $.a)',
  'States.ArrayLength($.list)',
  'States.Nope()',
  'States.UUID(',
  'States.MathAdd(1, $.a)',
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -1, 2.5, '', 'x'),
    path,
    expression,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'x.$', '__proto__'), tie('value'), { maxKeys: 3 }),
  ),
}));
const template = fc.oneof(value, fc.record({ 'x.$': fc.oneof(path, call), y: value }));
const errors = fc.oneof(
  fc.array(fc.constantFrom('States.ALL', 'States.TaskFailed', 'E', 'States.Runtime'), { maxLength: 2 }),
  value,
);

/** States that are mostly right, with fields of any kind now and then. */
const state = fc.oneof(
  { weight: 1, arbitrary: value },
  {
    weight: 12,
    arbitrary: fc.record(
      {
        Type: fc.constantFrom('Pass', 'Task', 'Choice', 'Wait', 'Succeed', 'Fail', 'Parallel', 'Map', 'Nope'),
        Next: fc.oneof({ weight: 5, arbitrary: name }, value),
        End: fc.oneof(fc.constant(true), value),
        InputPath: fc.oneof(path, value),
        OutputPath: fc.oneof(path, value),
        ResultPath: fc.oneof(path, value),
        Parameters: template,
        Arguments: template,
        Output: template,
        Assign: template,
        Result: value,
        QueryLanguage: fc.constantFrom('JSONPath', 'JSONata', 'x'),
        Seconds: fc.oneof(fc.integer({ min: 0, max: 9 }), value),
        Resource: fc.constantFrom(
          'arn:aws:states:::nope:nope',
          'arn:aws:states:::aws-sdk:states:listStateMachines',
          'x',
        ),
        Choices: fc.oneof(
          fc.array(
            fc.record(
              { Variable: path, IsPresent: fc.boolean(), Next: name, Condition: expression },
              { requiredKeys: ['Next'] },
            ),
            { maxLength: 2 },
          ),
          value,
        ),
        Default: name,
        Retry: fc.oneof(
          fc.array(fc.record({ ErrorEquals: errors, MaxAttempts: fc.constantFrom(0, 1, null) }), { maxLength: 2 }),
          value,
        ),
        Catch: fc.oneof(
          fc.array(fc.record({ ErrorEquals: errors, Next: name, ResultPath: path }), { maxLength: 2 }),
          value,
        ),
        Branches: fc.oneof(fc.constant([{ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }]), value),
        ItemProcessor: fc.oneof(fc.constant({ StartAt: 'I', States: { I: { Type: 'Pass', End: true } } }), value),
        ItemsPath: path,
        ItemSelector: template,
        MaxConcurrency: fc.oneof(fc.constant(1), value),
        Error: fc.oneof(fc.constant('E'), value),
        Cause: value,
      },
      { requiredKeys: ['Type'] },
    ),
  },
);
const definition = fc.record(
  {
    StartAt: name,
    States: fc.oneof(
      { weight: 9, arbitrary: fc.dictionary(name, state, { minKeys: 1, maxKeys: 3 }) },
      { weight: 1, arbitrary: value },
    ),
    QueryLanguage: fc.constantFrom('JSONPath', 'JSONata'),
  },
  { requiredKeys: ['StartAt', 'States'] },
);

/** Small machines whose fields belong to their type: most of them are valid. */
const valid = fc
  .tuple(
    fc.oneof(
      fc.record(
        {
          Type: fc.constant('Pass'),
          Parameters: template,
          ResultPath: fc.oneof(path, fc.constant(null)),
          InputPath: path,
        },
        { requiredKeys: ['Type'] },
      ),
      fc.record(
        {
          Type: fc.constant('Pass'),
          QueryLanguage: fc.constant('JSONata'),
          Output: value,
          Assign: fc.constant({ v: 1 }),
        },
        { requiredKeys: ['Type', 'QueryLanguage'] },
      ),
      fc.record({ Type: fc.constant('Wait'), SecondsPath: path }),
      fc.record({ Type: fc.constant('Wait'), Timestamp: value }),
      fc.record(
        {
          Type: fc.constant('Task'),
          Resource: fc.constantFrom('arn:aws:states:::nope:nope', 'arn:aws:states:::aws-sdk:sfn:listStateMachines'),
          Parameters: template,
        },
        { requiredKeys: ['Type', 'Resource'] },
      ),
      fc.record(
        {
          Type: fc.constant('Map'),
          ItemsPath: path,
          ItemSelector: template,
          MaxConcurrency: value,
          ItemProcessor: fc.constant({ StartAt: 'I', States: { I: { Type: 'Pass', End: true } } }),
        },
        { requiredKeys: ['Type', 'ItemProcessor'] },
      ),
    ),
    fc.record({ Variable: path, IsPresent: fc.boolean() }),
    fc.option(fc.constant([{ ErrorEquals: ['States.ALL'], ResultPath: '$.e', Next: 'C' }]), { nil: undefined }),
  )
  .map(([first, rule, Catch]) => ({
    StartAt: 'A',
    States: {
      A: { ...first, Next: 'B', ...(Catch && ['Task', 'Map'].includes(first.Type) && { Catch }) },
      B: { Type: 'Choice', Choices: [{ ...rule, Next: 'C' }], Default: 'C' },
      C: { Type: 'Succeed' },
    },
  }));

describe('whatever a definition holds', () => {
  let lake: TestLake;
  beforeAll(async () => {
    lake = await TestLake.open();
  });
  afterAll(async () => await lake.close());

  it('checking it gives diagnostics, never a crash', () => {
    fc.assert(
      fc.property(fc.oneof(definition, value), (document) => {
        for (const { message, location } of validateDefinition(JSON.parse(JSON.stringify(document) ?? 'null'))) {
          expect(message).not.toMatch(/\[object/);
          expect(location).toMatch(/^\//);
        }
      }),
      { numRuns: 3000, seed: 20261121 },
    );
  });

  it('what passes the check ends with a result or an error of Step Functions', async () => {
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 4, arbitrary: valid }, { weight: 1, arbitrary: definition }),
        value,
        async (document, input) => {
          const machine = JSON.parse(JSON.stringify({ TimeoutSeconds: 1_000_000, ...document }));
          if (validateDefinition(machine).length > 0) return;
          ran += 1;
          const ended = await lake.run(machine, input ?? null, 'fuzz'.concat(String(ran)));
          expect(['SUCCEEDED', 'FAILED', 'TIMED_OUT']).toContain(ended.status);
          expect(ended.cause ?? '').not.toMatch(/^Lakewright: /);
        },
      ),
      { numRuns: 250, seed: 20261121 },
    );
    expect(ran).toBeGreaterThan(50);
  });

  it('depth is a diagnostic', async () => {
    const deep = `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`;
    const { result } = await lake.states('ValidateStateMachineDefinition', { definition: deep });
    expect(result).toBe('FAIL');
  });
});
