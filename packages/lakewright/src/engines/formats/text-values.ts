import { NotCoveredError } from '../sql/errors';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';
import type { Cell } from './cell';
import { boundedText, hiveDate, hiveTimestamp, javaDecimal, javaDouble, javaInteger } from './hive-scalars';

/** The text of a field → its cell, or undefined for text that isn't a value of the type. */
export type ParseText = (text: string) => Cell | undefined;

/**
 * How the SerDes that know text alone (Regex, Grok, OpenCSV) read the scalars of a column's type. What they do with text
 * that doesn't fit (NULL or an error) and with dates is their own.
 *
 * @param serde names it in the refusal
 * @throws NotCoveredError for bytes and structures
 */
export function textValue(type: TrinoType, serde: string): ParseText {
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
      return (text) => javaInteger(text, type.kind);
    case 'real':
    case 'double':
      return javaDouble;
    case 'decimal':
      return (text) => javaDecimal(text, type.precision, type.scale);
    case 'date':
      return hiveDate;
    case 'timestamp':
      return (text) => hiveTimestamp(text);
    default:
      throw new NotCoveredError(`${serde} column of type ${typeText(type)}`);
  }
}
