import { SqlError, type SqlPosition } from '../errors';
import type { IntervalLiteral, IntervalUnit, NumberLiteral } from './ast';
import type { TreeNode } from './tree';

/** A name as written: quotes removed, case kept (resolution ignores case). */
export function identifier(node: TreeNode): string {
  const text = node.text;
  switch (node.kind) {
    case 'QuotedIdentifier':
      return text.slice(1, -1).replace(/""/g, '"');
    case 'BackQuotedIdentifier':
      throw new SqlError(
        'SYNTAX_ERROR',
        'backquoted identifiers are not supported; use double quotes to quote identifiers',
        node.position,
      );
    case 'DigitIdentifier':
      throw new SqlError(
        'SYNTAX_ERROR',
        'identifiers must not start with a digit; surround the identifier with double quotes',
        node.position,
      );
    default:
      return text;
  }
}

/** `a.b.c`: of a rule that holds identifiers or one that holds a qualified name. */
export function qualifiedName(node: TreeNode): string[] {
  const inner = node.maybe('qualifiedName');
  if (inner) return qualifiedName(inner);
  return node.all('identifier').map(identifier);
}

export function stringText(node: TreeNode): string {
  return stringValue(node.text, node.position);
}

/** The value of `'it''s'` and `U&'sn\00f6'`. */
export function stringValue(text: string, position: SqlPosition): string {
  if (text.startsWith("'")) return text.slice(1, -1).replace(/''/g, "'");
  const bad = /\\(?!\\|[0-9a-fA-F]{4}|\+[0-9a-fA-F]{6})/.exec(text.replace(/\\\\/g, ''));
  if (bad) throw new SqlError('SYNTAX_ERROR', 'Incomplete escape sequence or invalid hexadecimal digit', position);
  return text
    .replace(/^[uU]&'/, '')
    .replace(/'$/, '')
    .replace(/''/g, "'")
    .replace(/\\(\\|\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4}))/g, (_match, escaped: string, long?: string, short?: string) =>
      escaped === '\\' ? '\\' : String.fromCodePoint(Number.parseInt(long ?? short ?? '', 16)),
    );
}

export function numberLiteral(node: TreeNode): NumberLiteral {
  const form = node.kind === 'IntegerLiteral' ? 'integer' : node.kind === 'DecimalLiteral' ? 'decimal' : 'double';
  return { kind: 'number', form, text: node.text.replace(/_/g, ''), position: node.position };
}

export function intervalLiteral(node: TreeNode): IntervalLiteral {
  const [from, to] = node.all('intervalField').map((field) => field.text.toUpperCase() as IntervalUnit);
  return {
    kind: 'interval',
    text: stringText(node.child('string')),
    negative: node.token('sign') === '-',
    from: from ?? 'DAY',
    to,
    position: node.position,
  };
}
