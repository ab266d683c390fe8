import type { ColumnConfig } from '../../src/private/file-drop-config';
import type { Cell, SourceRow } from './cell';
import { FileError } from './file-error';
import { headerKey } from './header';

const LONGEST_VALUE = 16 * 1024 * 1024;

/** The texts of the items of an array, or of values one after the other. */
export async function* jsonTexts(text: AsyncIterable<string>): AsyncGenerator<string> {
  let [rest, depth, start, from] = ['', 0, -1, 0];
  let [inString, escaped, array, begun] = [false, false, false, false];
  for await (const chunk of text) {
    rest += chunk;
    for (let i = from; i < rest.length; i++) {
      const character = rest[i] as string;
      if (inString) {
        if (escaped) escaped = false;
        else if (character === '\\') escaped = true;
        else if (character === '"') inString = false;
      } else if (character === '"') inString = true;
      else if (character === '{' || character === '[') {
        if (!begun && character === '[') array = true;
        else if (depth++ === 0) start = i;
        begun = true;
      } else if (character === '}' || character === ']') {
        if (depth === 0 && array && character === ']') array = false;
        else if (--depth < 0) throw broken(`"${character}" where nothing is open`);
        else if (depth === 0) {
          yield rest.slice(start, i + 1);
          start = -1;
        }
      } else if (depth === 0 && !/[\s,]/.test(character)) {
        throw broken(`"${rest.slice(i, i + 20)}" between the objects`);
      }
      if (start >= 0 && i - start > LONGEST_VALUE) throw broken(`an object of more than ${LONGEST_VALUE} characters`);
    }
    rest = start >= 0 ? rest.slice(start) : '';
    from = rest.length;
    start = start >= 0 ? 0 : -1;
  }
  if (depth > 0 || inString || array) throw broken('the end of the file within an object or array');
}

/** The lines that aren't blank, with their numbers. */
export async function* lines(text: AsyncIterable<string>): AsyncGenerator<{ row: number; text: string }> {
  let [rest, row] = ['', 0];
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      row++;
      if (part.trim() !== '') yield { row, text: part };
    }
    if (rest.length > LONGEST_VALUE) throw broken(`a line of more than ${LONGEST_VALUE} characters`);
  }
  if (rest.trim() !== '') yield { row: row + 1, text: rest };
}

/** Makes rows in the order of the columns of texts of objects. */
export function jsonRow(columns: ColumnConfig[], ignoreUnknown: boolean): (row: number, text: string) => SourceRow {
  const positions = new Map(columns.map(({ name, header }, index) => [headerKey(header ?? name), index]));
  return (row, text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { row, cells: [], problem: `it is no JSON: ${(error as Error).message}` };
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { row, cells: [], problem: 'it is no JSON object' };
    }
    const cells: Cell[] = columns.map(() => undefined);
    for (const [key, item] of Object.entries(value)) {
      const position = positions.get(headerKey(key));
      if (position !== undefined) cells[position] = cellOf(item);
      else if (!ignoreUnknown) return { row, cells: [], problem: `the schema doesn't know "${key}"` };
    }
    return { row, cells };
  };
}

/** Nested values are kept as JSON, which only a text column takes. */
function cellOf(item: unknown): Cell {
  if (item === null || item === undefined) return undefined;
  if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') return item;
  return JSON.stringify(item);
}

function broken(what: string): FileError {
  return new FileError(
    'BrokenJson',
    `it has ${what}`,
    'an array of objects, or objects one after the other',
    'mend the file, or send one object a line as .ndjson, of which only broken lines are set aside',
  );
}
