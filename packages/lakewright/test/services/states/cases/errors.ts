import { AT, type Case, chain, DG, inside, one, task } from './case';

const see = `${DG}concepts-error-handling.html`;

/** Whether a Catch with these patterns takes an error. */
const caught = (title: string, failing: object, patterns: readonly string[], taken: boolean, error: string): Case => ({
  title: `${patterns.join(' or ')} ${taken ? 'takes' : 'does not take'} ${title}`,
  machine: chain({
    A: { ...failing, Catch: [{ ErrorEquals: patterns, Next: 'C' }], Next: 'B' },
    B: { Type: 'Fail', Error: 'NotReached' },
    C: { Type: 'Pass', Parameters: { 'e.$': '$.Error' }, End: true },
  }),
  ...(taken ? { output: { e: error } } : { error }),
  see,
});

const named = task({ Fail: 'Glue.EntityNotFoundException' });
const late = task({ Sleep: 5 }, { TimeoutSeconds: 1 });
const path = task({ 'Give.$': '$.nothing' });
const intrinsic = task({ 'Give.$': "States.StringToJson('{')" });
const large = task({ Large: 300_000 });
const unknown = { Type: 'Task', Resource: 'arn:aws:states:::nope:doIt', Parameters: {} };
const jsonata = {
  Type: 'Task',
  QueryLanguage: 'JSONata',
  Resource: 'arn:aws:states:::glue:startJobRun.sync',
  Arguments: { Give: '{% $nothing() %}' },
};
const branch = { Type: 'Parallel', Branches: [inside({ Type: 'Fail', Error: 'Mine', End: undefined })] };
const refused = task({ Fail: 'Glue.AccessDeniedException' });

/** A Catch in a JSONata state hands the error on as `{Error, Cause}`, too. */
export const ERRORS: readonly Case[] = [
  caught("a service's error", named, ['Glue.EntityNotFoundException'], true, 'Glue.EntityNotFoundException'),
  caught("a service's error", named, ['States.ALL'], true, 'Glue.EntityNotFoundException'),
  caught("a service's error", named, ['States.TaskFailed'], true, 'Glue.EntityNotFoundException'),
  caught("a service's error", named, ['Glue.Other', 'States.TaskFailed'], true, 'Glue.EntityNotFoundException'),
  caught("a service's error", named, ['Glue.Other'], false, 'Glue.EntityNotFoundException'),
  caught('a refusal', refused, ['States.TaskFailed'], true, 'Glue.AccessDeniedException'),
  caught('States.Timeout', late, ['States.Timeout'], true, 'States.Timeout'),
  caught('States.Timeout', late, ['States.ALL'], true, 'States.Timeout'),
  caught('States.Timeout', late, ['States.TaskFailed'], false, 'States.Timeout'),
  caught('a path that leads nowhere', path, ['States.ALL'], false, 'States.Runtime'),
  caught('a path that leads nowhere', path, ['States.Runtime'], false, 'States.Runtime'),
  caught('States.IntrinsicFailure', intrinsic, ['States.IntrinsicFailure'], true, 'States.IntrinsicFailure'),
  caught('States.IntrinsicFailure', intrinsic, ['States.ALL'], true, 'States.IntrinsicFailure'),
  caught('States.DataLimitExceeded', large, ['States.DataLimitExceeded'], true, 'States.DataLimitExceeded'),
  caught('States.DataLimitExceeded', large, ['States.ALL'], false, 'States.DataLimitExceeded'),
  caught('States.DataLimitExceeded', large, ['States.TaskFailed'], false, 'States.DataLimitExceeded'),
  caught('a service that is not run here', unknown, ['States.ALL'], false, 'States.Runtime'),
  caught("a branch's error", branch, ['Mine'], true, 'Mine'),
  {
    title: 'States.QueryEvaluationError is caught by its name',
    machine: chain({
      A: { ...jsonata, Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'C' }], Next: 'B' },
      B: { Type: 'Fail', Error: 'NotReached' },
      C: { Type: 'Pass', Parameters: { 'e.$': '$.Error' }, End: true },
    }),
    output: { e: 'States.QueryEvaluationError' },
    see,
  },
  {
    title: 'States.NoChoiceMatched',
    machine: chain({
      C: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'D' }] },
      D: { Type: 'Succeed' },
    }),
    input: { a: 1 },
    error: 'States.NoChoiceMatched',
    see,
  },
  {
    title: 'States.ResultPathMatchFailure',
    machine: one(task({ Give: 1 }, { ResultPath: '$.a.b' })),
    input: { a: 'text' },
    error: 'States.ResultPathMatchFailure',
    see,
  },
  {
    title: 'States.ItemReaderFailed: an object that is not there',
    machine: one({
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Parameters: { Bucket: 'lake-raw', Key: 'none.json' },
      },
      ItemProcessor: inside({ Type: 'Pass' }, 'I', {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      }),
    }),
    error: 'States.ItemReaderFailed',
    cause: /NoSuchKey/,
    see,
  },
  {
    title: 'States.ResultWriterFailed: a bucket that is not there',
    machine: one({
      Type: 'Map',
      ItemProcessor: inside({ Type: 'Pass' }, 'I', {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      }),
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: 'no-such-bucket', Prefix: 'out' },
      },
    }),
    input: [1],
    error: 'States.ResultWriterFailed',
    cause: /NoSuchBucket/,
    see,
  },
  {
    title: 'States.ExceedToleratedFailureThreshold',
    machine: one({
      Type: 'Map',
      ToleratedFailureCount: 1,
      ItemProcessor: inside(task({ 'Fail.$': '$' }), 'I', {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      }),
    }),
    input: ['a', 'b'],
    error: 'States.ExceedToleratedFailureThreshold',
    see,
  },
  {
    title: 'ToleratedFailurePercentagePath tolerates so many',
    machine: one({
      Type: 'Map',
      ItemsPath: '$.l',
      ToleratedFailurePercentagePath: '$.p',
      ItemProcessor: inside(task({ 'Fail.$': '$' }), 'I', {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      }),
      ResultSelector: { 'n.$': 'States.ArrayLength($)' },
    }),
    input: { l: ['a', 'b'], p: 100 },
    output: { n: 2 },
    see,
  },
  {
    title: 'retries count for each retrier of its own',
    machine: one(
      task(
        { FailTimes: 3, Errors: ['X', 'Y', 'X'] },
        {
          Retry: [
            { ErrorEquals: ['X'], MaxAttempts: 2 },
            { ErrorEquals: ['Y'], MaxAttempts: 1 },
          ],
        },
      ),
    ),
    output: { calls: 4 },
    see,
  },
  {
    title: 'the first retrier that takes the error decides',
    machine: one(
      task(
        { FailTimes: 1, Error: 'X' },
        { Retry: [{ ErrorEquals: ['X'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }] },
      ),
    ),
    error: 'X',
    see,
  },
  {
    title: 'three attempts, 1 s and twice as much are the defaults',
    machine: chain({
      A: task({ FailTimes: 3, Error: 'X' }, { Retry: [{ ErrorEquals: ['X'] }] }),
      B: AT,
    }),
    waits: 7,
    see,
  },
  {
    title: 'MaxDelaySeconds caps the delay',
    machine: chain({
      A: task(
        { FailTimes: 3, Error: 'X' },
        { Retry: [{ ErrorEquals: ['X'], IntervalSeconds: 10, BackoffRate: 10, MaxDelaySeconds: 20 }] },
      ),
      B: AT,
    }),
    waits: 50,
    see,
  },
  {
    title: '$$.State.RetryCount counts the attempts',
    machine: one(
      task({ FailTimes: 2, Error: 'X', 'Give.$': '$$.State.RetryCount' }, { Retry: [{ ErrorEquals: ['X'] }] }),
    ),
    output: 2,
    see: `${DG}input-output-contextobject.html`,
  },
  {
    title: 'retries come before the Catch, which takes the last error',
    machine: chain({
      A: task(
        { FailTimes: 9, Error: 'X' },
        { Retry: [{ ErrorEquals: ['X'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['X'], Next: 'C' }], Next: 'C' },
      ),
      C: { Type: 'Pass', OutputPath: '$.Error' },
    }),
    output: 'X',
    see,
  },
  {
    title: 'an unknown variable',
    machine: one({ Type: 'Pass', Parameters: { 'x.$': '$nobody' } }),
    error: 'States.QueryEvaluationError',
    cause: /variable '\$nobody' is not assigned/,
  },
  {
    title: 'an expression that gives a function',
    machine: one({ Type: 'Pass', Output: '{% function($x) { $x } %}' }, { QueryLanguage: 'JSONata' }),
    error: 'States.QueryEvaluationError',
    cause: /gives a function/,
  },
  {
    title: 'an expression that gives nothing',
    machine: one({ Type: 'Pass', Output: { a: '{% $states.input.none %}' } }, { QueryLanguage: 'JSONata' }),
    error: 'States.QueryEvaluationError',
    cause: /specified for the field 'Output\/a' .* it gives nothing/,
  },
  {
    title: 'a Condition that is no boolean',
    machine: chain(
      { C: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'D' }] }, D: { Type: 'Succeed' } },
      { QueryLanguage: 'JSONata' },
    ),
    error: 'States.QueryEvaluationError',
    cause: /no boolean/,
  },
  {
    title: 'a variable of more than 256 KiB',
    machine: chain(
      { A: { Type: 'Pass', Assign: { v: '{% $pad("x", 300000) %}' }, Output: 1 } },
      { QueryLanguage: 'JSONata' },
    ),
    error: 'States.DataLimitExceeded',
    see: `${DG}workflow-variables.html`,
  },
];
