import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import { BIGINT, isNumeric } from '../types/build';
import { typeText } from '../types/text';
import { literalValue } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import type { AnalyzedRelation } from './tables';
import type { Typed } from './typed';
import { some } from './walk';

/** `TABLE(sequence(start, stop, step))`: the only table function of Trino that takes no table. */
export function tableFunction(node: ast.TableFunction, context: Context): AnalyzedRelation {
  const { name, position } = node;
  if (name === 'exclude_columns') throw new NotCoveredError('table function exclude_columns', position);
  if (name !== 'sequence') {
    throw new SqlError('FUNCTION_NOT_FOUND', `Table function '${name}' not registered`, position);
  }
  const [start = 0n, stop, step = 1n] = sequenceArguments(node, context);
  if (stop === undefined) throw new SqlError('MISSING_ARGUMENT', 'Missing argument: STOP', node.argumentsPosition);
  const rising = start <= stop;
  if (rising ? step <= 0n : step >= 0n) {
    const text = `Step must be ${rising ? 'positive' : 'negative'} for sequence [${start}, ${stop}]`;
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', text);
  }
  const alias = context.analysis.alias('r');
  return {
    relation: { kind: 'sequence', alias, start, stop, step },
    fields: [{ name: 'sequential_number', type: BIGINT, source: { relation: alias, column: 'c1' }, hidden: false }],
  };
}

const PARAMETERS = ['START', 'STOP', 'STEP'];

function sequenceArguments({ args, argumentsPosition }: ast.TableFunction, context: Context): (bigint | undefined)[] {
  if (args.length > PARAMETERS.length) {
    const text = `Too many arguments. Expected at most 3 arguments, got ${args.length} arguments`;
    throw new SqlError('INVALID_ARGUMENTS', text, argumentsPosition);
  }
  const values: (bigint | undefined)[] = [];
  for (const [index, { name, value }] of args.entries()) {
    if (!value)
      throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Invalid argument: a scalar is expected', argumentsPosition);
    const at = name === undefined ? index : PARAMETERS.indexOf(name.toUpperCase());
    if (at < 0) {
      throw new SqlError('INVALID_FUNCTION_ARGUMENT', `Unexpected argument name: ${name}`, argumentsPosition);
    }
    const typed = analyze(value, { ...context, scope: undefined, scalarOnly: 'table function arguments' });
    if (!isNumeric(typed.type) && typed.type.kind !== 'unknown') {
      const text = `Cannot cast type ${typeText(typed.type)} to bigint`;
      throw new SqlError('TYPE_MISMATCH', text, value.position);
    }
    if (literalValue(typed) === null) {
      const what = { START: 'Start', STOP: 'Stop', STEP: 'Step' }[PARAMETERS[at] ?? 'START'];
      throw new SqlError('INVALID_FUNCTION_ARGUMENT', `${what} is null`);
    }
    values[at] = constantInteger(typed, value.position);
  }
  return values;
}

/** Sums and products of literals. */
function constantInteger(node: Typed, position: SqlPosition): bigint {
  const value = literalValue(node);
  if (typeof value === 'bigint') return value;
  if (node.kind === 'cast' && node.implicit) return constantInteger(node.operand, position);
  if (node.kind === 'negation') return -constantInteger(node.operand, position);
  if (node.kind === 'arithmetic') {
    const [left, right] = [constantInteger(node.left, position), constantInteger(node.right, position)];
    if (node.operator === '+') return left + right;
    if (node.operator === '-') return left - right;
    if (node.operator === '*') return left * right;
  }
  throw new NotCoveredError('an argument that is more than a sum or product of integers', position);
}

/** The percentage of TABLESAMPLE, from 0 to 100. */
export function samplePercentage(node: ast.Expression, context: Context): number {
  const { position } = node;
  const refused = (name: string, text: string) => new SqlError(name, `Sample percentage ${text}`, position);
  if (node.kind === 'name') throw refused('EXPRESSION_NOT_CONSTANT', 'cannot contain column references');
  const typed = analyze(node, { ...context, scalarOnly: 'TABLESAMPLE' });
  if (some(typed, (part) => part.kind === 'column')) {
    throw refused('EXPRESSION_NOT_CONSTANT', 'cannot contain column references');
  }
  const value = literalValue(typed);
  if (value === null) throw refused('INVALID_ARGUMENTS', 'cannot be NULL');
  if (!isNumeric(typed.type)) throw refused('TYPE_MISMATCH', 'should be a numeric expression');
  const percentage = Number(value === undefined ? constantInteger(typed, position) : value);
  if (percentage < 0) throw refused('NUMERIC_VALUE_OUT_OF_RANGE', 'must be greater than or equal to 0');
  if (percentage > 100) throw refused('NUMERIC_VALUE_OUT_OF_RANGE', 'must be less than or equal to 100');
  return percentage;
}
