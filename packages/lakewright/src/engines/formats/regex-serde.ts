import { NotCoveredError, SqlError } from '../sql/errors';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';
import type { Cell } from './cell';
import { boundedText, hiveDate, hiveTimestamp, javaDecimal, javaDouble, javaInteger } from './hive-scalars';
import type { LineDecoder, SerdeOptions } from './serde';

/**
 * RegexSerDe: the groups of `input.regex` are the columns; a line that doesn't match as a whole is a row of NULLs.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
 */
export function regexSerde({ columns, parameters }: SerdeOptions): LineDecoder {
  const source = parameters['input.regex'];
  if (source === undefined) {
    throw new SqlError('HIVE_INVALID_METADATA', 'This table does not have serde property "input.regex"!');
  }
  const insensitive = parameters['input.regex.case.insensitive']?.toLowerCase() === 'true';
  const regex = javaRegex(source, insensitive);
  const converters = columns.map((column) => converter(column.type));
  return (line) => {
    const match = regex.exec(line);
    return converters.map((convert, index) => {
      const group = match?.[index + 1];
      return group === undefined ? null : convert(group);
    });
  };
}

/** JavaScript's regular expressions are a near superset of what log tables use; the rest is refused. */
function javaRegex(source: string, insensitive: boolean): RegExp {
  if (/[*+?}]\+|\(\?>|\\[QEGAZzhHRX]|\[[^\]]*&&|\(\?[a-z-]+[:)]/.test(source.replace(/\\\\/g, ''))) {
    throw new NotCoveredError(`input.regex with Java-only syntax: ${source}`);
  }
  try {
    return new RegExp(`^(?:${source})$`, insensitive ? 'is' : 's');
  } catch (error) {
    throw new NotCoveredError(`input.regex: ${(error as Error).message}`);
  }
}

function converter(type: TrinoType): (text: string) => Cell {
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return (text) => boundedText(text, type);
    case 'boolean':
      return (text) => (text.toLowerCase() === 'true' ? 'true' : 'false');
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (text) => javaInteger(text, type.kind) ?? null;
    case 'real':
    case 'double':
      return (text) => javaDouble(text) ?? null;
    case 'decimal':
      return (text) => javaDecimal(text, type.precision, type.scale) ?? null;
    case 'date':
      return (text) => hiveDate(text) ?? null;
    case 'timestamp':
      return (text) => hiveTimestamp(text) ?? null;
    default:
      throw new NotCoveredError(`RegexSerDe column of type ${typeText(type)}`);
  }
}
