/** A piece of a row filter; `at` counts characters from 1. */
export interface FilterToken {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'symbol' | 'end';
  /** Words as written, quoted names and texts without their quotes. */
  readonly text: string;
  readonly at: number;
}

/** What is wrong with a row filter, and where. */
export interface FilterFault {
  readonly what: string;
  readonly at: number;
  readonly allowed: string;
  readonly change: string;
}

/** Stops the parser; the public class turns it into the message. */
export class FilterFaultError extends Error {
  public constructor(public readonly fault: FilterFault) {
    super(fault.what);
  }
}

export function fault(what: string, at: number, allowed: string, change: string): never {
  throw new FilterFaultError({ what, at, allowed, change });
}

const SHAPES: readonly [FilterToken['kind'] | 'blank', RegExp][] = [
  ['blank', /[ \t\r\n]+/y],
  ['word', /[A-Za-z_$][A-Za-z0-9_$]*/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['text', /'(?:[^']|'')*'/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z0-9_$])/y],
  ['symbol', /<=|>=|<>|!=|[=<>(),.+-]/y],
];

/** Cuts a row filter into its tokens; the last one is `end`. */
export function tokenize(source: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < source.length) {
    refuseComment(source, at);
    const [kind, found] = longest(source, at);
    if (kind !== 'blank') tokens.push({ kind, text: unquoted(kind, found), at: at + 1 });
    at += found.length;
  }
  tokens.push({ kind: 'end', text: 'the end', at: source.length + 1 });
  return tokens;
}

function longest(source: string, at: number): [FilterToken['kind'] | 'blank', string] {
  for (const [kind, shape] of SHAPES) {
    shape.lastIndex = at;
    const [found] = shape.exec(source) ?? [];
    if (found !== undefined) return [kind, found];
  }
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  if (character === "'" || character === '"') {
    fault(`a ${character} without its end`, at + 1, 'texts in \'…\', names in "…"', 'close it; double it inside');
  }
  return fault(
    `${JSON.stringify(character)}`,
    at + 1,
    "columns, operators, 'texts', numbers, TRUE and FALSE",
    /[^\u0020-\u007e]/.test(character) ? 'put names with other letters in "…"' : 'take it out',
  );
}

/** An engine and this parser might end a comment differently: what is checked must be what is enforced. */
function refuseComment(source: string, at: number): void {
  const start = source.slice(at, at + 2);
  if (start === '--' || start === '/*') fault(`the comment "${start}"`, at + 1, 'no comments', 'take it out');
}

function unquoted(kind: FilterToken['kind'], found: string): string {
  if (kind === 'quoted') return found.slice(1, -1).replaceAll('""', '"');
  if (kind === 'text') return found.slice(1, -1).replaceAll("''", "'");
  return found;
}

/**
 * PartiQL's reserved words, without the parts of dates: AWS's examples have columns called `year` and `month`.
 *
 * @see https://docs.aws.amazon.com/qldb/latest/developerguide/ql-reference.reserved.html
 */
const RESERVED = new Set(
  `absolute action add all allocate alter and any are as asc assertion at authorization avg bag begin between bigint bit
  bit_length blob bool boolean both by can_cast can_lossless_cast cascade cascaded case cast catalog char char_length
  character character_length check clob close coalesce collate collation column commit connect connection constraint
  constraints continue convert corresponding count create cross current current_date current_time current_timestamp
  current_user cursor date date_add date_diff deallocate dec decimal declare default deferrable deferred delete desc
  describe descriptor diagnostics disconnect distinct domain double drop else end escape every except exception exclude
  exec execute exists explain external extract false fetch first float for foreign found from full get global go goto
  grant group having identity immediate in index indicator initially inner input insensitive insert int integer
  intersect interval into is isolation join key language last lateral leading left let level like limit list local lower
  match max min missing module names national natural nchar next no not null nullif nulls numeric octet_length of offset
  on only open option or order outer output over overlaps overlay pad partial partition pivot placing position precision
  prepare preserve primary prior privileges procedure public read real references relative remove replace restrict
  revoke right rollback rows schema scroll section select session session_user set sexp size smallint some space sql
  sqlcode sqlerror sqlstate string struct substring sum symbol system_user table temporary then time timestamp to
  trailing transaction translate translation trim true tuple union unique unknown unpivot update upper upsert usage user
  using value values varchar varying view when whenever where with work write zone`
    .split(/\s+/)
    .map((word) => word.toUpperCase()),
);

/** Whether a column of this name has to be quoted. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word.toUpperCase());
}
