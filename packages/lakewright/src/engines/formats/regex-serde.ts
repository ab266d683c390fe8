import { SqlError } from '../sql/errors';
import { javaRegex } from './java-regex';
import type { LineDecoder, SerdeOptions } from './serde';
import { textValue } from './text-values';

/**
 * RegexSerDe: the groups of `input.regex` are the columns; a line that doesn't match as a whole is a row of NULLs, and so
 * is a value that isn't of its column's type.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
 */
export function regexSerde({ columns, parameters }: SerdeOptions): LineDecoder {
  const source = parameters['input.regex'];
  if (source === undefined) {
    throw new SqlError('HIVE_INVALID_METADATA', 'This table does not have serde property "input.regex"!');
  }
  const insensitive = parameters['input.regex.case.insensitive']?.toLowerCase() === 'true';
  const { regex, groups } = javaRegex(source, { insensitive, whole: true });
  const parsers = columns.map((column) => textValue(column.type, 'RegexSerDe'));
  return (line) => {
    const match = regex.exec(line);
    return parsers.map((parse, index) => {
      const group = match?.[groups[index] ?? Number.POSITIVE_INFINITY];
      return group === undefined ? null : (parse(group) ?? null);
    });
  };
}
