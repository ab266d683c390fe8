import { invalidInput } from '../errors';

/**
 * An exclude pattern of an S3 target, relative to its include path: `*` and `?` stay in a folder, `**` crosses folders,
 * `[abc]`, `[a-z]`, `[!a]`, `{csv,avro}` (not nested), `\` escapes. The pattern must match the whole path.
 *
 * https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude
 */
export function excludes(pattern: string): (relativePath: string) => boolean {
  let source = '';
  let inGroup = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '\\' && index + 1 < pattern.length) source += literal(pattern[++index]);
    else if (character === '*' && pattern[index + 1] === '*') {
      source += '.*';
      index++;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const close = pattern.indexOf(']', index + 2);
      if (close < 0) throw refused(pattern, '"[" without "]"');
      source += bracket(pattern.slice(index + 1, close));
      index = close;
    } else if (character === '{') {
      if (inGroup) throw refused(pattern, 'nested "{"');
      inGroup = true;
      source += '(?:';
    } else if (character === '}' && inGroup) {
      inGroup = false;
      source += ')';
    } else if (character === ',' && inGroup) source += '|';
    else source += literal(character);
  }
  if (inGroup) throw refused(pattern, '"{" without "}"');
  try {
    const expression = new RegExp(`^${source}$`, 's');
    return (path) => expression.test(path);
  } catch {
    throw refused(pattern, 'not a glob pattern');
  }
}

const literal = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');

/** Never the folder separator, also when negated. */
function bracket(content: string): string {
  const negated = content.startsWith('!');
  const members = (negated ? content.slice(1) : content).replace(/[\\\]^]/g, '\\$&');
  return negated ? `[^/${members}]` : `(?!/)[${members}]`;
}

const refused = (pattern: string, why: string) =>
  invalidInput(`The exclude pattern "${pattern}" can't be read: ${why}.`);
