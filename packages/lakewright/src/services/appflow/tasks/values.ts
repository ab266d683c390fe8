import type { ApiShape } from '../../api-shape';

export type RecordValue = ApiShape;
/** One record of a source: field → JSON value. */
export type SourceRecord = Record<string, RecordValue>;

/** How values of a data type are compared and converted. */
export type Kind = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime';

/** Data types of the connectors' fields, lower case, without `Edm.` and precision; all others are text. */
const KINDS: Readonly<Record<string, Kind>> = {
  ...kindOf('boolean', ['boolean', 'bool']),
  ...kindOf('integer', ['byte', 'sbyte', 'short', 'int', 'integer', 'int16', 'int32', 'int64', 'long', 'bigint']),
  ...kindOf('number', ['double', 'float', 'decimal', 'currency', 'percent', 'number', 'numeric', 'single', 'real']),
  ...kindOf('date', ['date']),
  ...kindOf('datetime', ['datetime', 'datetimeoffset', 'timestamp', 'date-time', 'glide_date_time', 'date_time']),
};

function kindOf(kind: Kind, names: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

/** The kind of a data type as SOURCE_DATA_TYPE, DESTINATION_DATA_TYPE or DATA_TYPE writes it. */
export function kindOfType(dataType: string): Kind {
  const plain = dataType
    .trim()
    .toLowerCase()
    .replace(/^edm\./, '')
    .replace(/\(.*\)$/, '');
  return KINDS[plain] ?? 'text';
}

/** A field by its name, or by its path (`Owner.Name`). */
export function fieldOf(record: SourceRecord, name: string): RecordValue {
  if (Object.hasOwn(record, name)) return record[name];
  if (!name.includes('.')) return undefined;
  let value: RecordValue = record;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

export function isEmpty(value: RecordValue): boolean {
  return value === undefined || value === null || value === '';
}

/** A value as text: JSON for what has parts. */
export function textOf(value: RecordValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A finite number, or undefined for what is none. */
export function numberOf(value: RecordValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}

/**
 * Epoch milliseconds of an ISO text (`+0000` without colon, as Salesforce writes it, and a space for `T` are taken; UTC
 * where there is no offset) or of a number: seconds below 100,000,000,000, else milliseconds.
 */
export function timeOf(value: RecordValue): number | undefined {
  if (typeof value === 'number') return Math.abs(value) < 1e11 ? value * 1000 : value;
  if (typeof value !== 'string') return undefined;
  if (/^-?\d{9,14}$/.test(value.trim())) return timeOf(Number(value));
  const found = /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$/.exec(
    value,
  );
  if (found === null) return undefined;
  const [, day, time = '00:00', offset = 'Z'] = found;
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
  const milliseconds = Date.parse(`${day}T${time.replace(/(\.\d{3})\d+/, '$1')}${zone}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** A value of a mapped field in the destination's kind; undefined where it can't be one. */
export function convert(value: RecordValue, kind: Kind): RecordValue {
  if (value === null || value === undefined) return null;
  switch (kind) {
    case 'text':
      return textOf(value);
    case 'integer': {
      const number = numberOf(value);
      return number === undefined || !Number.isInteger(number)
        ? value === ''
          ? null
          : undefined
        : wide(value, number);
    }
    case 'number':
      return value === '' ? null : numberOf(value);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return { true: true, false: false, '': null }[String(value).toLowerCase()];
    case 'date':
    case 'datetime': {
      if (value === '') return null;
      const time = timeOf(value);
      if (time === undefined) return undefined;
      const text = typeof value === 'string' && !/^-?\d+$/.test(value.trim()) ? value : new Date(time).toISOString();
      return kind === 'date' ? new Date(time).toISOString().slice(0, 10) : text;
    }
  }
}

/** Integers beyond 2^53 stay texts, so that no digit is lost. */
function wide(value: RecordValue, number: number): RecordValue {
  return Number.isSafeInteger(number) ? number : String(value).trim();
}
