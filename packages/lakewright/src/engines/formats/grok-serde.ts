import { NotCoveredError, SqlError } from '../sql/errors';
import { GROK_PATTERNS } from './grok-patterns';
import { javaRegex } from './java-regex';
import type { LineDecoder, SerdeOptions } from './serde';
import { textValue } from './text-values';

/** `%{PATTERN}`, `%{PATTERN:name}`, `%{PATTERN:name:type}`. */
const REFERENCE = /%\{(\w+)(?::([\w.@[\]-]+))?(?::(\w+))?\}/g;

const DEEPEST = 50;

/**
 * Grok SerDe: the names in `input.format` are the columns, whatever their case; a pattern without a name has its own. A line
 * that the format isn't found in is a row of NULLs, and so is a value that isn't of its column's type.
 * `input.grokCustomPatterns` holds patterns of one's own, a line each: name, blank, regular expression.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html
 */
export function grokSerde({ columns, parameters }: SerdeOptions): LineDecoder {
  const format = parameters['input.format'];
  if (format === undefined) {
    throw new SqlError('HIVE_INVALID_METADATA', 'This table does not have serde property "input.format"!');
  }
  const patterns = { ...GROK_PATTERNS, ...customPatterns(parameters['input.grokCustomPatterns'] ?? '') };
  const names: string[] = [];
  const { regex, groups } = javaRegex(expanded(format, patterns, names, 0), { insensitive: false, whole: false });
  const fields = columns.map((column) => ({
    parse: textValue(column.type, 'GrokSerDe'),
    // A name that comes twice: whichever took part in the match.
    places: names.flatMap((name, index) => (name.toLowerCase() === column.name ? [groups[index] as number] : [])),
  }));
  return (line) => {
    const match = regex.exec(line);
    return fields.map(({ parse, places }) => {
      const place = places.find((group) => match?.[group] !== undefined);
      return place === undefined ? null : (parse(match?.[place] as string) ?? null);
    });
  };
}

function customPatterns(text: string): Record<string, string> {
  const patterns: Record<string, string> = {};
  for (const line of text.split(/\r?\n|\\n/)) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const match = /^\s*(\w+)\s+(.+?)\s*$/.exec(line);
    if (!match) throw new SqlError('HIVE_INVALID_METADATA', `input.grokCustomPatterns: '${line}' is no "NAME pattern"`);
    patterns[match[1] as string] = match[2] as string;
  }
  return patterns;
}

/** The format as a regular expression; `names` gets one entry for each of its groups. */
function expanded(format: string, patterns: Readonly<Record<string, string>>, names: string[], depth: number): string {
  if (depth > DEEPEST) throw new SqlError('HIVE_INVALID_METADATA', 'grok patterns refer to each other in a circle');
  let result = '';
  let at = 0;
  const text = (part: string): void => {
    for (const _ of part.matchAll(/(?<!\\)\((?!\?)|\(\?<(?=[A-Za-z])/g)) names.push('');
    result += part;
  };
  for (const match of format.matchAll(REFERENCE)) {
    const [all, pattern = '', name] = match;
    text(format.slice(at, match.index));
    at = match.index + all.length;
    const own = patterns[pattern];
    if (own === undefined)
      throw new SqlError('HIVE_INVALID_METADATA', `no definition for grok pattern '${pattern}' found`);
    names.push(name ?? pattern);
    result += `(${expanded(own, patterns, names, depth + 1)})`;
  }
  text(format.slice(at));
  if (/%\{/.test(result)) throw new NotCoveredError(`grok reference in '${format}'`);
  return result;
}
