import { invalidArgument, notCovered } from '../support';

/** A Java pattern as a JavaScript one. */
export interface JavaPattern {
  readonly regexp: RegExp;
  /** JavaScript's group of each of the pattern's own groups: the translation adds groups. */
  readonly groups: readonly number[];
  readonly names: ReadonlyMap<string, number>;
}

/** Joni's character classes with UTF-8 are Unicode's. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{M}\\p{N}\\p{Pc}',
  s: '\\t-\\r \\x85\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000',
};

const PROPERTIES: Readonly<Record<string, string>> = {
  Lower: '\\p{Ll}',
  Upper: '\\p{Lu}',
  Alpha: '\\p{L}\\p{M}',
  Digit: '\\p{Nd}',
  Alnum: '\\p{L}\\p{M}\\p{Nd}',
  Punct: '\\p{P}',
  Space: CLASSES.s ?? '',
  Blank: ' \\t\\p{Zs}',
  Cntrl: '\\p{Cc}',
  XDigit: '0-9A-Fa-f',
  ASCII: '\\x00-\\x7F',
  Word: CLASSES.w ?? '',
};

const ESCAPES: Readonly<Record<string, string>> = {
  t: '\\t',
  n: '\\n',
  r: '\\r',
  f: '\\f',
  v: '\\v',
  a: '\\x07',
  e: '\\x1B',
};

/** @throws ScalarFailure INVALID_FUNCTION_ARGUMENT for what's no pattern, NOT_COVERED for what JavaScript can't say */
export function translatePattern(pattern: string): JavaPattern {
  const translator = new Translator(pattern);
  const source = translator.run();
  try {
    return { regexp: new RegExp(source, translator.flags), groups: translator.groups, names: translator.names };
  } catch {
    return invalidArgument(`Invalid regular expression: ${pattern}`);
  }
}

class Translator {
  public flags = 'gu';
  public readonly groups: number[] = [0];
  public readonly names = new Map<string, number>();
  private readonly out: string[] = [];
  /** Where each open parenthesis began in the output, and what closes it. */
  private readonly open: { readonly start: number; readonly close: string }[] = [];
  private at = 0;
  private captures = 0;
  /** Where the last atom began in the output: what a possessive quantifier wraps. */
  private atom = 0;
  private multiline = false;
  private dotAll = false;

  constructor(private readonly pattern: string) {}

  public run(): string {
    this.leadingFlags();
    while (this.at < this.pattern.length) this.next();
    if (this.open.length > 0) invalidArgument(`Invalid regular expression: end pattern with unmatched parenthesis`);
    return this.out.join('');
  }

  private leadingFlags(): void {
    for (;;) {
      const match = /^\(\?([a-z]+)\)/.exec(this.pattern.slice(this.at));
      if (!match) return;
      for (const flag of match[1] ?? '') this.setFlag(flag);
      this.at += match[0].length;
    }
  }

  private setFlag(flag: string): void {
    switch (flag) {
      case 'i':
        if (!this.flags.includes('i')) this.flags += 'i';
        return;
      case 's':
        this.dotAll = true;
        return;
      case 'm':
        this.multiline = true;
        return;
      case 'u':
        return;
      default:
        notCovered(`flag ${flag} in a regular expression`);
    }
  }

  private next(): void {
    const c = this.pattern[this.at] as string;
    switch (c) {
      case '\\':
        this.emitAtom(this.escape(false));
        return;
      case '[':
        this.emitAtom(this.characterClass());
        return;
      case '(':
        this.openGroup();
        return;
      case ')':
        this.closeGroup();
        return;
      case '.':
        this.at++;
        this.emitAtom(this.dotAll ? '[\\s\\S]' : '[^\\n]');
        return;
      case '^':
        this.at++;
        this.out.push(this.multiline ? '(?<![^\\n])' : '(?<![\\s\\S])');
        return;
      case '$':
        this.at++;
        this.out.push(this.multiline ? '(?![^\\n])' : '(?=\\n?(?![\\s\\S]))');
        return;
      case '|':
        this.at++;
        this.out.push('|');
        return;
      case '*':
      case '+':
      case '?':
      case '{':
        this.quantifier();
        return;
      default: {
        const text = String.fromCodePoint(this.pattern.codePointAt(this.at) as number);
        this.at += text.length;
        this.emitAtom(literal(text));
      }
    }
  }

  private emitAtom(text: string): void {
    this.atom = this.out.length;
    this.out.push(text);
  }

  private quantifier(): void {
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.pattern.slice(this.at));
    if (!match) {
      // A brace that is no interval stands for itself.
      this.at++;
      this.emitAtom('\\{');
      return;
    }
    this.at += match[0].length;
    const suffix = this.pattern[this.at];
    if (suffix === '+') {
      this.at++;
      this.wrapAtomic(match[0]);
      return;
    }
    if (suffix === '?') this.at++;
    this.out.push(`${match[0]}${suffix === '?' ? '?' : ''}`);
  }

  /** `X*+`: what a lookahead captured can't be given back. Only a pattern without groups of its own inside. */
  private wrapAtomic(quantifier: string): void {
    const inner = this.out.splice(this.atom).join('');
    if (/\((?!\?)|\(\?</.test(inner.replace(/\(\?<[=!]/g, ''))) notCovered('a possessive quantifier on a group');
    this.captures++;
    this.out.push(`(?:(?=(${inner}${quantifier}))\\${this.captures})`);
  }

  private openGroup(): void {
    const rest = this.pattern.slice(this.at);
    const start = this.out.length;
    const named = /^\(\?<([A-Za-z][A-Za-z0-9]*)>/.exec(rest);
    const special = /^\(\?(?:[:=!]|<[=!])/.exec(rest);
    if (named) {
      this.capture(named[1]);
      this.at += named[0].length;
      this.out.push(named[0]);
    } else if (special) {
      this.at += special[0].length;
      this.out.push(special[0]);
    } else if (rest.startsWith('(?>')) {
      notCovered('an atomic group in a regular expression');
    } else if (rest.startsWith('(?')) {
      notCovered(`${rest.slice(0, 4)} in a regular expression`);
    } else {
      this.capture(undefined);
      this.at++;
      this.out.push('(');
    }
    this.open.push({ start, close: ')' });
  }

  private capture(name: string | undefined): void {
    this.captures++;
    if (name !== undefined) this.names.set(name, this.groups.length);
    this.groups.push(this.captures);
  }

  private closeGroup(): void {
    const group = this.open.pop();
    if (!group) invalidArgument('Invalid regular expression: unmatched close parenthesis');
    this.at++;
    this.out.push(group.close);
    this.atom = group.start;
  }

  /** `[a-z&&[^x]]` and nested classes are refused. */
  private characterClass(): string {
    let text = '[';
    this.at++;
    if (this.pattern[this.at] === '^') {
      text += '^';
      this.at++;
    }
    if (this.pattern[this.at] === ']') notCovered('a character class that begins with ]');
    for (;;) {
      const c = this.pattern[this.at];
      if (c === undefined) return invalidArgument('Invalid regular expression: premature end of char-class');
      if (c === ']') break;
      if (c === '[' || this.pattern.startsWith('&&', this.at)) notCovered('a nested character class');
      if (c === '\\') text += this.escape(true);
      else {
        const point = String.fromCodePoint(this.pattern.codePointAt(this.at) as number);
        this.at += point.length;
        text += point === '-' ? this.hyphen(text) : /[\^$.*+?(){}|/]/.test(point) ? `\\${point}` : point;
      }
    }
    this.at++;
    return `${text}]`;
  }

  /** A hyphen at either end, or beside a class such as \w, stands for itself. */
  private hyphen(before: string): string {
    const first = before === '[' || before === '[^';
    const afterClass = /(?:\\p\{[^}]*\}|\\u3000)$/.test(before);
    const rest = this.pattern.slice(this.at);
    return first || afterClass || rest.startsWith(']') || /^\\[dwsDWSpP]/.test(rest) ? '\\-' : '-';
  }

  private escape(inClass: boolean): string {
    const rest = this.pattern.slice(this.at + 1);
    const c = rest[0];
    if (c === undefined) return invalidArgument('Invalid regular expression: end pattern at escape');
    const consume = (length: number): void => {
      this.at += 1 + length;
    };
    const quoted = /^Q([\s\S]*?)(?:\\E|$)/.exec(rest);
    if (quoted) {
      consume(quoted[0].length);
      return [...(quoted[1] ?? '')].map(literal).join('');
    }
    const property = /^([pP])(?:\{(\^?)([A-Za-z_=]+)\}|([A-Z]))/.exec(rest);
    if (property) {
      consume(property[0].length);
      const negated = (property[1] === 'P') !== (property[2] === '^');
      return propertyClass(property[3] ?? property[4] ?? '', negated, inClass);
    }
    const code = /^(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|0([0-7]{1,3}))/.exec(rest);
    if (code) {
      consume(code[0].length);
      const hex = code[1] ?? code[2] ?? code[3];
      return `\\u{${(hex === undefined ? Number.parseInt(code[4] ?? '0', 8) : Number.parseInt(hex, 16)).toString(16)}}`;
    }
    const reference = inClass ? null : /^(?:([1-9]\d?)|k<([A-Za-z][A-Za-z0-9]*)>)/.exec(rest);
    if (reference) {
      consume(reference[0].length);
      return this.backReference(reference[1], reference[2]);
    }
    consume(1);
    return this.letterEscape(c, inClass);
  }

  private backReference(number: string | undefined, name: string | undefined): string {
    const group = number === undefined ? this.names.get(name ?? '') : Number(number);
    const own = group === undefined ? undefined : this.groups[group];
    if (own === undefined) return invalidArgument(`Invalid regular expression: invalid backref number/name`);
    return `(?:\\${own})`;
  }

  private letterEscape(c: string, inClass: boolean): string {
    const lower = c.toLowerCase();
    const named = CLASSES[lower];
    if (named !== undefined) {
      if (c === lower) return inClass ? named : `[${named}]`;
      if (inClass && lower === 's') notCovered('\\S in a character class');
      if (!inClass) return `[^${named}]`;
      if (lower === 'd') return '\\P{Nd}';
      return notCovered(`\\${c} in a character class`);
    }
    const control = ESCAPES[c];
    if (control !== undefined) return control;
    if (!/[A-Za-z0-9]/.test(c)) return literal(c);
    if (inClass) return notCovered(`\\${c} in a character class`);
    return this.anchor(c);
  }

  private anchor(c: string): string {
    const word = `[${CLASSES.w}]`;
    switch (c) {
      case 'A':
        return '(?<![\\s\\S])';
      case 'z':
        return '(?![\\s\\S])';
      case 'Z':
        return '(?=\\n?(?![\\s\\S]))';
      case 'b':
        return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
      case 'B':
        return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
      default:
        return notCovered(`\\${c} in a regular expression`);
    }
  }
}

function literal(text: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(text) ? (text === '-' ? '\\x2D' : `\\${text}`) : text;
}

function propertyClass(name: string, negated: boolean, inClass: boolean): string {
  const posix = PROPERTIES[name];
  if (posix !== undefined) {
    if (!negated) return inClass ? posix : `[${posix}]`;
    return inClass ? notCovered(`\\P{${name}} in a character class`) : `[^${posix}]`;
  }
  const property = name.replace(/^Is(?=[A-Z])/, '').replace(/^(?:general_category|gc)=/, '');
  for (const candidate of [property, `Script=${property}`]) {
    try {
      new RegExp(`\\p{${candidate}}`, 'u');
      return `\\${negated ? 'P' : 'p'}{${candidate}}`;
    } catch {
      // Not this one: the next is tried.
    }
  }
  return notCovered(`\\p{${name}} in a regular expression`);
}
