/** The rule of a composite alarm: `ALARM("name or ARN")`, OK, INSUFFICIENT_DATA, AND, OR, NOT, TRUE, FALSE. */
export type StateOf = (alarm: string) => string;

/**
 * Whether a composite alarm's rule holds.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 * @throws Error naming what isn't understood
 */
export function ruleHolds(rule: string, stateOf: StateOf): boolean {
  const tokens = rule.match(/"(?:[^"\\]|\\.)*"|[A-Za-z_]+|[^\s()"]+|[()]/g) ?? [];
  let at = 0;
  const refuse = (): never => {
    throw new Error(`'${tokens[at] ?? 'its end'}' in the alarm rule '${rule}'`);
  };
  const term = (): boolean => {
    const token = tokens[at++] ?? refuse();
    if (token === 'NOT') return !term();
    if (token === 'TRUE' || token === 'FALSE') return token === 'TRUE';
    if (token === '(') {
      const inner = either();
      if (tokens[at++] !== ')') refuse();
      return inner;
    }
    if (!['ALARM', 'OK', 'INSUFFICIENT_DATA'].includes(token) || tokens[at++] !== '(') refuse();
    let name = '';
    while (tokens[at] !== ')') name += tokens[at++] ?? refuse();
    at += 1;
    return stateOf(name.replace(/^"(.*)"$/, '$1')) === token;
  };
  const both = (): boolean => {
    let holds = term();
    while (tokens[at] === 'AND') {
      at += 1;
      holds = term() && holds;
    }
    return holds;
  };
  const either = (): boolean => {
    let holds = both();
    while (tokens[at] === 'OR') {
      at += 1;
      holds = both() || holds;
    }
    return holds;
  };
  const holds = either();
  if (at < tokens.length) refuse();
  return holds;
}
