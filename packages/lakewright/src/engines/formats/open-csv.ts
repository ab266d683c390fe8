import { SqlError } from '../sql/errors';
import type { TrinoType } from '../sql/types/type';
import { epochDate, isoTimestamp } from './hive-scalars';
import type { LineDecoder, SerdeOptions } from './serde';
import { type ParseText, textValue } from './text-values';

/**
 * OpenCSVSerDe: quotes and an escape character, no NULLs but for missing fields, one line a row. Columns that aren't
 * text are converted by Athena: DATE from days and TIMESTAMP from milliseconds since 1970; what doesn't parse ends the
 * query with HIVE_BAD_DATA.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
 */
export function openCsv({ columns, parameters }: SerdeOptions): LineDecoder {
  const { separator, quote, escapeWith } = csvCharacters(parameters);
  const converters = columns.map((column) => converter(column.type));
  return (line) => {
    const fields = csvFields(line, separator, quote, escapeWith, columns.length);
    return converters.map((convert, index) => {
      const field = fields[index];
      if (field === undefined) return null;
      const cell = convert(field);
      if (cell !== undefined) return cell;
      throw new SqlError(
        'HIVE_BAD_DATA',
        `Error parsing field value '${field}' for field ${index}: For input string: "${field}"`,
      );
    });
  };
}

/** The characters that mean something, each given by a property or by default. */
export const csvCharacters = (parameters: Readonly<Record<string, string>>) => ({
  separator: character(parameters.separatorChar, ','),
  quote: character(parameters.quoteChar, '"'),
  escapeWith: character(parameters.escapeChar, '\\'),
});

const character = (text: string | undefined, fallback: string): string => text?.charAt(0) || fallback;

/**
 * opencsv's way to read a line: an escape character counts only before a quote or another one, else it vanishes; a quote
 * opens or closes wherever it stands; an unterminated last field is dropped.
 */
export function csvFields(line: string, separator: string, quote: string, escapeWith: string, count: number): string[] {
  if (line === '') return [];
  if (!line.includes(quote) && !line.includes(escapeWith)) return line.split(separator);
  const fields: string[] = [];
  let field = '';
  let inQuotes = false;
  let inField = false;
  for (let at = 0; at < line.length && fields.length < count; at++) {
    const current = line[at] as string;
    const next = line[at + 1];
    if (current === escapeWith) {
      if ((inQuotes || inField) && (next === quote || next === escapeWith)) {
        field += next;
        at++;
      }
    } else if (current === quote) {
      if ((inQuotes || inField) && next === quote) {
        field += quote;
        at++;
      } else {
        // A quote inside of a field stands for itself, but not among the first three characters of the line.
        if (at > 2 && line[at - 1] !== separator && next !== undefined && next !== separator) {
          field = field !== '' && field.trim() === '' ? '' : field + quote;
        }
        inQuotes = !inQuotes;
      }
      inField = !inField;
    } else if (current === separator && !inQuotes) {
      fields.push(field);
      field = '';
      inField = false;
    } else {
      field += current;
      inField = true;
    }
  }
  if (fields.length < count && !inQuotes) fields.push(field);
  return fields;
}

/** Dates and times are numbers: days, and milliseconds since 1970. */
function converter(type: TrinoType): ParseText {
  if (type.kind === 'date') return (text) => (/^[+-]?\d{1,8}$/.test(text) ? epochDate(Number(text)) : undefined);
  if (type.kind === 'timestamp')
    return (text) => (/^[+-]?\d{1,15}$/.test(text) ? isoTimestamp(Number(text)) : undefined);
  return textValue(type, 'OpenCSVSerDe');
}
