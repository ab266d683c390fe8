import { NotCoveredError } from '../../../../engines/sql/errors';

export type TimeUnit = 'YEARS' | 'MONTHS' | 'WEEKS' | 'DAYS' | 'HOURS' | 'MINUTES' | 'SECONDS' | 'MILLISECONDS';

type Piece = { readonly literal: string } | { readonly letter: keyof typeof FIELDS; readonly width: number };

const FIELDS = { y: 'year', M: 'month', d: 'day', H: 'hour', m: 'minute', s: 'second', S: 'fraction' } as const;

const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A `projection.<column>.format`, in Java's `DateTimeFormatter` letters: `yyyy/MM/dd/HH`, `yyyyMMdd`, `yyyy-MM-dd'T'HH`.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export class DatePattern {
  private readonly pieces: readonly Piece[];

  public constructor(pattern: string) {
    this.pieces = [...pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)].map((match) => {
      const [all, quoted, letter] = match;
      if (quoted !== undefined) return { literal: quoted === '' ? "'" : quoted.replace(/''/g, "'") };
      if (letter === undefined) return { literal: all };
      const field = letter === 'u' ? 'y' : letter;
      if (!(field in FIELDS) || (field === 'M' && all.length > 3) || (field === 'y' && all.length === 2)) {
        throw new NotCoveredError(`projection date format '${pattern}'`, undefined, 'y, M (up to MMM), d, H, m, s, S');
      }
      return { letter: field as keyof typeof FIELDS, width: all.length };
    });
  }

  /** The unit of its finest letter, which is the default of `interval.unit` for days and coarser. */
  public get unit(): TimeUnit {
    const letters = new Set(this.pieces.map((piece) => ('letter' in piece ? piece.letter : '')));
    const finest = (['S', 's', 'm', 'H', 'd', 'M', 'y'] as const).find((letter) => letters.has(letter)) ?? 'd';
    const units = {
      S: 'MILLISECONDS',
      s: 'SECONDS',
      m: 'MINUTES',
      H: 'HOURS',
      d: 'DAYS',
      M: 'MONTHS',
      y: 'YEARS',
    } as const;
    return units[finest];
  }

  public format(date: Date): string {
    return this.pieces
      .map((piece) => ('literal' in piece ? piece.literal : formatField(piece.letter, piece.width, date)))
      .join('');
  }

  /** The time in UTC, or undefined when the text doesn't have this form. */
  public parse(text: string): Date | undefined {
    let expression = '';
    const letters: (keyof typeof FIELDS)[] = [];
    for (const piece of this.pieces) {
      if ('literal' in piece) expression += piece.literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      else {
        letters.push(piece.letter);
        if (piece.letter === 'M' && piece.width === 3) expression += '([A-Za-z]{3})';
        else expression += piece.width === 1 ? '(\\d+)' : `(\\d{${piece.width}})`;
      }
    }
    const match = new RegExp(`^${expression}$`).exec(text);
    if (!match) return undefined;
    const values: Record<keyof typeof FIELDS, number> = { y: 1970, M: 1, d: 1, H: 0, m: 0, s: 0, S: 0 };
    letters.forEach((letter, index) => {
      const part = match[index + 1] as string;
      const month = MONTH_NAMES.findIndex((name) => name.toLowerCase() === part.toLowerCase()) + 1;
      values[letter] =
        letter === 'M' && month > 0 ? month : letter === 'S' ? Number(`0.${part}`) * 1_000 : Number(part);
    });
    const date = new Date(0);
    date.setUTCFullYear(values.y, values.M - 1, values.d);
    date.setUTCHours(values.H, values.m, values.s, Math.floor(values.S));
    return date;
  }
}

function formatField(letter: keyof typeof FIELDS, width: number, date: Date): string {
  if (letter === 'M' && width === 3) return MONTH_NAMES[date.getUTCMonth()] as string;
  if (letter === 'S') return String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(width, '0').slice(0, width);
  const values = {
    y: date.getUTCFullYear(),
    M: date.getUTCMonth() + 1,
    d: date.getUTCDate(),
    H: date.getUTCHours(),
    m: date.getUTCMinutes(),
    s: date.getUTCSeconds(),
  };
  return String(values[letter]).padStart(width, '0');
}

/** Adds calendar units in UTC. */
export function addUnits(date: Date, count: number, unit: TimeUnit): Date {
  const result = new Date(date);
  switch (unit) {
    case 'YEARS':
    case 'MONTHS': {
      const day = result.getUTCDate();
      result.setUTCDate(1);
      result.setUTCMonth(result.getUTCMonth() + count * (unit === 'YEARS' ? 12 : 1));
      const last = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate();
      result.setUTCDate(Math.min(day, last));
      return result;
    }
    default:
      return new Date(result.getTime() + count * MILLIS[unit]);
  }
}

const MILLIS: Readonly<Record<Exclude<TimeUnit, 'YEARS' | 'MONTHS'>, number>> = {
  WEEKS: 604_800_000,
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1_000,
  MILLISECONDS: 1,
};
