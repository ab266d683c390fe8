// The part of SOQL that AppFlow writes: SELECT fields FROM object WHERE comparisons joined by AND.

const COMPARISON =
  /^(\w+)\s*(<=|>=|!=|<>|=|<|>|\bLIKE\b|\bIN\b|\bNOT IN\b)\s*(\((?:[^()']|'(?:[^'\\]|\\.)*')*\)|'(?:[^'\\]|\\.)*'|[^\s()']+)\s*(?:AND\s+|$)/i;

/**
 * Answers a query.
 *
 * @param {string} text the query
 * @param {Record<string, object[]>} objects the records of each object
 * @returns {object[] | number} records with the fields that were asked for, or, for `SELECT COUNT()`, their number
 * @throws an Error that says what of the query isn't understood
 */
export function runSoql(text, objects) {
  const parts = /^\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+(.+?))?(?:\s+ORDER BY\s+(\w+)(?:\s+ASC)?)?\s*$/is.exec(
    text,
  );
  if (!parts) throw new Error(`not a query of the form SELECT … FROM … WHERE …: ${text}`);
  const [, list, object, where = '', order] = parts;
  const records = objects[object];
  if (!records) throw new Error(`sObject type '${object}' is not supported`);
  const known = (field) => {
    if (field in records[0]) return field;
    throw new Error(`No such column '${field}' on entity '${object}'`);
  };
  const conditions = comparisons(where).map(({ field, ...rest }) => ({ field: known(field), ...rest }));
  const found = records.filter((record) => conditions.every((condition) => holds(record, condition)));
  if (/^count\(\)$/i.test(list)) return found.length;
  const fields = list.split(',').map((field) => known(field.trim()));
  if (order) found.sort((a, b) => compare(a[known(order)], b[order]));
  return found.map((record) => Object.fromEntries(fields.map((field) => [field, record[field]])));
}

function comparisons(where) {
  const found = [];
  for (let rest = where.trim(); rest !== ''; ) {
    const match = COMPARISON.exec(rest);
    if (!match) throw new Error(`unexpected token: '${rest.slice(0, 40)}'`);
    const [all, field, operator, literal] = match;
    found.push({ field, operator: operator.toUpperCase(), value: literalValue(literal) });
    rest = rest.slice(all.length);
  }
  return found;
}

function literalValue(literal) {
  if (literal.startsWith('('))
    return literal
      .slice(1, -1)
      .split(/,(?=(?:[^']*'[^']*')*[^']*$)/)
      .map((one) => literalValue(one.trim()));
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  if (/^(true|false)$/i.test(literal)) return literal.toLowerCase() === 'true';
  if (/^null$/i.test(literal)) return null;
  return /^-?\d+(\.\d+)?$/.test(literal) ? Number(literal) : literal;
}

function holds(record, { field, operator, value }) {
  const actual = record[field];
  if (operator === 'IN') return value.some((one) => compare(actual, one) === 0);
  if (operator === 'NOT IN') return value.every((one) => compare(actual, one) !== 0);
  if (operator === 'LIKE') return like(value).test(actual);
  const order = compare(actual, value);
  return {
    '=': order === 0,
    '!=': order !== 0,
    '<>': order !== 0,
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
  }[operator];
}

const like = (pattern) =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
    'is',
  );

/** Times are compared as times, whatever their form; text without regard to case, as Salesforce does. */
function compare(a, b) {
  const [left, right] = [a, b].map(comparable);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function comparable(value) {
  if (typeof value !== 'string') return value;
  return /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value.replace(/\+0000$/, 'Z')) : value.toLowerCase();
}
