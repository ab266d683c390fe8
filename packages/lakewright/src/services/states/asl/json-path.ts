import { JSONPath } from 'jsonpath-plus';
import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';

/** What a path may read: `$` the input, `$$` the context object, `$name` a variable. */
export interface PathScope {
  readonly input: ApiShape;
  readonly context: ApiShape;
  readonly variables: Readonly<Record<string, ApiShape>>;
}

const SEGMENT = /^(?:\.([\p{L}_][\p{L}\p{N}_-]*)|\[(-?\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])/u;

/**
 * Nothing is at a path.
 *
 * The Developer Guide has States.ParameterPathFailure for it; what executions on AWS show is States.Runtime, which no
 * Retry and no Catch takes.
 */
export class MissingPath extends StatesError {
  constructor(path: string, field: string | undefined, root: ApiShape) {
    const text = JSON.stringify(root) ?? 'nothing';
    const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
    const where = field === undefined ? '' : ` specified for the field '${field}'`;
    super('States.Runtime', `The JSONPath '${path}'${where} could not be found in the input '${shown}'`, field);
  }
}

/**
 * The value at a path. Paths with filters, wildcards, slices or `..` give a list.
 *
 * @param field the state's field that has the path, for messages
 * @throws MissingPath
 */
export function readPath(path: string, scope: PathScope, field?: string): ApiShape {
  const { root, rest } = rootOf(path, scope);
  const { segments, tail } = split(rest);
  let value = root;
  for (const segment of segments) {
    if (!hasMember(value, segment)) throw new MissingPath(path, field, root);
    value = member(value, segment);
  }
  if (tail === '') return value;
  try {
    return JSONPath({ path: `$${tail}`, json: value, wrap: true, eval: 'safe', resultType: 'value' }) ?? [];
  } catch (error) {
    throw new StatesError('States.Runtime', `Invalid path '${path}': ${(error as Error).message}`);
  }
}

/** Whether something is at the path, null included. */
export function isPresent(path: string, scope: PathScope): boolean {
  try {
    readPath(path, scope);
    return true;
  } catch (error) {
    if (error instanceof MissingPath) return false;
    throw error;
  }
}

/**
 * A copy of `target` with the value put at a reference path; objects on the way are made.
 *
 * @throws StatesError States.ResultPathMatchFailure where the path leads through something that is no object
 */
export function writePath(path: string, target: ApiShape, value: ApiShape): ApiShape {
  const { segments, tail } = split(path.slice(1));
  if (!path.startsWith('$') || tail !== '') {
    throw new StatesError(
      'States.Runtime',
      `'${path}' is no reference path: it may not use filters, wildcards or slices`,
    );
  }
  return put(target, segments, value, path);
}

function put(target: ApiShape, [head, ...rest]: (string | number)[], value: ApiShape, path: string): ApiShape {
  if (head === undefined) return value;
  if (typeof head === 'number') {
    if (!Array.isArray(target) || head < 0 || head >= target.length) throw mismatch(path, target);
    return target.map((entry, index) => (index === head ? put(entry, rest, value, path) : entry));
  }
  const holder = target ?? {};
  if (typeof holder !== 'object' || Array.isArray(holder)) throw mismatch(path, target);
  return Object.fromEntries([
    ...Object.entries(holder).filter(([key]) => key !== head),
    [head, put(Object.hasOwn(holder, head) ? holder[head] : undefined, rest, value, path)],
  ]);
}

function rootOf(path: string, scope: PathScope): { root: ApiShape; rest: string } {
  if (path.startsWith('$$')) return { root: scope.context, rest: path.slice(2) };
  const variable = /^\$([\p{L}_][\p{L}\p{N}_]*)/u.exec(path)?.[1];
  if (variable !== undefined) {
    if (!Object.hasOwn(scope.variables, variable)) {
      throw new StatesError('States.QueryEvaluationError', `The variable '$${variable}' is not assigned`);
    }
    return { root: scope.variables[variable], rest: path.slice(variable.length + 1) };
  }
  if (!path.startsWith('$')) throw new StatesError('States.Runtime', `Invalid path '${path}': it must start with '$'`);
  return { root: scope.input, rest: path.slice(1) };
}

/** The plain members at the front of a path, and what comes from the first filter, wildcard or slice on. */
function split(rest: string): { segments: (string | number)[]; tail: string } {
  const segments: (string | number)[] = [];
  let tail = rest;
  for (let match = SEGMENT.exec(tail); match !== null; match = SEGMENT.exec(tail)) {
    const [text, name, index, single, double] = match;
    segments.push(index === undefined ? (name ?? (single ?? double ?? '').replace(/\\(.)/g, '$1')) : Number(index));
    tail = tail.slice(text.length);
  }
  return { segments, tail };
}

function hasMember(value: ApiShape, segment: string | number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return typeof segment === 'number' && member(value, segment) !== undefined;
  return Object.hasOwn(value, segment);
}

function member(value: ApiShape, segment: string | number): ApiShape {
  return Array.isArray(value) && typeof segment === 'number' ? value.at(segment) : value[segment];
}

function mismatch(path: string, target: ApiShape): StatesError {
  const kind = Array.isArray(target) ? 'a list' : typeof target;
  return new StatesError('States.ResultPathMatchFailure', `Unable to apply ReferencePath '${path}' to ${kind}`);
}
