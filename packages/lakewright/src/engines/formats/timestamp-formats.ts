import { NotCoveredError } from '../sql/errors';

/** One of a SerDe's `timestamp.formats`: text → milliseconds since 1970, or undefined where it doesn't fit. */
export type TimestampFormat = (text: string) => number | undefined;

/** The first format that fits the whole text wins. */
export function parseWithFormats(text: string, formats: readonly TimestampFormat[]): number | undefined {
  for (const format of formats) {
    const time = format(text);
    if (time !== undefined) return time;
  }
  return undefined;
}

/**
 * `timestamp.formats`: patterns separated by commas (`\,` for a comma inside), `millis` for epoch milliseconds.
 *
 * @throws NotCoveredError for a pattern letter that isn't covered
 */
export function timestampFormats(property: string | undefined): TimestampFormat[] {
  if (!property) return [];
  return property
    .split(/(?<!\\),/)
    .map((pattern) => pattern.replace(/\\(.)/g, '$1'))
    .filter((pattern) => pattern !== '')
    .map((pattern) => (/^millis$/i.test(pattern) ? millis : compile(pattern)));
}

const millis: TimestampFormat = (text) => {
  const match = /^(-?\d+)(?:\.\d+)?$/.exec(text);
  return match ? Number(match[1]) : undefined;
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fraction: number;
  offset: number;
}

/** Joda's letters that log formats use. */
function compile(pattern: string): TimestampFormat {
  const setters: ((fields: Fields, text: string) => void)[] = [];
  let expression = '';
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[\s\S]/g)) {
    if (token.startsWith("'"))
      expression += quoted(token === "''" ? "'" : token.replace(/^'|'$/g, '').replace(/''/g, "'"));
    else if (/[A-Za-z]/.test(token)) expression += letter(token, setters);
    else expression += quoted(token);
  }
  const regex = new RegExp(`^${expression}$`, 'i');
  return (text) => {
    const match = regex.exec(text);
    if (!match) return undefined;
    const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, fraction: 0, offset: 0 };
    setters.forEach((set, index) => {
      set(fields, match[index + 1] as string);
    });
    const { year, month, day, hour, minute, second, fraction, offset } = fields;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    if (date.getUTCDate() !== day) return undefined;
    return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + Math.floor(fraction * 1_000);
  };
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function letter(token: string, setters: ((fields: Fields, text: string) => void)[]): string {
  const number = (name: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'): string => {
    setters.push((fields, text) => {
      fields[name] = Number(text);
    });
    return token.length > 1 ? `(\\d{${token.length}})` : '(\\d{1,4})';
  };
  switch (token[0]) {
    case 'y':
    case 'Y':
      if (token.length === 2) break;
      return number('year');
    case 'M':
      if (token.length === 3) {
        setters.push((fields, text) => {
          fields.month = MONTHS.indexOf(text.toLowerCase()) + 1;
        });
        return '([A-Za-z]{3})';
      }
      if (token.length > 3) break;
      return number('month');
    case 'd':
      return number('day');
    case 'H':
      return number('hour');
    case 'm':
      return number('minute');
    case 's':
      return number('second');
    case 'S':
      setters.push((fields, text) => {
        fields.fraction = Number(`0.${text}`);
      });
      return `(\\d{1,${Math.max(token.length, 3)}})`;
    case 'Z':
      setters.push((fields, text) => {
        const sign = text.startsWith('-') ? -1 : 1;
        fields.offset = /z/i.test(text) ? 0 : sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(-2)));
      });
      return '([+-]\\d{2}:?\\d{2}|Z)';
  }
  throw new NotCoveredError(`timestamp.formats letter '${token}'`);
}
