import type { FileDropConfig } from '../../src/private/file-drop-config';
import { type Cell, isBlank } from './cell';
import { FileError } from './file-error';

/** Where each declared column is: for each of them a position in the rows, or undefined. */
export interface ColumnPositions {
  readonly positions: (number | undefined)[];
  /** Positions of the columns that have a header. */
  readonly headed: Set<number>;
  readonly width: number;
}

/** Headers are compared without their case, and with single spaces. */
export function headerKey(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** Finds the declared columns in a header row. */
export function matchHeader(cells: Cell[], config: FileDropConfig, row: number): ColumnPositions {
  const found = new Map<string, number>();
  const written = cells.map((cell) => (isBlank(cell) ? '' : String(cell).trim()));
  const declared = new Map(config.columns.map((column) => [headerKey(column.header ?? column.name), column]));
  const unknown: string[] = [];
  for (const [position, text] of written.entries()) {
    if (text === '') continue;
    const key = headerKey(text);
    if (!declared.has(key)) unknown.push(text);
    else if (found.has(key)) {
      throw new FileError(
        'DuplicateHeader',
        `the header in row ${row} has "${text}" twice, in columns ${(found.get(key) ?? 0) + 1} and ${position + 1}`,
        'each declared column is there once',
        'rename or remove one of them in the file',
      );
    } else found.set(key, position);
  }
  const header = `the header in row ${row} is ${list(written.filter((text) => text !== ''))}`;
  const missing = [...declared]
    .filter(([key, column]) => column.required && !found.has(key))
    .map(([, column]) => column);
  if (missing.length > 0 || found.size === 0) {
    throw new FileError(
      'MissingColumn',
      `${header}, without ${list((missing.length > 0 ? missing : config.columns).map(({ header: h, name }) => h ?? name))}`,
      'each required column has its header',
      'correct the header, the schema, or the row in which the schema looks for the header',
    );
  }
  if (unknown.length > 0 && !config.ignoreUnknown) {
    throw new FileError(
      'UnknownColumn',
      `${header}; the schema doesn't know ${list(unknown)}`,
      'only declared columns, unless the schema ignores others',
      'declare the column, or set unknownColumns to IGNORE',
    );
  }
  return {
    positions: [...declared.keys()].map((key) => found.get(key)),
    headed: new Set([...written.keys()].filter((position) => written[position] !== '')),
    width: written.length,
  };
}

/** Without a header the columns come as they are declared. */
export function declaredOrder(config: FileDropConfig): ColumnPositions {
  const positions = config.columns.map((_, index) => index);
  return { positions, headed: new Set(positions), width: positions.length };
}

function list(texts: string[]): string {
  const some = texts.slice(0, 20).map((text) => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`);
  return some.length === 0 ? 'empty' : some.join(', ') + (texts.length > 20 ? ', …' : '');
}
