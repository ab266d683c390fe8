import { NotCoveredError, SqlError } from '../errors';
import type * as ast from '../parse/ast';
import * as build from '../types/build';
import { typeText } from '../types/text';
import { canonicalZone } from '../types/zone';
import { aggregateOrWindow } from './aggregates';
import { analyzeArguments, callFunction } from './calls';
import { coerce, commonType, condition, nullLiteral, textLiteral } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import { compare } from './operators';
import type { Literal, Typed } from './typed';
import { containsAggregate } from './walk';

/** Calls, and what looks like one but is part of the language. */
export function languageForm(
  node: ast.FunctionCall | ast.CurrentTime | ast.Grouping | ast.AtTimeZone,
  context: Context,
): Typed {
  switch (node.kind) {
    case 'current time':
      return currentTime(node.what, node.precision, context);
    case 'grouping':
      return groupingCall(node, context);
    case 'at time zone':
      return atTimeZone(node, context);
    case 'call': {
      const form = FORMS[node.name];
      if (form && !node.over && !node.filter) return form(node, context);
      return aggregateOrWindow(node, context) ?? scalarCall(node, context);
    }
  }
}

function groupingCall({ columns, position }: ast.Grouping, context: Context): Typed {
  const { outputNames } = context;
  if (columns.some(({ parts }) => parts.length === 1 && outputNames?.has(parts[0]?.toLowerCase() ?? ''))) {
    const text = 'Invalid reference to output of SELECT clause from grouping() expression in ORDER BY';
    throw new SqlError('INVALID_ARGUMENTS', text, position);
  }
  return {
    kind: 'grouping',
    type: columns.length <= 31 ? build.INTEGER : build.BIGINT,
    columns: columns.map((column) => analyze(column, context)),
    position,
  };
}

function scalarCall(node: ast.FunctionCall, context: Context): Typed {
  if (node.star) throw new SqlError('FUNCTION_NOT_FOUND', `${node.name}(*) is not a function`, node.position);
  if (node.distinct || node.filter || node.orderBy.length > 0) {
    const clause = node.distinct ? 'DISTINCT' : node.filter ? 'FILTER' : 'ORDER BY';
    const text = `${clause} is not supported for non-aggregation functions: ${node.name}`;
    throw new SqlError('FUNCTION_NOT_AGGREGATE', text, node.position);
  }
  return callFunction(node.name, analyzeArguments(node.args, context), context, node.position);
}

type Form = (node: ast.FunctionCall, context: Context) => Typed;

function wrongCount(node: ast.FunctionCall): SqlError {
  return new SqlError(
    'INVALID_FUNCTION_ARGUMENT',
    `Invalid number of arguments for '${node.name}' function`,
    node.position,
  );
}

const FORMS: Readonly<Record<string, Form>> = {
  coalesce(node, context) {
    if (node.args.length < 2) throw wrongCount(node);
    const items = node.args.map((arg) => analyze(arg, context));
    const type = commonType(items, 'COALESCE operands');
    return { kind: 'coalesce', type, items: items.map((item) => coerce(item, type)), position: node.position };
  },
  nullif(node, context) {
    const [value, other] = node.args.map((arg) => analyze(arg, context));
    if (!value || !other || node.args.length !== 2) throw wrongCount(node);
    if (value.type.kind === 'unknown') return value;
    const equal = compare('=', value, other, node.position);
    return { kind: 'nullif', type: value.type, equal, value, position: node.position };
  },
  if(node, context) {
    const [test, ...results] = node.args.map((arg) => analyze(arg, context));
    const [first, otherwise] = results;
    if (!test || !first || results.length > 2) throw wrongCount(node);
    const type = commonType(results, 'IF results');
    return {
      kind: 'case',
      type,
      branches: [{ when: condition(test, 'IF condition'), result: coerce(first, type) }],
      otherwise: otherwise && coerce(otherwise, type),
      position: node.position,
    };
  },
  try(node, context) {
    const [operand] = node.args.map((arg) => analyze(arg, context));
    if (!operand || node.args.length !== 1) throw wrongCount(node);
    return { kind: 'try', type: operand.type, operand, position: node.position };
  },
  typeof(node, context) {
    const [operand] = node.args.map((arg) => analyze(arg, context));
    if (!operand || node.args.length !== 1) {
      throw new SqlError(
        'FUNCTION_NOT_FOUND',
        'Unexpected parameters for function typeof. Expected: typeof(t)',
        node.position,
      );
    }
    // Names of fields stand without quotes here.
    const text = textLiteral(typeText(operand.type).replace(/"((?:[^"]|"")*)"/g, '$1'), node.position);
    const literal: Literal = { ...text, type: build.VARCHAR };
    // The text is known, but an aggregation stays one: it makes the query aggregate.
    return containsAggregate(operand)
      ? { kind: 'special', form: 'constant over', type: build.VARCHAR, args: [literal, operand], options: {} }
      : literal;
  },
  now: (node, context) => {
    if (node.args.length === 0) return currentTime('current_timestamp', 3, context);
    throw new SqlError('FUNCTION_NOT_FOUND', 'Unexpected parameters for function now. Expected: now()', node.position);
  },
  current_date: (node, context) => ({
    kind: 'literal',
    type: build.DATE,
    value: localNow(context).slice(0, 10),
    position: node.position,
  }),
  current_timezone: (node, context) => sessionText(context.analysis.session.timeZone, node),
  current_user: (node, context) => sessionText(context.analysis.session.user, node),
  current_catalog: (node) => sessionText('awsdatacatalog', node),
  current_schema: (node, { schema }) =>
    schema === undefined ? nullLiteral(build.VARCHAR, node.position) : sessionText(schema, node),
};

/** Names of the language's own forms: known functions, though in no table. */
export const isLanguageForm = (name: string): boolean => Object.hasOwn(FORMS, name);

const sessionText = (value: string, { position }: ast.FunctionCall): Literal => ({
  ...textLiteral(value, position),
  type: build.VARCHAR,
});

function currentTime(what: ast.CurrentTime['what'], precision: number, context: Context): Typed {
  if (what === 'current_time') throw new NotCoveredError('current_time (type time with time zone)');
  const fraction = Math.min(precision, 3);
  const local = localNow(context, fraction);
  const digits = local.slice(20, 20 + fraction).padEnd(precision, '0');
  const clock = `${local.slice(11, 19)}${precision > 0 ? `.${digits}` : ''}`;
  if (what === 'localtime') return { kind: 'literal', type: build.time(precision), value: clock };
  const value = `${local.slice(0, 10)} ${clock}`;
  if (what === 'localtimestamp') return { kind: 'literal', type: build.timestamp(precision), value };
  return { kind: 'literal', type: build.zonedTimestamp(precision), value, zone: context.analysis.session.timeZone };
}

/** The session's now as local time of its zone, rounded to so many digits of the second: `2024-01-31 10:00:00.000`. */
function localNow({ analysis: { session } }: Context, digits = 3): string {
  const { timeZone } = session;
  const unit = 10 ** (3 - digits);
  const now = new Date(Math.round(session.now.getTime() / unit) * unit);
  if (timeZone === 'UTC') return now.toISOString().replace('T', ' ').replace('Z', '');
  const zone = /^[+-]/.test(timeZone) ? timeZone : timeZone;
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  }).formatToParts(now);
  const part = (type: string) => parts.find((item) => item.type === type)?.value ?? '00';
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  return `${date} ${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`;
}

function atTimeZone(node: ast.AtTimeZone, context: Context): Typed {
  const value = analyze(node.operand, context);
  const zone = analyze(node.zone, context);
  if (value.type.kind !== 'timestamp' && value.type.kind !== 'timestamp with time zone') {
    if (value.type.kind.startsWith('time'))
      throw new NotCoveredError(`AT TIME ZONE on ${typeText(value.type)}`, node.position);
    throw new SqlError(
      'TYPE_MISMATCH',
      `Type of value must be a time or timestamp with or without time zone (actual ${typeText(value.type)})`,
      node.position,
    );
  }
  if (zone.kind === 'literal' && typeof zone.value === 'string' && !canonicalZone(zone.value)) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', `'${zone.value}' is not a valid time zone`, node.position);
  }
  return callFunction('at_timezone', [value, zone], context, node.position);
}

const EXTRACT_FIELDS: Readonly<Record<string, string>> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  week: 'week',
  day: 'day',
  day_of_month: 'day',
  day_of_week: 'day_of_week',
  dow: 'day_of_week',
  day_of_year: 'day_of_year',
  doy: 'day_of_year',
  year_of_week: 'year_of_week',
  yow: 'year_of_week',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
  timezone_hour: 'timezone_hour',
  timezone_minute: 'timezone_minute',
};

const CLOCK_FIELDS = ['hour', 'minute', 'second'];
const ZONE_FIELDS = ['timezone_hour', 'timezone_minute'];
const DATE_FIELDS = Object.keys(EXTRACT_FIELDS).filter(
  (field) => !CLOCK_FIELDS.includes(field) && !ZONE_FIELDS.includes(field),
);

/** What has which fields: unlike the functions of their names, EXTRACT coerces nothing. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  date: DATE_FIELDS,
  timestamp: [...DATE_FIELDS, ...CLOCK_FIELDS],
  'timestamp with time zone': [...DATE_FIELDS, ...CLOCK_FIELDS, ...ZONE_FIELDS],
  time: CLOCK_FIELDS,
  'time with time zone': [...CLOCK_FIELDS, ...ZONE_FIELDS],
  'interval day to second': ['day', ...CLOCK_FIELDS],
  'interval year to month': ['year', 'month'],
};

export function extract(node: ast.Extract, operand: Typed, context: Context): Typed {
  const name = EXTRACT_FIELDS[node.field];
  if (!name) throw new SqlError('SYNTAX_ERROR', `Invalid EXTRACT field: ${node.field}`, node.position);
  if (FIELDS_OF[operand.type.kind]?.includes(node.field)) return callFunction(name, [operand], context, node.position);
  const text = `Cannot extract ${node.field.toUpperCase()} from ${typeText(operand.type)}`;
  throw new SqlError('TYPE_MISMATCH', text, node.operand.position);
}
