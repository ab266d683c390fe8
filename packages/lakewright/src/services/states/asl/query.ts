import type { ApiShape } from '../../api-shape';
import type { Catcher, QueryLanguage, State } from './definition';
import { StatesError } from './errors';
import { callIntrinsic, isIntrinsic } from './intrinsics';
import { readPath, writePath } from './json-path';
import { evaluateAll } from './jsonata';

/** What expressions of a state may read. */
export interface Scope {
  readonly input: ApiShape;
  readonly context: ApiShape;
  readonly variables: Readonly<Record<string, ApiShape>>;
  readonly result?: ApiShape;
  readonly errorOutput?: ApiShape;
}

/** What a state hands on. */
export interface Handed {
  readonly output: ApiShape;
  readonly assigned: Readonly<Record<string, ApiShape>>;
}

/** The two query languages of the Amazon States Language behind one interface. */
export interface Query {
  readonly language: QueryLanguage;
  /** What the state's fields see as their input. */
  effectiveInput(state: State, scope: Scope): ApiShape;
  /** A field that may be given directly, by path (`SecondsPath`) or by expression. */
  field(holder: ApiShape, name: string, scope: Scope): Promise<ApiShape>;
  /** A payload template or an object with expressions. */
  template(value: ApiShape, scope: Scope): Promise<ApiShape>;
  /** `Parameters` or `Arguments`; the effective input where there are none. */
  arguments(holder: ApiShape, scope: Scope): Promise<ApiShape>;
  /** Output and variables after success. `scope.input` is the effective, `raw` the state's input. */
  succeed(state: State, raw: ApiShape, scope: Scope): Promise<Handed>;
  /** The same for a state that a Catch took over. */
  caught(catcher: Catcher, raw: ApiShape, scope: Scope): Promise<Handed>;
}

const WITH_RESULT = new Set(['Task', 'Map', 'Parallel', 'Pass']);
const NONE = {};

export const JSON_PATH: Query = {
  language: 'JSONPath',

  effectiveInput(state, scope) {
    if (state.InputPath === undefined) return scope.input;
    return state.InputPath === null ? {} : value(state.InputPath, scope, 'InputPath');
  },

  async field(holder, name, scope) {
    const path = holder[`${name}Path`];
    if (path !== undefined) return value(path, scope, `${name}Path`);
    return holder[name];
  },

  async template(template, scope) {
    return fill(template, scope);
  },

  async arguments(holder, scope) {
    return holder.Parameters === undefined ? scope.input : fill(holder.Parameters, scope);
  },

  async succeed(state, raw, scope) {
    let output = scope.input;
    let seen = scope.input;
    if (WITH_RESULT.has(state.Type)) {
      const selected =
        state.ResultSelector === undefined
          ? scope.result
          : fill(state.ResultSelector, { ...scope, input: scope.result });
      if (state.Type !== 'Pass') seen = selected;
      output = state.ResultPath === null ? raw : place(state.ResultPath, raw, selected);
    }
    const assigned = state.Assign === undefined ? NONE : fill(state.Assign, { ...scope, input: seen });
    if (state.OutputPath === null) output = {};
    else if (state.OutputPath !== undefined)
      output = value(state.OutputPath, { ...scope, input: output }, 'OutputPath');
    return { output, assigned };
  },

  async caught(catcher, raw, scope) {
    return {
      output: catcher.ResultPath === null ? raw : place(catcher.ResultPath, raw, scope.errorOutput),
      assigned: catcher.Assign === undefined ? NONE : fill(catcher.Assign, { ...scope, input: scope.errorOutput }),
    };
  },
};

export const JSONATA: Query = {
  language: 'JSONata',

  effectiveInput(_, scope) {
    return scope.input;
  },

  async field(holder, name, scope) {
    return holder[name] === undefined ? undefined : await evaluateAll(holder[name], scope, name);
  },

  async template(template, scope) {
    return await evaluateAll(template, scope, 'ItemSelector');
  },

  async arguments(holder, scope) {
    return holder.Arguments === undefined ? scope.input : await evaluateAll(holder.Arguments, scope, 'Arguments');
  },

  async succeed(state, _, scope) {
    const plain = WITH_RESULT.has(state.Type) && state.Type !== 'Pass' ? scope.result : scope.input;
    return {
      output: state.Output === undefined ? plain : await evaluateAll(state.Output, scope, 'Output'),
      assigned: state.Assign === undefined ? NONE : await evaluateAll(state.Assign, scope, 'Assign'),
    };
  },

  async caught(catcher, _, scope) {
    return {
      output:
        catcher.Output === undefined ? scope.errorOutput : await evaluateAll(catcher.Output, scope, 'Catch/Output'),
      assigned: catcher.Assign === undefined ? NONE : await evaluateAll(catcher.Assign, scope, 'Catch/Assign'),
    };
  },
};

export function queryOf(language: QueryLanguage | undefined): Query {
  return language === 'JSONata' ? JSONATA : JSON_PATH;
}

/** A path or a call of an intrinsic function, as `"x.$": …` takes it. */
function value(text: ApiShape, scope: Scope, field: string): ApiShape {
  if (typeof text !== 'string')
    throw new StatesError('States.Runtime', `a path must be text, got ${JSON.stringify(text)}`);
  return isIntrinsic(text) ? callIntrinsic(text, scope) : readPath(text, scope, field);
}

function place(path: string | undefined, raw: ApiShape, result: ApiShape): ApiShape {
  return path === undefined ? result : writePath(path, raw, result);
}

/** A payload template: members whose name ends with `.$` are evaluated. */
function fill(template: ApiShape, scope: Scope): ApiShape {
  if (Array.isArray(template)) return template.map((entry) => fill(entry, scope));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries<ApiShape>(template).map(([key, entry]) =>
      key.endsWith('.$') ? [key.slice(0, -2), value(entry, scope, key)] : [key, fill(entry, scope)],
    ),
  );
}
