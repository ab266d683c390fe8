import { randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';
import { hash, partition, random, range } from './intrinsics';

/** What an expression sees as `$states` and as variables. */
export interface JsonataScope {
  readonly input: ApiShape;
  readonly context: ApiShape;
  readonly variables: Readonly<Record<string, ApiShape>>;
  /** Of a Task, Map or Parallel state that succeeded. */
  readonly result?: ApiShape;
  /** In a Catch. */
  readonly errorOutput?: ApiShape;
}

/** `{% … %}`: the whole text is one expression. */
export function expressionOf(text: string): string | undefined {
  return /^\{%([\s\S]*)%\}$/.exec(text)?.[1];
}

/**
 * Every `{% … %}` of a value, evaluated; the rest stays as it is.
 *
 * @param field where the value stands in the state, for messages
 */
export async function evaluateAll(value: ApiShape, scope: JsonataScope, field: string): Promise<ApiShape> {
  if (typeof value === 'string') {
    const expression = expressionOf(value);
    return expression === undefined ? value : await evaluate(expression, scope, field);
  }
  if (Array.isArray(value)) {
    return await Promise.all(value.map((entry, index) => evaluateAll(entry, scope, `${field}[${index}]`)));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      async ([key, entry]) => [key, await evaluateAll(entry, scope, `${field}/${key}`)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
  return value;
}

/** @throws StatesError States.QueryEvaluationError */
async function evaluate(expression: string, scope: JsonataScope, field: string): Promise<ApiShape> {
  const states = { input: scope.input, context: scope.context, result: scope.result, errorOutput: scope.errorOutput };
  let text: string | undefined;
  try {
    const value = await compile(expression).evaluate(undefined, { ...scope.variables, states, ...AWS_FUNCTIONS });
    // JSONata's lists carry hidden members: a plain copy is what a machine sees.
    text = JSON.stringify(value, noFunctions);
  } catch (error) {
    throw failure(expression, field, error instanceof StatesError ? error.causeText : messageOf(error));
  }
  if (text === undefined) throw failure(expression, field, 'it gives nothing');
  return JSON.parse(text);
}

/** JSONata's own errors are objects with a code: `T2001: The left side …`. */
function messageOf(error: ApiShape): string {
  return error.code === undefined ? error.message : `${error.code}: ${error.message}`;
}

function noFunctions(_: string, value: ApiShape): ApiShape {
  if (typeof value === 'function' || value?._jsonata_lambda === true) throw new Error('it gives a function');
  return value;
}

/** Why an expression can't run, undefined if it can: for validation. */
export function expressionProblem(expression: string): string | undefined {
  try {
    compile(expression);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const compiled = new Map<string, jsonata.Expression>();

function compile(expression: string): jsonata.Expression {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  const newer = newerOperator(expression);
  if (newer !== undefined) {
    // Step Functions documents JSONata 2.0.6; these operators came with 2.1.
    throw new Error(`the operator '${newer}' does not exist in JSONata 2.0.6, which Step Functions speaks`);
  }
  if (/\$eval\b/.test(expression)) throw new Error("the function '$eval' is not supported in Step Functions");
  const fresh = jsonata(expression);
  if (compiled.size > 2000) compiled.clear();
  compiled.set(expression, fresh);
  return fresh;
}

/** Finds `??` and `?:` outside of texts, names, comments and regular expressions. */
function newerOperator(expression: string): string | undefined {
  const bare = expression.replace(
    /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\/\*[\s\S]*?\*\/|(?<=(?:^|[(,;:?=<>!&|+*%[{~])\s*)\/(?:[^/\\]|\\.)+\//g,
    ' _ ',
  );
  return /\?\?|\?:/.exec(bare)?.[0];
}

/**
 * Functions that Step Functions adds to JSONata.
 *
 * Source: Step Functions Developer Guide, "JSONata functions provided by Step Functions".
 */
const AWS_FUNCTIONS: Readonly<Record<string, (...args: ApiShape[]) => ApiShape>> = {
  partition: (list, size) => partition(Array.isArray(list) ? list : [list], Math.max(1, Math.round(size))),
  range: (first, last, step) => range(first, last, step, '$range'),
  hash: (data, algorithm) => hash(data, algorithm, '$hash'),
  random: (seed) => random(seed),
  uuid: () => randomUUID(),
  parse: (text) => JSON.parse(text),
};

function failure(expression: string, field: string, reason: string): StatesError {
  return new StatesError(
    'States.QueryEvaluationError',
    `The JSONata expression '${expression.trim()}' specified for the field '${field}' threw an error during evaluation. ${reason}`,
    field,
  );
}
