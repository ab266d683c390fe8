import { chain, inside, jsonataTask, one, task } from './case';

/** One machine in the two query languages: both give the same. */
export interface Twins {
  readonly title: string;
  readonly path: object;
  readonly jsonata: object;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: string;
}

const JSONATA = { QueryLanguage: 'JSONata' };
const pass = (parameters: object, output: unknown) => ({
  path: one({ Type: 'Pass', Parameters: parameters }),
  jsonata: one({ Type: 'Pass', Output: output }, JSONATA),
});

export const TWINS: readonly Twins[] = [
  {
    title: 'the input goes on',
    path: one({ Type: 'Pass' }),
    jsonata: one({ Type: 'Pass' }, JSONATA),
    input: { a: 1 },
    output: { a: 1 },
  },
  { title: 'literals', ...pass({ a: 1, b: ['x', null] }, { a: 1, b: ['x', null] }), output: { a: 1, b: ['x', null] } },
  {
    title: 'a member',
    ...pass({ 'x.$': '$.a.b' }, { x: '{% $states.input.a.b %}' }),
    input: { a: { b: 2 } },
    output: { x: 2 },
  },
  {
    title: 'an item',
    ...pass({ 'x.$': '$.a[1]' }, { x: '{% $states.input.a[1] %}' }),
    input: { a: [1, 2] },
    output: { x: 2 },
  },
  {
    title: 'the last item',
    ...pass({ 'x.$': '$.a[-1]' }, { x: '{% $states.input.a[-1] %}' }),
    input: { a: [1, 2] },
    output: { x: 2 },
  },
  {
    title: 'all members of a list',
    ...pass({ 'x.$': '$.a[*].b' }, { x: '{% $states.input.a.b %}' }),
    input: { a: [{ b: 1 }, { b: 2 }] },
    output: { x: [1, 2] },
  },
  {
    title: 'a filter',
    ...pass({ 'x.$': '$.a[?(@.b > 1)].b' }, { x: '{% $states.input.a[b > 1].b[] %}' }),
    input: { a: [{ b: 1 }, { b: 2 }] },
    output: { x: [2] },
  },
  {
    title: 'the context object',
    ...pass({ 'x.$': '$$.State.Name' }, { x: '{% $states.context.State.Name %}' }),
    output: { x: 'S' },
  },
  {
    title: "the execution's input",
    ...pass({ 'x.$': '$$.Execution.Input.k' }, { x: '{% $states.context.Execution.Input.k %}' }),
    input: { k: 'v' },
    output: { x: 'v' },
  },
  {
    title: 'text is put together',
    ...pass({ 'x.$': "States.Format('{}-{}', $.a, $.n)" }, { x: '{% $states.input.a & "-" & $states.input.n %}' }),
    input: { a: 'v', n: 1 },
    output: { x: 'v-1' },
  },
  {
    title: 'sums',
    ...pass({ 'x.$': 'States.MathAdd($.n, 2)' }, { x: '{% $states.input.n + 2 %}' }),
    input: { n: 1 },
    output: { x: 3 },
  },
  {
    title: 'partitions',
    ...pass({ 'x.$': 'States.ArrayPartition($.a, 2)' }, { x: '{% $partition($states.input.a, 2) %}' }),
    input: { a: [1, 2, 3] },
    output: { x: [[1, 2], [3]] },
  },
  {
    title: 'ranges',
    ...pass({ 'x.$': 'States.ArrayRange(0, 6, 3)' }, { x: '{% $range(0, 6, 3) %}' }),
    output: { x: [0, 3, 6] },
  },
  {
    title: 'hashes',
    ...pass({ 'x.$': "States.Hash('abc', 'MD5')" }, { x: "{% $hash('abc', 'MD5') %}" }),
    output: { x: '900150983cd24fb0d6963f7d28e17f72' },
  },
  {
    title: 'random numbers with a seed stay in range',
    path: one({
      Type: 'Pass',
      Parameters: { 'x.$': 'States.ArrayContains(States.ArrayRange(0, 9, 1), States.MathRandom(0, 10, 4))' },
    }),
    jsonata: one({ Type: 'Pass', Output: { x: '{% $floor($random(4) * 10) in [0..9] %}' } }, JSONATA),
    output: { x: true },
  },
  {
    title: 'parsing',
    ...pass({ 'x.$': 'States.StringToJson($.j)' }, { x: '{% $parse($states.input.j) %}' }),
    input: { j: '{"a":[1]}' },
    output: { x: { a: [1] } },
  },
  {
    title: 'printing',
    ...pass({ 'x.$': 'States.JsonToString($.a)' }, { x: '{% $string($states.input.a) %}' }),
    input: { a: [1, 'b'] },
    output: { x: '[1,"b"]' },
  },
  {
    title: 'splitting',
    ...pass({ 'x.$': "States.StringSplit($.s, ',')" }, { x: '{% $split($states.input.s, ",") %}' }),
    input: { s: 'a,b' },
    output: { x: ['a', 'b'] },
  },
  {
    title: 'Base64',
    ...pass({ 'x.$': "States.Base64Encode('lake')" }, { x: '{% $base64encode("lake") %}' }),
    output: { x: 'bGFrZQ==' },
  },
  {
    title: 'distinct items',
    ...pass({ 'x.$': 'States.ArrayUnique($.a)' }, { x: '{% $distinct($states.input.a) %}' }),
    input: { a: [1, 2, 1] },
    output: { x: [1, 2] },
  },
  {
    title: 'merging',
    ...pass({ 'x.$': 'States.JsonMerge($.a, $.b, false)' }, { x: '{% $merge([$states.input.a, $states.input.b]) %}' }),
    input: { a: { x: 1, y: 1 }, b: { y: 2 } },
    output: { x: { x: 1, y: 2 } },
  },
  {
    title: 'counting',
    ...pass({ 'x.$': 'States.ArrayLength($.a)' }, { x: '{% $count($states.input.a) %}' }),
    input: { a: [1, 2] },
    output: { x: 2 },
  },
  {
    title: 'variables outlive the state that assigned them',
    path: chain({
      A: { Type: 'Pass', Assign: { 'v.$': '$.a', w: 1 } },
      B: { Type: 'Pass', Result: 0 },
      C: { Type: 'Pass', Parameters: { 'v.$': '$v', 'w.$': '$w' } },
    }),
    jsonata: chain(
      {
        A: { Type: 'Pass', Assign: { v: '{% $states.input.a %}', w: 1 } },
        B: { Type: 'Pass', Output: 0 },
        C: { Type: 'Pass', Output: { v: '{% $v %}', w: '{% $w %}' } },
      },
      JSONATA,
    ),
    input: { a: 'x' },
    output: { v: 'x', w: 1 },
  },
  {
    title: 'an Assign sees the variables of before it',
    path: chain({
      A: { Type: 'Pass', Assign: { x: 1, y: 2 } },
      B: { Type: 'Pass', Assign: { 'x.$': '$y', 'y.$': '$x' } },
      C: { Type: 'Pass', Parameters: { 'x.$': '$x', 'y.$': '$y' } },
    }),
    jsonata: chain(
      {
        A: { Type: 'Pass', Assign: { x: 1, y: 2 } },
        B: { Type: 'Pass', Assign: { x: '{% $y %}', y: '{% $x %}' } },
        C: { Type: 'Pass', Output: { x: '{% $x %}', y: '{% $y %}' } },
      },
      JSONATA,
    ),
    output: { x: 2, y: 1 },
  },
  {
    title: "a state's output sees the variables of before its Assign",
    path: chain({
      A: { Type: 'Pass', Assign: { x: 1 } },
      B: { Type: 'Pass', Assign: { x: 2 }, Parameters: { 'x.$': '$x' } },
    }),
    jsonata: chain(
      { A: { Type: 'Pass', Assign: { x: 1 } }, B: { Type: 'Pass', Assign: { x: 2 }, Output: { x: '{% $x %}' } } },
      JSONATA,
    ),
    output: { x: 1 },
  },
  {
    title: 'a branch reads outer variables; what it assigns stays inside',
    path: chain({
      A: { Type: 'Pass', Assign: { x: 1 } },
      P: {
        Type: 'Parallel',
        Branches: [
          chain({
            B: { Type: 'Pass', Assign: { inside: 5 } },
            C: { Type: 'Pass', Parameters: { 'sum.$': 'States.MathAdd($x, $inside)' } },
          }),
        ],
      },
      D: { Type: 'Pass', Parameters: { 'got.$': '$[0].sum', 'x.$': '$x' } },
    }),
    jsonata: chain(
      {
        A: { Type: 'Pass', Assign: { x: 1 } },
        P: {
          Type: 'Parallel',
          Branches: [
            chain({
              B: { Type: 'Pass', Assign: { inside: 5 } },
              C: { Type: 'Pass', Output: { sum: '{% $x + $inside %}' } },
            }),
          ],
        },
        D: { Type: 'Pass', Output: { got: '{% $states.input[0].sum %}', x: '{% $x %}' } },
      },
      JSONATA,
    ),
    output: { got: 6, x: 1 },
  },
  {
    title: "a task's parameters and result",
    path: one(task({ Give: { 'k.$': '$.a' } }, { ResultSelector: { 'r.$': '$.k' } })),
    jsonata: one(
      jsonataTask({ Give: { k: '{% $states.input.a %}' } }, { Output: { r: '{% $states.result.k %}' } }),
      JSONATA,
    ),
    input: { a: 4 },
    output: { r: 4 },
  },
  {
    title: 'a result beside the input',
    path: one(task({ Give: 1 }, { ResultPath: '$.r' })),
    jsonata: one(jsonataTask({ Give: 1 }, { Output: '{% $merge([$states.input, {"r": $states.result}]) %}' }), JSONATA),
    input: { a: 4 },
    output: { a: 4, r: 1 },
  },
  {
    title: 'a caught error',
    path: chain({
      A: task(
        { Fail: 'Glue.Broken' },
        { Catch: [{ ErrorEquals: ['Glue.Broken'], Next: 'C', ResultPath: '$.e' }], Next: 'B' },
      ),
      B: { Type: 'Fail' },
      C: { Type: 'Pass', Parameters: { 'e.$': '$.e.Error', 'a.$': '$.a' } },
    }),
    jsonata: chain(
      {
        A: jsonataTask(
          { Fail: 'Glue.Broken' },
          {
            Catch: [
              {
                ErrorEquals: ['Glue.Broken'],
                Next: 'C',
                Output: { e: '{% $states.errorOutput.Error %}', a: '{% $states.input.a %}' },
              },
            ],
            Next: 'B',
          },
        ),
        B: { Type: 'Fail' },
        C: { Type: 'Pass' },
      },
      JSONATA,
    ),
    input: { a: 1 },
    output: { e: 'Glue.Broken', a: 1 },
  },
  {
    title: 'a Catch assigns',
    path: chain({
      A: task(
        { Fail: 'X' },
        { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C', Assign: { 'e.$': '$.Error' } }], Next: 'C' },
      ),
      C: { Type: 'Pass', Parameters: { 'e.$': '$e' } },
    }),
    jsonata: chain(
      {
        A: jsonataTask(
          { Fail: 'X' },
          {
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C', Assign: { e: '{% $states.errorOutput.Error %}' } }],
            Next: 'C',
          },
        ),
        C: { Type: 'Pass', Output: { e: '{% $e %}' } },
      },
      JSONATA,
    ),
    output: { e: 'X' },
  },
  {
    title: 'an uncaught error',
    path: one(task({ Fail: 'Glue.Broken' })),
    jsonata: one(jsonataTask({ Fail: 'Glue.Broken' }), JSONATA),
    error: 'Glue.Broken',
  },
  {
    title: 'a choice',
    path: chain({
      C: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericGreaterThan: 1, Next: 'Big' }], Default: 'Small' },
      Big: { Type: 'Pass', Result: 'big', End: true },
      Small: { Type: 'Pass', Result: 'small', End: true },
    }),
    jsonata: chain(
      {
        C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n > 1 %}', Next: 'Big' }], Default: 'Small' },
        Big: { Type: 'Pass', Output: 'big', End: true },
        Small: { Type: 'Pass', Output: 'small', End: true },
      },
      JSONATA,
    ),
    input: { n: 2 },
    output: 'big',
  },
  {
    title: 'a choice rule assigns, and the default does not',
    path: chain({
      C: {
        Type: 'Choice',
        Choices: [{ Variable: '$.n', IsPresent: true, Assign: { v: 'rule' }, Next: 'D' }],
        Default: 'D',
        Assign: { v: 'state' },
      },
      D: { Type: 'Pass', Parameters: { 'v.$': '$v' } },
    }),
    jsonata: chain(
      {
        C: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $exists($states.input.n) %}', Assign: { v: 'rule' }, Next: 'D' }],
          Default: 'D',
          Assign: { v: 'state' },
        },
        D: { Type: 'Pass', Output: { v: '{% $v %}' } },
      },
      JSONATA,
    ),
    input: {},
    output: { v: 'state' },
  },
  {
    title: 'no rule holds',
    path: chain({
      C: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericEquals: 1, Next: 'D' }] },
      D: { Type: 'Succeed' },
    }),
    jsonata: chain(
      {
        C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n = 1 %}', Next: 'D' }] },
        D: { Type: 'Succeed' },
      },
      JSONATA,
    ),
    input: { n: 2 },
    error: 'States.NoChoiceMatched',
  },
  {
    title: 'a Fail state says why',
    path: one({ Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('{}!', $.c)", End: undefined }),
    jsonata: one(
      { Type: 'Fail', Error: '{% $states.input.e %}', Cause: '{% $states.input.c & "!" %}', End: undefined },
      JSONATA,
    ),
    input: { e: 'Mine', c: 'why' },
    error: 'Mine',
  },
  {
    title: 'a wait by the input',
    path: one({ Type: 'Wait', SecondsPath: '$.s' }),
    jsonata: one({ Type: 'Wait', Seconds: '{% $states.input.s %}' }, JSONATA),
    input: { s: 3600 },
    output: { s: 3600 },
  },
  {
    title: 'a Map over items',
    path: one({
      Type: 'Map',
      ItemsPath: '$.l',
      ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'k.$': '$.k' },
      ItemProcessor: inside({ Type: 'Pass', Parameters: { 'r.$': "States.Format('{}{}{}', $.k, $.i, $.v)" } }),
    }),
    jsonata: one(
      {
        Type: 'Map',
        Items: '{% $states.input.l %}',
        ItemSelector: {
          i: '{% $states.context.Map.Item.Index %}',
          v: '{% $states.context.Map.Item.Value %}',
          k: '{% $states.input.k %}',
        },
        ItemProcessor: inside({
          Type: 'Pass',
          Output: { r: '{% $states.input.k & $states.input.i & $states.input.v %}' },
        }),
      },
      JSONATA,
    ),
    input: { l: ['a', 'b'], k: '#' },
    output: [{ r: '#0a' }, { r: '#1b' }],
  },
  {
    title: 'a Map over nothing',
    path: one({ Type: 'Map', ItemsPath: '$.l', ItemProcessor: inside({ Type: 'Pass' }) }),
    jsonata: one({ Type: 'Map', Items: '{% $states.input.l %}', ItemProcessor: inside({ Type: 'Pass' }) }, JSONATA),
    input: { l: [] },
    output: [],
  },
  {
    title: 'a Parallel and its result',
    path: one({
      Type: 'Parallel',
      Branches: [
        inside({ Type: 'Pass', Result: 1 }),
        { StartAt: 'T', States: { T: { Type: 'Pass', Result: 2, End: true } } },
      ],
      ResultSelector: { 'a.$': '$[0]', 'b.$': '$[1]' },
    }),
    jsonata: one(
      {
        Type: 'Parallel',
        Branches: [
          inside({ Type: 'Pass', Output: 1 }),
          { StartAt: 'T', States: { T: { Type: 'Pass', Output: 2, End: true } } },
        ],
        Output: { a: '{% $states.result[0] %}', b: '{% $states.result[1] %}' },
      },
      JSONATA,
    ),
    output: { a: 1, b: 2 },
  },
  {
    title: 'an error inside of a Map inside of a Parallel has its own name',
    path: one({
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'M',
          States: {
            M: {
              Type: 'Map',
              ItemsPath: '$.l',
              ItemProcessor: { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Deep' } } },
              End: true,
            },
          },
        },
      ],
    }),
    jsonata: one(
      {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'M',
            States: {
              M: {
                Type: 'Map',
                Items: '{% $states.input.l %}',
                ItemProcessor: { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Deep' } } },
                End: true,
              },
            },
          },
        ],
      },
      JSONATA,
    ),
    input: { l: [1] },
    error: 'Deep',
  },
  {
    title: 'Succeed ends early, with its output',
    path: { StartAt: 'S', States: { S: { Type: 'Succeed', OutputPath: '$.a' } } },
    jsonata: { StartAt: 'S', States: { S: { Type: 'Succeed', Output: '{% $states.input.a %}' } }, ...JSONATA },
    input: { a: 7 },
    output: 7,
  },
];
