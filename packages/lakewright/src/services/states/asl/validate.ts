import type { ApiShape } from '../../api-shape';
import { comparisonOf, isComparison } from './choice';
import type { QueryLanguage, StateType } from './definition';
import { StatesError } from './errors';
import { COMMON, FIELDS, MACHINE_FIELDS, ONLY_JSON_PATH, ONLY_JSONATA } from './fields';
import { isIntrinsic, parseIntrinsic } from './intrinsics';
import { expressionOf, expressionProblem } from './jsonata';
import { assignments, fieldProblems } from './validate-fields';

export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  /** `SCHEMA_VALIDATION_FAILED`, `MISSING_TRANSITION_TARGET` … as AWS names them. */
  readonly code: string;
  readonly message: string;
  /** `/States/Convert/Next` */
  readonly location: string;
}

/** What is wrong with a definition; empty = it can run. Each message names the state. */
export function validateDefinition(definition: ApiShape): Diagnostic[] {
  const found: Diagnostic[] = [];
  new Validator(found, new Set()).states(definition, '', undefined, new Set());
  return found;
}

class Validator {
  public constructor(
    private readonly found: Diagnostic[],
    /** Names must be unique in the whole machine. */
    private readonly names: Set<string>,
  ) {}

  /** Variables that the states now looked at may read. */
  private scope: ReadonlySet<string> = new Set();

  /** @param taken variables of the scopes around: an inner scope reads them, and may not assign their names */
  public states(definition: ApiShape, at: string, outer: QueryLanguage | undefined, taken: ReadonlySet<string>): void {
    if (!isObject(definition)) {
      this.error('SCHEMA_VALIDATION_FAILED', at, 'the definition is not an object');
      return;
    }
    this.unknown(definition, MACHINE_FIELDS, at, 'the state machine');
    const language = this.language(definition, at) ?? outer;
    const states = definition.States;
    if (!isObject(states) || Object.keys(states).length === 0) {
      const reason = "'States' must be an object with at least one state";
      this.error('SCHEMA_VALIDATION_FAILED', `${at}/States`, reason);
      return;
    }
    if (typeof definition.StartAt !== 'string' || !Object.hasOwn(states, definition.StartAt)) {
      this.error(
        'MISSING_TRANSITION_TARGET',
        `${at}/StartAt`,
        `StartAt names no state: ${JSON.stringify(definition.StartAt)}`,
      );
    }
    const targets = new Set<unknown>([definition.StartAt]);
    const own = new Set(
      Object.values(states).flatMap((state) => [...assignments(state ?? {})].flatMap(({ names }) => names)),
    );
    for (const name of own) {
      if (!taken.has(name)) continue;
      const reason = `the variable '${name}' belongs to an outer scope: an inner one can't assign it`;
      this.error('SCHEMA_VALIDATION_FAILED', at, reason);
    }
    this.scope = new Set([...taken, ...own]);
    for (const [name, state] of Object.entries<ApiShape>(states)) {
      const where = `${at}/States/${name}`;
      if (name.length > 80)
        this.error('SCHEMA_VALIDATION_FAILED', where, `state '${name}': names have at most 80 characters`);
      if (this.names.has(name))
        this.error('DUPLICATE_STATE_NAME', where, `state '${name}': another state has this name`);
      this.names.add(name);
      for (const target of this.state(name, state, where, language)) {
        targets.add(target.name);
        if (typeof target.name !== 'string' || !Object.hasOwn(states, target.name)) {
          const given = JSON.stringify(target.name);
          this.error(
            'MISSING_TRANSITION_TARGET',
            `${where}/${target.field}`,
            `state '${name}': ${target.field} names no state: ${given}`,
          );
        }
      }
    }
    for (const name of Object.keys(states)) {
      if (!targets.has(name)) {
        this.error(
          'MISSING_TRANSITION_TARGET',
          `${at}/States/${name}`,
          `state '${name}' can't be reached: no Next, Default or Catch leads to it`,
        );
      }
    }
  }

  /** Checks one state; gives the states that it leads to. */
  private state(
    name: string,
    state: ApiShape,
    at: string,
    outer: QueryLanguage | undefined,
  ): { name: unknown; field: string }[] {
    const fields = isObject(state) && Object.hasOwn(FIELDS, state.Type) ? FIELDS[state.Type as StateType] : undefined;
    if (fields === undefined) {
      this.error(
        'SCHEMA_VALIDATION_FAILED',
        at,
        `state '${name}': Type is ${JSON.stringify(state?.Type)}, allowed are ${Object.keys(FIELDS).join(', ')}`,
      );
      return [];
    }
    this.unknown(state, [...COMMON, ...fields], at, `state '${name}'`);
    const own = this.language(state, at);
    const jsonata = (own ?? outer) === 'JSONata';
    if (own === 'JSONPath' && outer === 'JSONata') {
      this.error('SCHEMA_VALIDATION_FAILED', at, `state '${name}': a JSONata machine can't have JSONPath states`);
    }
    for (const field of jsonata ? ONLY_JSON_PATH : ONLY_JSONATA) {
      if (state[field] === undefined || (field === 'Parameters' && state.Type === 'Map')) continue;
      this.error(
        'SCHEMA_VALIDATION_FAILED',
        `${at}/${field}`,
        `state '${name}': '${field}' belongs to ${jsonata ? 'JSONPath' : 'JSONata'}`,
      );
    }
    this.expressions(state, name, at, jsonata);
    for (const { field, problem } of fieldProblems(state)) {
      this.error('SCHEMA_VALIDATION_FAILED', `${at}/${field}`, `state '${name}': ${problem}`);
    }
    this.required(name, state, at, jsonata, own ?? outer);
    return this.transitions(name, state, at);
  }

  private transitions(name: string, state: ApiShape, at: string): { name: unknown; field: string }[] {
    const targets: { name: unknown; field: string }[] = [];
    const flows = !['Choice', 'Succeed', 'Fail'].includes(state.Type);
    if (flows && (state.Next === undefined) === (state.End !== true)) {
      this.error('SCHEMA_VALIDATION_FAILED', at, `state '${name}': it needs either Next or "End": true`);
    }
    if (state.Next !== undefined && flows) targets.push({ name: state.Next, field: 'Next' });
    for (const [kind, rules] of [
      ['Catch', state.Catch],
      ['Retry', state.Retry],
    ] as const) {
      if (rules === undefined) continue;
      if (!Array.isArray(rules))
        this.error('SCHEMA_VALIDATION_FAILED', `${at}/${kind}`, `state '${name}': ${kind} must be a list`);
      else {
        rules.forEach((rule, index) => {
          const errors = isObject(rule) ? rule.ErrorEquals : undefined;
          if (!Array.isArray(errors) || errors.length === 0 || errors.some((one) => typeof one !== 'string')) {
            this.error(
              'SCHEMA_VALIDATION_FAILED',
              `${at}/${kind}[${index}]`,
              `state '${name}': ${kind}[${index}] needs ErrorEquals, a list of error names`,
            );
          } else if (errors.includes('States.ALL') && (errors.length > 1 || index < rules.length - 1)) {
            this.error(
              'SCHEMA_VALIDATION_FAILED',
              `${at}/${kind}[${index}]`,
              `state '${name}': States.ALL must stand alone, in the last rule of ${kind}`,
            );
          }
          if (kind === 'Catch') targets.push({ name: rule?.Next, field: `Catch[${index}]/Next` });
        });
      }
    }
    if (state.Type === 'Choice') {
      if (Array.isArray(state.Choices)) {
        state.Choices.forEach((rule: ApiShape, index: number) => {
          targets.push({ name: rule?.Next, field: `Choices[${index}]/Next` });
        });
      }
      if (state.Default !== undefined) targets.push({ name: state.Default, field: 'Default' });
    }
    return targets;
  }

  private required(
    name: string,
    state: ApiShape,
    at: string,
    jsonata: boolean,
    language: QueryLanguage | undefined,
  ): void {
    const fail = (field: string, message: string): void =>
      this.error('SCHEMA_VALIDATION_FAILED', `${at}/${field}`, `state '${name}': ${message}`);
    switch (state.Type as StateType) {
      case 'Task':
        if (typeof state.Resource !== 'string' || !state.Resource.startsWith('arn:')) {
          fail('Resource', `Resource must be an ARN, got ${JSON.stringify(state.Resource)}`);
        }
        break;
      case 'Wait': {
        const given = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'].filter(
          (field) => state[field] !== undefined,
        );
        if (given.length !== 1)
          fail('Seconds', 'it needs exactly one of Seconds, SecondsPath, Timestamp, TimestampPath');
        break;
      }
      case 'Choice':
        if (!Array.isArray(state.Choices) || state.Choices.length === 0)
          fail('Choices', 'Choices must be a list of rules');
        else
          state.Choices.forEach((rule: ApiShape, index: number) => {
            this.rule(name, rule, `${at}/Choices[${index}]`, jsonata, true);
          });
        break;
      case 'Parallel':
        if (!Array.isArray(state.Branches) || state.Branches.length === 0)
          fail('Branches', 'Branches must be a list of state machines');
        else
          state.Branches.forEach((branch: ApiShape, index: number) => {
            this.inner(branch, `${at}/Branches[${index}]`, language);
          });
        break;
      case 'Map': {
        const processor = state.ItemProcessor ?? state.Iterator;
        if (processor === undefined) fail('ItemProcessor', 'it needs an ItemProcessor');
        else this.inner(processor, `${at}/${state.ItemProcessor ? 'ItemProcessor' : 'Iterator'}`, language);
        if (processor?.ProcessorConfig?.Mode !== 'DISTRIBUTED') {
          for (const field of [
            'ItemReader',
            'ItemBatcher',
            'ResultWriter',
            'ToleratedFailureCount',
            'ToleratedFailurePercentage',
          ]) {
            if (state[field] !== undefined) fail(field, `'${field}' needs a processor with Mode DISTRIBUTED`);
          }
        }
        break;
      }
      default:
    }
  }

  /** States inside of a state. A Distributed Map's children are executions of their own, with variables of their own. */
  private inner(definition: ApiShape, at: string, language: QueryLanguage | undefined): void {
    const outer = this.scope;
    this.states(definition, at, language, definition?.ProcessorConfig?.Mode === 'DISTRIBUTED' ? new Set() : outer);
    this.scope = outer;
  }

  private rule(name: string, rule: ApiShape, at: string, jsonata: boolean, top: boolean): void {
    const fail = (message: string): void => this.error('SCHEMA_VALIDATION_FAILED', at, `state '${name}': ${message}`);
    if (!isObject(rule)) {
      fail('a choice rule must be an object');
      return;
    }
    if (jsonata) {
      if (rule.Condition === undefined) fail('a choice rule needs a Condition');
      return;
    }
    if (!top && rule.Next !== undefined) fail('only the outermost choice rule has a Next');
    const combined = rule.And ?? rule.Or ?? (rule.Not === undefined ? undefined : [rule.Not]);
    if (combined !== undefined) {
      if (!Array.isArray(combined) || combined.length === 0) fail('And and Or take a list of rules');
      else for (const inner of combined) this.rule(name, inner, at, jsonata, false);
      return;
    }
    const comparison = comparisonOf(rule);
    if (comparison === undefined || !isComparison(comparison)) fail(`'${comparison ?? 'nothing'}' is no comparison`);
    if (typeof rule.Variable !== 'string') fail('a choice rule needs a Variable');
  }

  /** Paths, intrinsic functions and expressions must parse. States inside of it are checked on their own. */
  private expressions(value: ApiShape, name: string, at: string, jsonata: boolean): void {
    for (const [key, entry] of Object.entries<ApiShape>(value)) {
      if (['ItemProcessor', 'Iterator', 'Branches'].includes(key)) continue;
      const where = `${at}/${key}`;
      if (typeof entry === 'object' && entry !== null) this.expressions(entry, name, where, jsonata);
      else if (typeof entry === 'string' && jsonata) {
        const expression = expressionOf(entry);
        const problem = expression === undefined ? undefined : expressionProblem(expression);
        if (problem !== undefined)
          this.error('INVALID_EXPRESSION', where, `state '${name}': ${key} is no JSONata expression: ${problem}`);
      } else if (typeof entry === 'string' && (key.endsWith('.$') || key === 'InputPath' || key === 'OutputPath')) {
        this.path(entry, name, where);
      } else if (key.endsWith('.$') && !jsonata) {
        this.error(
          'SCHEMA_VALIDATION_FAILED',
          where,
          `state '${name}': '${key}' must be a path or an intrinsic function`,
        );
      }
    }
  }

  private path(text: string, name: string, at: string): void {
    if (!isIntrinsic(text)) {
      if (!text.startsWith('$'))
        this.error('INVALID_JSON_PATH', at, `state '${name}': '${text}' is no path: it must start with '$'`);
      return;
    }
    try {
      parseIntrinsic(text);
    } catch (error) {
      if (!(error instanceof StatesError)) throw error;
      this.error('INVALID_JSON_PATH', at, `state '${name}': ${error.causeText}`);
    }
  }

  private language(holder: ApiShape, at: string): QueryLanguage | undefined {
    const language = holder.QueryLanguage;
    if (language === undefined || language === 'JSONPath' || language === 'JSONata') return language;
    this.error(
      'SCHEMA_VALIDATION_FAILED',
      `${at}/QueryLanguage`,
      `QueryLanguage is ${JSON.stringify(language)}, allowed are JSONPath, JSONata`,
    );
    return undefined;
  }

  private unknown(holder: ApiShape, allowed: readonly string[], at: string, what: string): void {
    for (const key of Object.keys(holder)) {
      if (!allowed.includes(key))
        this.error('SCHEMA_VALIDATION_FAILED', `${at}/${key}`, `${what} has an unknown field '${key}'`);
    }
  }

  private error(code: string, location: string, message: string): void {
    this.found.push({ severity: 'ERROR', code, message, location: location || '/' });
  }
}

function isObject(value: ApiShape): value is Record<string, ApiShape> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
