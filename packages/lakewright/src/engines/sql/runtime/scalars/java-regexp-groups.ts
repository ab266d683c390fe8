import { invalidArgument } from '../support';

interface Frame {
  readonly capture?: number;
  /** `(?=`, `(?<!`… */
  readonly look?: string;
  /** Own groups in the alternative that's being read, and in those before it. */
  readonly here: Set<number>;
  readonly earlier: Set<number>;
  /** Own groups that may not take part in a match of this frame. */
  readonly maybe: Set<number>;
  alternatives: number;
  /** Characters that the alternative takes so far; undefined when that depends. */
  width: number | undefined;
  /** Widths of the alternatives before it. */
  readonly widths: (number | undefined)[];
}

const frame = (capture?: number, look?: string): Frame => ({
  capture,
  look,
  here: new Set(),
  earlier: new Set(),
  maybe: new Set(),
  alternatives: 1,
  width: 0,
  widths: [],
});

const addAll = (target: Set<number>, source: Iterable<number>): void => {
  for (const item of source) target.add(item);
};

/**
 * What the groups of a pattern may do: which may be without a match, which of them a repetition visits again
 * (JavaScript then forgets the text, Joni keeps it), and how wide a lookbehind is (Joni wants a fixed width).
 */
export class GroupLedger {
  public readonly unsure = new Set<number>();
  public count = 0;
  private readonly frames: Frame[] = [frame()];
  /** The last atom, if it's a group, for the quantifier behind it. */
  private last: { readonly all: ReadonlySet<number>; readonly maybe: ReadonlySet<number> } | undefined;
  private lastWidth: number | undefined = 0;

  public capture(): number {
    return ++this.count;
  }

  public open({ capture, look }: { readonly capture?: number; readonly look?: string }): void {
    this.frames.push(frame(capture, look));
  }

  public add(width: number | undefined): void {
    this.last = undefined;
    this.lastWidth = width;
    this.top.width = plus(this.top.width, width);
  }

  public alternative(): void {
    const { top } = this;
    addAll(top.earlier, top.here);
    top.here.clear();
    top.widths.push(top.width);
    top.width = 0;
    top.alternatives++;
  }

  public close(): void {
    const closed = this.frames.pop() as Frame;
    const widths = [...closed.widths, closed.width];
    const width = widths.every((one) => one === widths[0]) ? widths[0] : undefined;
    if (closed.look?.startsWith('(?<')) this.checkLookbehind(closed, widths);
    const all = new Set([...closed.here, ...closed.earlier]);
    const maybe = new Set([...closed.maybe, ...(closed.alternatives > 1 ? all : [])]);
    if (closed.capture !== undefined) all.add(closed.capture);
    addAll(this.top.here, all);
    addAll(this.top.maybe, maybe);
    const isLook = closed.look !== undefined && /[=!]$/.test(closed.look);
    this.add(isLook ? 0 : width);
    this.last = { all, maybe };
  }

  private checkLookbehind({ look, here, earlier }: Frame, widths: readonly (number | undefined)[]): void {
    const captures = look === '(?<!' && here.size + earlier.size > 0;
    if (captures || widths.includes(undefined)) invalidArgument('invalid pattern in look-behind');
  }

  public repeat(least: number, most: number): void {
    const { top, last } = this;
    if (last && most > 1) addAll(this.unsure, last.maybe);
    if (last && least === 0) addAll(top.maybe, last.all);
    const once = this.lastWidth;
    const width = once === 0 ? 0 : least === most && once !== undefined ? once * least : undefined;
    top.width =
      top.width === undefined || once === undefined || width === undefined ? undefined : top.width - once + width;
    this.lastWidth = width;
  }

  /** Whether the group has matched for sure where the pattern has come to. */
  public isSet(group: number): boolean {
    return this.frames.every(
      ({ capture, earlier, maybe }) => capture !== group && !earlier.has(group) && !maybe.has(group),
    );
  }

  private get top(): Frame {
    return this.frames.at(-1) as Frame;
  }
}

const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
