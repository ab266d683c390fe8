import { invalidInput } from '../errors';

/** Hive's folder for a NULL partition value. */
export const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/**
 * How the values of a partition key are compared: `parse` gives something that orders as the type does.
 *
 * The types are those that GetPartitions documents: string, date, timestamp, int, bigint, long, tinyint, smallint, decimal.
 */
export interface PartitionType {
  readonly name: string;
  parse(text: string): string | bigint;
}

export function partitionType(hiveType: string): PartitionType {
  const name = hiveType.toLowerCase().replace(/\(.*$/s, '').trim();
  const parse = PARSERS[name];
  if (!parse) {
    throw invalidInput(
      `Unsupported partition key type "${hiveType}" in an expression; supported are ${Object.keys(PARSERS).join(', ')}.`,
    );
  }
  return { name, parse: (text) => parse(text, name) };
}

const PARSERS: Record<string, (text: string, type: string) => string | bigint> = {
  string: (text) => text,
  varchar: (text) => text,
  char: (text) => text.trimEnd(),
  date: (text, type) => matched(/^\d{4}-\d{2}-\d{2}$/, text.trim(), type),
  timestamp: parseTimestamp,
  int: parseInteger,
  integer: parseInteger,
  bigint: parseInteger,
  long: parseInteger,
  tinyint: parseInteger,
  smallint: parseInteger,
  decimal: parseDecimal,
};

function matched(pattern: RegExp, text: string, type: string): string {
  if (pattern.test(text)) return text;
  throw invalidInput(`The value '${text}' is not a valid ${type} for the partition key.`);
}

function parseInteger(text: string, type: string): bigint {
  return BigInt(matched(/^[+-]?\d+$/, text.trim(), type).replace('+', ''));
}

/** As an integer of 10^-38: exact, and wide enough for Hive's decimal(38, 38). */
function parseDecimal(text: string, type: string): bigint {
  const [, sign, whole, fraction = ''] =
    /^([+-]?)(\d*)(?:\.(\d{0,38}))?$/.exec(matched(/^[+-]?(\d+\.?\d{0,38}|\.\d{1,38})$/, text.trim(), type)) ?? [];
  const scaled = BigInt(`${whole}${fraction.padEnd(38, '0')}`);
  return sign === '-' ? -scaled : scaled;
}

/** In one form, nine digits of a second: `2024-01-31` and `2024-01-31 00:00:00.0` are equal. */
function parseTimestamp(text: string, type: string): string {
  const checked = matched(/^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$/, text.trim(), type);
  const date = checked.slice(0, 10);
  const [clock = '00:00:00', fraction = ''] = checked.slice(11).split('.');
  const [hours = '00', minutes = '00', seconds = '00'] = clock.split(':');
  return `${date} ${hours || '00'}:${minutes}:${seconds}.${fraction.padEnd(9, '0')}`;
}
