import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';

type Matcher = (value: ApiShape, operand: ApiShape) => boolean;

/**
 * Comparison operators of event patterns; `value` is one scalar of the event.
 *
 * Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns".
 */
const OPERATORS: Readonly<Record<string, Matcher>> = {
  prefix: (value, operand) => affix(value, operand, (text, part) => text.startsWith(part)),
  suffix: (value, operand) => affix(value, operand, (text, part) => text.endsWith(part)),
  'equals-ignore-case': (value, operand) => isText(value) && value.toLowerCase() === String(operand).toLowerCase(),
  wildcard: (value, operand) => isText(value) && wildcard(String(operand)).test(value),
  numeric: (value, operand) => typeof value === 'number' && withinRange(value, operand),
  cidr: (value, operand) => isText(value) && inBlock(value, String(operand)),
  'anything-but': (value, operand) => {
    if (!isRecord(operand)) return !list(operand).some((one) => one === value);
    const [[name, inner] = ['', undefined]] = Object.entries<ApiShape>(operand);
    return isText(value) && !list(inner).some((one) => operator(name)(value, one));
  },
};

/**
 * Whether an event fits a pattern.
 *
 * @throws ServiceError InvalidEventPatternException for an operator that EventBridge doesn't have
 */
export function matchesPattern(pattern: ApiShape, event: ApiShape): boolean {
  if (!isRecord(pattern)) throw invalid('an event pattern is an object');
  return Object.entries<ApiShape>(pattern).every(([key, wanted]) => {
    if (key === '$or') return list(wanted).some((alternative) => matchesPattern(alternative, event));
    const value = isRecord(event) && Object.hasOwn(event, key) ? event[key] : undefined;
    if (Array.isArray(wanted)) return wanted.some((one) => leaf(one, value));
    if (!isRecord(wanted)) throw invalid(`'${key}' must be a list or an object`);
    // A list of objects fits where one of them does.
    return Array.isArray(value) ? value.some((one) => matchesPattern(wanted, one)) : matchesPattern(wanted, value);
  });
}

function leaf(wanted: ApiShape, value: ApiShape): boolean {
  if (isRecord(wanted)) {
    const [[name, operand] = ['', undefined]] = Object.entries<ApiShape>(wanted);
    // Only leaves exist: an object between is none.
    if (name === 'exists') return operand === (value !== undefined && !isRecord(value));
    const test = operator(name);
    return scalars(value).some((one) => test(one, operand));
  }
  return scalars(value).some((one) => one === wanted);
}

function operator(name: string): Matcher {
  const found = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (found !== undefined) return found;
  throw invalid(`'${name}' is no comparison, use ${[...Object.keys(OPERATORS), 'exists'].join(', ')}`);
}

/** A missing member has no values: nothing but `exists` fits it. */
function scalars(value: ApiShape): ApiShape[] {
  return value === undefined
    ? []
    : Array.isArray(value)
      ? value.flat(Number.POSITIVE_INFINITY)
      : isRecord(value)
        ? []
        : [value];
}

function affix(value: ApiShape, operand: ApiShape, test: (text: string, part: string) => boolean): boolean {
  if (!isText(value)) return false;
  if (!isRecord(operand)) return test(value, String(operand));
  return test(value.toLowerCase(), String(operand['equals-ignore-case']).toLowerCase());
}

function withinRange(value: number, conditions: ApiShape): boolean {
  const parts = list(conditions);
  for (let index = 0; index < parts.length; index += 2) {
    const [sign, bound] = [parts[index], parts[index + 1]];
    const holds =
      sign === '='
        ? value === bound
        : sign === '<'
          ? value < bound
          : sign === '<='
            ? value <= bound
            : sign === '>'
              ? value > bound
              : sign === '>='
                ? value >= bound
                : undefined;
    if (holds === undefined || typeof bound !== 'number')
      throw invalid(`numeric wants pairs of sign and number, got ${JSON.stringify(conditions)}`);
    if (!holds) return false;
  }
  return true;
}

/** `*` stands for any text; `\*` and `\\` for themselves. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\([*\\])|(\*)|([^*\\])/g, (_, escaped?: string, star?: string, other?: string) =>
    star !== undefined ? '[\\s\\S]*' : (escaped ?? other ?? '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
  );
  return new RegExp(`^${source}$`);
}

function inBlock(address: string, block: string): boolean {
  const number = (text: string): number => text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const [base = '', length = '32'] = block.split('/');
  const size = 2 ** (32 - Number(length));
  const [low, here] = [Math.floor(number(base) / size) * size, number(address)];
  return here >= low && here < low + size;
}

const isText = (value: ApiShape): value is string => typeof value === 'string';
const isRecord = (value: ApiShape): value is Record<string, ApiShape> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: ApiShape): ApiShape[] => (Array.isArray(value) ? value : [value]);

function invalid(reason: string): ServiceError {
  return new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}
