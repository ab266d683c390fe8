import { invalidArgument, notCovered } from '../support';
import { caseVariants, characterClass, member } from './java-regexp-class';
import { anchorOf, type Escape, readEscape } from './java-regexp-escape';
import { GroupLedger } from './java-regexp-groups';

/** A Java pattern as a JavaScript one. */
export interface JavaPattern {
  readonly regexp: RegExp;
  /** JavaScript's group of each of the pattern's own groups: the translation adds groups. */
  readonly groups: readonly number[];
  readonly names: ReadonlyMap<string, number>;
  /** Own groups of which JavaScript forgets an earlier iteration's text, and Joni doesn't. */
  readonly unsure: ReadonlySet<number>;
  /** Text with one of these is refused: its letters equal several others when case is ignored. */
  readonly refusedText?: RegExp;
}

/** Letters that fold to several; ß is known to the translator. */
const FOLDS_TO_MANY = /[\u0149\u01f0\u0390\u03b0\u0587\u1e96-\u1e9a\u1f50-\u1fff\ufb00-\ufb17]/;
const MAX_REPEAT = 100_000;

/** @throws ScalarFailure INVALID_FUNCTION_ARGUMENT for what's no pattern, NOT_COVERED for what JavaScript can't say */
export function translatePattern(pattern: string): JavaPattern {
  const translator = new Translator(pattern);
  const source = translator.run();
  const groups: number[] = [0];
  // Every group is named: g1, g2 … are the pattern's own, h1, h2 … the translation's.
  for (const [index, [, kind]] of [...source.matchAll(/\(\?<([gh])\d+>/g)].entries()) {
    if (kind === 'g') groups.push(index + 1);
  }
  const { names, ledger, refusedText } = translator;
  try {
    const regexp = new RegExp(source, translator.flags);
    return { regexp, groups, names, unsure: ledger.unsure, refusedText };
  } catch {
    return invalidArgument(`Invalid regular expression: ${pattern}`);
  }
}

/** Flags that hold from here to the end of the group. */
interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly extended: boolean;
}

class Translator {
  public flags = 'gv';
  public readonly names = new Map<string, number>();
  public readonly ledger = new GroupLedger();
  public refusedText: RegExp | undefined;
  public at = 0;
  private readonly out: string[] = [];
  /** Where each open parenthesis began in the output, what closes it, and the flags to go back to. */
  private readonly open: { readonly start: number; readonly close: string; readonly before: Flags }[] = [];
  private state: Flags = { ignoreCase: false, dotAll: false, multiline: false, extended: false };
  /** The flag i holds for all of the pattern: JavaScript's own does. */
  private wholeCase = false;
  private helpers = 0;
  /** Where the last atom began in the output; undefined where a quantifier has nothing to repeat. */
  private atom: number | undefined;
  private quantified = false;
  /** A flag was set in the middle of this group: an alternative behind it would be a part of it. */
  private flagged = false;

  constructor(public readonly pattern: string) {}

  public get bothCases(): boolean {
    return this.state.ignoreCase && !this.wholeCase;
  }

  public run(): string {
    this.leadingFlags();
    if (this.pattern.startsWith('\\G', this.at)) {
      this.at += 2;
      this.flags += 'y';
    }
    while (this.at < this.pattern.length) this.next();
    if (this.open.length > 0) invalidArgument('end pattern with unmatched parenthesis');
    return this.out.join('');
  }

  private leadingFlags(): void {
    for (let match = this.flagsHere(); match?.[3] === ')'; match = this.flagsHere()) {
      this.state = this.changed(match[1] ?? '', match[2] ?? '');
      this.at += match[0].length;
    }
    const inner = /\(\?[a-z]*-?[a-z]*[):]/g;
    const later = [...this.pattern.slice(this.at).matchAll(inner)].some(([flags]) => flags.includes('i'));
    this.wholeCase = this.state.ignoreCase && !later;
    if (this.wholeCase) this.flags += 'i';
    this.refuseFolds();
  }

  private refuseFolds(): void {
    if (!this.state.ignoreCase) return;
    this.refusedText = FOLDS_TO_MANY;
    if (FOLDS_TO_MANY.test(this.pattern)) notCovered('a ligature under the flag i');
  }

  private flagsHere(): RegExpExecArray | null {
    return /^\(\?([A-Za-z]*)(?:-([A-Za-z]*))?([):])/.exec(this.pattern.slice(this.at));
  }

  private changed(on: string, off: string): Flags {
    if (/[^imsx]/.test(on + off)) invalidArgument('undefined group option');
    const flag = (letter: string, before: boolean): boolean =>
      off.includes(letter) ? false : on.includes(letter) || before;
    return {
      ignoreCase: flag('i', this.state.ignoreCase),
      dotAll: flag('s', this.state.dotAll),
      multiline: flag('m', this.state.multiline),
      extended: flag('x', this.state.extended),
    };
  }

  private next(): void {
    const c = this.pattern[this.at] as string;
    if (this.state.extended && /[\s#]/.test(c)) {
      this.at += c === '#' ? (/^[^\n]*\n?/.exec(this.pattern.slice(this.at))?.[0].length ?? 1) : 1;
      return;
    }
    switch (c) {
      case '\\':
        this.escapeAtom();
        return;
      case '[': {
        if (this.state.ignoreCase && /[ßẞ]/.test(this.pattern))
          notCovered('ß beside a character class under the flag i');
        this.emitAtom(characterClass(this), 1);
        return;
      }
      case '(':
        this.openGroup();
        return;
      case ')':
        this.closeGroup();
        return;
      case '.':
        this.at++;
        this.emitAtom(this.state.dotAll ? '[\\s\\S]' : '[^\\n]', 1);
        return;
      case '^':
        this.at++;
        this.emitAtom(this.state.multiline ? '(?:^|(?<=\\n)(?!$))' : '^', 0);
        return;
      case '$':
        this.at++;
        this.emitAtom(this.state.multiline ? '(?:$|(?=\\n))' : '(?=\\n?$)', 0);
        return;
      case '|':
        if (this.flagged) notCovered('an alternative behind a flag in a regular expression');
        this.at++;
        this.out.push('|');
        this.atom = undefined;
        this.ledger.alternative();
        return;
      case '*':
      case '+':
      case '?':
      case '{':
        this.quantifier();
        return;
      default:
        this.literalAtom();
    }
  }

  private literalAtom(): void {
    const text = String.fromCodePoint(this.pattern.codePointAt(this.at) as number);
    const rest = this.pattern.slice(this.at);
    if (this.state.ignoreCase && /^(?:ß|ẞ|[sSſ]{2}(?![*+?{]))/.test(rest)) {
      // Joni folds ß to ss and back.
      this.at += /^[ßẞ]/.test(rest) ? 1 : 2;
      this.emitAtom('(?:[sSſ][sSſ]|[ßẞ])', undefined);
      return;
    }
    this.at += text.length;
    this.emitAtom(this.literal(text), 1);
  }

  private literal(text: string): string {
    if (!this.bothCases) return quoted(text);
    const variants = [...caseVariants(text)];
    return variants.length === 1 ? quoted(text) : `[${variants.map(member).join('')}]`;
  }

  /** `width`: how many characters it takes; undefined when that depends. */
  private emitAtom(text: string, width: number | undefined): void {
    this.atom = this.out.length;
    this.quantified = false;
    this.out.push(text);
    this.ledger.add(width);
  }

  private quantifier(): void {
    const match = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})/.exec(this.pattern.slice(this.at));
    if (!match) {
      // A brace that is no interval stands for itself.
      this.at++;
      this.emitAtom('\\{', 1);
      return;
    }
    if (this.atom === undefined) invalidArgument('target of repeat operator is not specified');
    const [text = ''] = match;
    const [least, most] = bounds(match);
    if (least > MAX_REPEAT || (most !== Number.POSITIVE_INFINITY && most > MAX_REPEAT)) {
      invalidArgument('too big number for repeat range');
    }
    if (least > most) invalidArgument('a repeat range from more to less');
    this.at += text.length;
    const suffix = this.pattern[this.at];
    const inner = this.out.splice(this.atom).join('');
    // Anchors, and what's repeated already, can be repeated in JavaScript as a group only.
    const body = this.quantified || /^(?:\^|\$|\(\?[=!<](?![gh]\d+>))/.test(inner) ? `(?:${inner})` : inner;
    const repeat = text.startsWith('{') ? `{${least},${most === Number.POSITIVE_INFINITY ? '' : most}}` : text;
    if (suffix === '+') this.out.push(this.atomic(`${body}${repeat}`));
    else this.out.push(`${body}${repeat}${suffix === '?' ? '?' : ''}`);
    if (suffix === '+' || suffix === '?') this.at++;
    this.quantified = true;
    this.ledger.repeat(least, most);
  }

  /** What a lookahead captured can't be given back. */
  private atomic(inner: string): string {
    const name = `h${++this.helpers}`;
    return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
  }

  private openGroup(): void {
    const rest = this.pattern.slice(this.at);
    const comment = /^\(\?#[^)]*\)/.exec(rest);
    if (comment) {
      this.at += comment[0].length;
      return;
    }
    const flags = this.flagsHere();
    if (flags && flags[0] !== '(?:') {
      this.flagGroup(flags);
      return;
    }
    const named = /^\(\?<([A-Za-z_][A-Za-z0-9_]*)>/.exec(rest);
    const special = /^\(\?(?:[:=!>]|<[=!])/.exec(rest);
    let capture: number | undefined;
    let [opening, close] = [special?.[0] ?? '', ')'];
    if (special?.[0] === '(?>') {
      const name = `h${++this.helpers}`;
      [opening, close] = [`(?:(?=(?<${name}>`, `))\\k<${name}>)`];
    } else if (!special) {
      if (!named && rest.startsWith('(?')) invalidArgument('undefined group option');
      capture = this.ledger.capture();
      if (named) this.names.set(named[1] ?? '', capture);
      opening = `(?<g${capture}>`;
    }
    this.at += (special ?? named)?.[0].length ?? 1;
    this.begin(opening, close, this.state);
    this.ledger.open({ capture, look: special?.[0] });
  }

  /** `(?i)` holds to the end of the group, `(?i:…)` for its own. */
  private flagGroup(flags: RegExpExecArray): void {
    const before = this.state;
    this.state = this.changed(flags[1] ?? '', flags[2] ?? '');
    this.at += flags[0].length;
    this.refuseFolds();
    if (flags[3] === ')') {
      this.flagged = true;
      this.atom = undefined;
      return;
    }
    this.begin('(?:', ')', before);
    this.ledger.open({});
  }

  private begin(opening: string, close: string, before: Flags): void {
    this.open.push({ start: this.out.length, close, before });
    this.out.push(opening);
    this.atom = undefined;
  }

  private closeGroup(): void {
    const group = this.open.pop();
    if (!group) invalidArgument('unmatched close parenthesis');
    this.at++;
    this.out.push(group.close);
    this.state = group.before;
    this.flagged = false;
    this.atom = group.start;
    this.quantified = false;
    this.ledger.close();
  }

  private escapeAtom(): void {
    const rest = this.pattern.slice(this.at + 1);
    const literalText = /^Q([\s\S]*?)(?:\\E|$)/.exec(rest);
    if (literalText) {
      this.at += 1 + literalText[0].length;
      for (const character of literalText[1] ?? '') this.emitAtom(this.literal(character), 1);
      return;
    }
    const reference = /^(?:([1-9]\d?)|k<([A-Za-z_][A-Za-z0-9_]*)>)/.exec(rest);
    if (reference) {
      this.at += 1 + reference[0].length;
      this.emitAtom(this.backReference(reference[1], reference[2]), undefined);
      return;
    }
    const anchor = anchorOf(rest[0]);
    if (anchor !== undefined) {
      this.at += 2;
      this.emitAtom(anchor, 0);
      return;
    }
    const one = this.escape();
    this.emitAtom('members' in one ? `[${one.members}]` : this.literal(one.character), 1);
  }

  /** Reads an escape that stands for a character or for a class of them. */
  public escape(): Escape {
    const read = readEscape(this.pattern.slice(this.at));
    this.at += read.length;
    return read.escape;
  }

  private backReference(number: string | undefined, name: string | undefined): string {
    const group = number === undefined ? this.names.get(name ?? '') : Number(number);
    if (group === undefined || group > this.ledger.count) return invalidArgument('invalid backref number/name');
    if (!this.ledger.isSet(group)) notCovered('a reference to a group that may not have matched');
    if (this.bothCases) notCovered('a reference to a group under a flag i that holds for a part of the pattern');
    return `\\k<g${group}>`;
  }
}

function quoted(text: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(text) ? `\\${text}` : text;
}

/** Least and most of `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`. */
function bounds([text = '', least, comma, most]: RegExpExecArray): [number, number] {
  if (text === '*') return [0, Number.POSITIVE_INFINITY];
  if (text === '+') return [1, Number.POSITIVE_INFINITY];
  if (text === '?') return [0, 1];
  const from = Number(least);
  if (comma === undefined) return [from, from];
  return [from, most === '' || most === undefined ? Number.POSITIVE_INFINITY : Number(most)];
}
