import type { TableVersion } from '../contract';
import { NotCoveredError, SqlError } from '../errors';
import type { Expression, TableReference } from '../parse/ast';

/**
 * The version that `FOR … AS OF` names by a literal: a number is a snapshot, a text a branch or tag, a timestamp or date
 * a moment (in UTC where it has no zone). Whoever runs a statement turns other constant expressions into literals first.
 */
export function tableVersion(asOf: TableReference['asOf']): TableVersion | undefined {
  if (!asOf) return undefined;
  const { kind, value } = asOf;
  if (kind === 'version') {
    if (value.kind === 'number' && value.form === 'integer') return { kind: 'snapshot', id: BigInt(value.text) };
    if (value.kind === 'string') return { kind: 'ref', name: value.value };
    throw new NotCoveredError('FOR VERSION AS OF anything but a number or a text', value.position);
  }
  const milliseconds = literalTime(value);
  if (milliseconds === undefined) {
    throw new NotCoveredError('FOR TIMESTAMP AS OF an expression that is no constant', value.position);
  }
  return { kind: 'timestamp', milliseconds };
}

/** Milliseconds of a timestamp or date literal; undefined for other expressions and for zones other than UTC. */
export function literalTime(value: Expression): number | undefined {
  if (value.kind !== 'typed literal' || !['timestamp', 'date'].includes(value.type)) return undefined;
  const match =
    /^\s*(\d{4,6}-\d{1,2}-\d{1,2})(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(?:UTC|Z|\+00:00)?\s*$/.exec(
      value.text,
    );
  if (!match) return undefined;
  const [, date = '', time = '00:00:00'] = match;
  const [year, month, day] = date.split('-').map((part) => part.padStart(2, '0'));
  const [clock = '', fraction = ''] = time.split('.');
  const milliseconds = Date.parse(`${year}-${month}-${day}T${clock.padStart(5, '0')}${clock.length < 6 ? ':00' : ''}Z`);
  if (Number.isNaN(milliseconds)) {
    throw new SqlError('INVALID_LITERAL', `'${value.text}' is not a valid ${value.type} literal`, value.position);
  }
  return milliseconds + Number(`${fraction}000`.slice(0, 3));
}
