import { refuse } from './refuse';

/** The rule types that Glue documents. https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html */
const RULE_TYPES = [
  ...['AggregateMatch', 'ColumnCorrelation', 'ColumnCount', 'ColumnDataType', 'ColumnExists', 'ColumnLength'],
  ...['ColumnNamesMatchPattern', 'ColumnValues', 'Completeness', 'CustomSql', 'CustomSQL', 'DataFreshness'],
  ...['DatasetMatch', 'DistinctValuesCount', 'Entropy', 'FileFreshness', 'FileMatch', 'FileSize', 'FileUniqueness'],
  ...['IsComplete', 'IsPrimaryKey', 'IsUnique', 'Mean', 'ReferentialIntegrity', 'RowCount', 'RowCountMatch'],
  ...['SchemaMatch', 'StandardDeviation', 'Sum', 'UniqueValueRatio', 'Uniqueness'],
];
/** Those that Glue knows in its jobs only, as it does last(). */
const IN_JOBS = ['AnomalyDetection', 'DetectAnomalies'];
const TOKEN = /\s+|(?<text>"(?:\\.|[^"\\])*")|(?<word>[A-Za-z_]\w*)|(?<sign>[^\sA-Za-z_])/g;

interface Token {
  readonly value: string;
  readonly kind: 'text' | 'word' | 'sign';
  readonly at: number;
}

/**
 * Checks what a rule would fail with at deployment, or only when it is evaluated: names, brackets, quotes.
 *
 * @throws `InvalidRule`
 */
export function checkRule(rule: string): void {
  const tokens = tokensOf(rule);
  const fail = (reason: string, at: number): never => invalid(rule, reason, at);
  let at = 0;
  const peek = (): Token | undefined => tokens[at];
  const group = (): void => {
    const opening = peek();
    if (opening?.value !== '(') {
      simple();
      return;
    }
    at++;
    composite();
    if (peek()?.value !== ')') fail(`the "(" of column ${opening.at + 1} isn't closed`, peek()?.at ?? rule.length);
    at++;
  };
  const composite = (): void => {
    const first = peek();
    group();
    while (peek()?.kind === 'word' && /^(and|or)$/i.test(peek()?.value ?? '')) {
      const operator = tokens[at++];
      if (first?.value !== '(' || peek()?.value !== '(') {
        fail(`rules that "${operator?.value}" connects stand in parentheses`, operator?.at ?? 0);
      }
      group();
    }
  };
  const simple = (): void => {
    const name = peek();
    if (name?.kind !== 'word') fail('a rule begins with its type', name?.at ?? rule.length);
    if (name === undefined) return;
    if (IN_JOBS.includes(name.value)) fail(`${name.value} is known in Glue jobs only`, name.at);
    if (!RULE_TYPES.includes(name.value)) fail(`"${name.value}" is no rule type${alike(name.value)}`, name.at);
    at++;
    const open: Token[] = [];
    for (let token = peek(); token; token = peek()) {
      const { value, kind } = token;
      const inside = open.length > 0;
      if (!inside && (value === ')' || (kind === 'word' && /^or$/i.test(value)))) return;
      if (!inside && kind === 'word' && /^and$/i.test(value) && tokens[at + 1]?.value === '(' && !isBetween(at)) return;
      if (kind === 'word' && value === 'last') fail('last() is known in Glue jobs only', token.at);
      if (value === ',' && !inside) fail('one rule a text', token.at);
      if (value === '(' || value === '[') open.push(token);
      if (value === ')' || value === ']') {
        const opening = open.pop();
        if (!opening || (opening.value === '(') !== (value === ')')) fail(`"${value}" closes nothing`, token.at);
      }
      at++;
    }
    const [first] = open;
    if (first) fail(`the "${first.value}" isn't closed`, first.at);
  };
  /** Whether the `and` at a place belongs to a `between` before it. */
  const isBetween = (place: number): boolean => {
    for (let index = place - 1; index >= 0; index--) {
      const value = tokens[index]?.value.toLowerCase();
      if (value === 'between') return true;
      if (value === 'and' || value === 'or') return false;
    }
    return false;
  };
  composite();
  const rest = peek();
  if (rest) fail(`"${rest.value}" isn't expected`, rest.at);
}

function tokensOf(rule: string): Token[] {
  if (rule.trim() === '') invalid(rule, 'it is empty', 0);
  return [...rule.matchAll(TOKEN)]
    .flatMap((match): Token[] => {
      const { text, word, sign } = match.groups as Record<'text' | 'word' | 'sign', string | undefined>;
      if (text !== undefined) return [{ value: text, kind: 'text', at: match.index }];
      if (word !== undefined) return [{ value: word, kind: 'word', at: match.index }];
      return sign === undefined ? [] : [{ value: sign, kind: 'sign', at: match.index }];
    })
    .map((token) => (token.value === '"' ? invalid(rule, "the quote isn't closed", token.at) : token));
}

function alike(name: string): string {
  const found = RULE_TYPES.find((type) => type.toLowerCase() === name.toLowerCase());
  return found ? `: ${found} is one` : '';
}

function invalid(rule: string, reason: string, at: number): never {
  return refuse('InvalidRule', `"${rule}"`, `column ${at + 1}: ${reason}`, 'write it as DQDL wants it');
}
