import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A line of a graph, between elements that have `data-id`. */
export interface Line {
  readonly from: string;
  readonly to: string;
  readonly width?: number;
  readonly state?: 'run' | 'fail';
}

/** Names of the catalog have no spaces: they may break where their words end. */
export function breakable(name: string): ComponentChildren {
  return name.split(/(?<=[_\-/.])/).map((word, index) => (
    <>
      {index > 0 && <wbr />}
      {word}
    </>
  ));
}

/** Everything up- and downstream of one node. */
export function lineage(lines: readonly Line[], id: string | undefined): ReadonlySet<Line> {
  if (id === undefined) return new Set();
  const walk = (from: 'from' | 'to', to: 'from' | 'to'): ReadonlySet<string> => {
    const seen = new Set([id]);
    for (const one of seen) for (const line of lines) if (line[from] === one) seen.add(line[to]);
    return seen;
  };
  const [after, before] = [walk('from', 'to'), walk('to', 'from')];
  return new Set(lines.filter(({ from, to }) => after.has(from) || before.has(to)));
}

interface Path extends Line {
  readonly d: string;
  /** Those that it stands for. */
  readonly lines: readonly Line[];
}

/** Nodes in a grid with lines behind them; arrow keys follow the lines and the columns. */
export function Graph(given: {
  id: string;
  label: string;
  lines: readonly Line[];
  selected: string | undefined;
  select: (id: string) => void;
  columns: string;
  /** Many columns: less between them, and less in a card's line. */
  isDense?: boolean;
  /** Where each of some nodes leads to each of others, their lines meet in a point. */
  bundled?: boolean;
  children: ComponentChildren;
}) {
  const { id, label, lines, selected, select, columns, isDense = false, bundled = false, children } = given;
  const box = useRef<HTMLElement>(null);
  const paths = usePaths(box, lines, bundled);
  const hot = lineage(lines, selected);
  const onKeyDown = (event: KeyboardEvent): void => {
    const element = (event.target as HTMLElement).closest<HTMLElement>('.node');
    const at = element?.dataset.id;
    if (!event.key.startsWith('Arrow') || at === undefined) return;
    event.preventDefault();
    const next = neighbour(box.current as HTMLElement, lines, element as HTMLElement, event.key);
    if (!next) return;
    select(next.dataset.id as string);
    next.focus();
  };
  return (
    <section
      class={`graph${isDense ? ' dense' : ''}`}
      id={id}
      aria-label={label}
      ref={box}
      onKeyDown={onKeyDown}
      style={{ gridTemplateColumns: columns }}
    >
      {children}
      <svg class="edges" aria-hidden="true">
        {paths.map((path) => (
          <path
            key={`${path.from} ${path.to}`}
            class={`edge ${path.state ?? ''}${isHot(hot, path) ? ' hot' : ''}`}
            stroke-width={path.width ?? 1.5}
            d={path.d}
          />
        ))}
      </svg>
    </section>
  );
}

const isHot = (hot: ReadonlySet<Line>, { lines }: Path): boolean => lines.some((line) => hot.has(line));

function neighbour(
  box: HTMLElement,
  lines: readonly Line[],
  element: HTMLElement,
  key: string,
): HTMLElement | undefined {
  const { id, col } = element.dataset;
  const all = [...box.querySelectorAll<HTMLElement>('.node')];
  const same = all.filter((one) => one.dataset.col === col);
  const at = same.indexOf(element);
  if (key === 'ArrowDown') return same[at + 1];
  if (key === 'ArrowUp') return same[at - 1];
  const next =
    key === 'ArrowRight' ? lines.find(({ from }) => from === id)?.to : lines.find(({ to }) => to === id)?.from;
  return all.find((one) => one.dataset.id === next);
}

/** Curves from card to card, by where the browser has put them. */
function usePaths(box: RefObject<HTMLElement | null>, lines: readonly Line[], bundled: boolean): readonly Path[] {
  const [paths, setPaths] = useState<readonly Path[]>([]);
  const measure = (): void => {
    const element = box.current;
    if (!element) return;
    setPaths(getComputedStyle(element).display === 'grid' ? pathsOf(element, lines, bundled) : []);
  };
  useLayoutEffect(measure, [lines]);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [lines]);
  return paths;
}

interface Side {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function pathsOf(box: HTMLElement, lines: readonly Line[], bundled: boolean): Path[] {
  const origin = box.getBoundingClientRect();
  const sides = new Map<string, Side>();
  for (const node of box.querySelectorAll<HTMLElement>('.node')) {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const side = {
      left: left - origin.left,
      right: right - origin.left,
      top: top - origin.top,
      bottom: bottom - origin.top,
    };
    sides.set(node.dataset.id as string, side);
  }
  const joins = bundled ? joinsOf(lines) : [];
  const joined = new Set(joins.flatMap(({ lines: own }) => own));
  return [
    ...lines.flatMap((line): Path[] => {
      const [a, b] = [sides.get(line.from), sides.get(line.to)];
      return a && b && !joined.has(line) ? [{ ...line, lines: [line], d: curve(a, b) }] : [];
    }),
    ...joins.flatMap((join) => joinPaths(join, sides)),
  ];
}

interface Join {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly lines: readonly Line[];
}

/** Sets of nodes of which each leads to each of another set. */
function joinsOf(lines: readonly Line[]): Join[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of lines) targets.set(from, [...(targets.get(from) ?? []), to]);
  const groups = new Map<string, { from: string[]; to: string[] }>();
  for (const [from, to] of targets) {
    const key = JSON.stringify([...to].sort());
    const known = groups.get(key);
    if (known) known.from.push(from);
    else groups.set(key, { from: [from], to });
  }
  return [...groups.values()]
    .filter(({ from, to }) => from.length > 1 && to.length > 1)
    .map(({ from, to }) => ({
      from,
      to,
      lines: lines.filter((line) => from.includes(line.from) && to.includes(line.to)),
    }));
}

function joinPaths({ from, to, lines }: Join, sides: ReadonlyMap<string, Side>): Path[] {
  const [sources, targets] = [from, to].map((ids) => ids.flatMap((id) => sides.get(id) ?? []));
  if (!sources?.length || !targets?.length) return [];
  const x = (Math.max(...sources.map(({ right }) => right)) + Math.min(...targets.map(({ left }) => left))) / 2;
  const y = Math.min(...[...sources, ...targets].map(({ top, bottom }) => (top + bottom) / 2));
  const point = { left: x, right: x, top: y, bottom: y };
  const half = (id: string, own: readonly Line[], d: string): Path => {
    const state = own.find((line) => line.state === 'run')?.state ?? own.find((line) => line.state === 'fail')?.state;
    return { from: id, to: '', lines: own, d, ...(state && { state }) };
  };
  return [
    ...from.flatMap((id) => {
      const side = sides.get(id);
      return side
        ? [
            half(
              `${id} >`,
              lines.filter((line) => line.from === id),
              curve(side, point),
            ),
          ]
        : [];
    }),
    ...to.flatMap((id) => {
      const side = sides.get(id);
      return side
        ? [
            half(
              `> ${id}`,
              lines.filter((line) => line.to === id),
              curve(point, side),
            ),
          ]
        : [];
    }),
  ];
}

const TALL = 90;

function curve(a: Side, b: Side): string {
  const middle = ({ top, bottom }: Side): number => (top + bottom) / 2;
  const within = (y: number, { top, bottom }: Side): number => Math.max(top + 14, Math.min(bottom - 14, y));
  const y1 = a.bottom - a.top > TALL ? within(middle(b), a) : middle(a);
  const y2 = b.bottom - b.top > TALL ? within(middle(a), b) : middle(b);
  // Within one column a line goes round the right-hand side.
  if (b.left < a.right) {
    const out = Math.max(a.right, b.right) + 22;
    return `M${a.right} ${y1}C${out} ${y1} ${out} ${y2} ${b.right} ${y2}`;
  }
  // Past other columns it is flat for most of its way.
  const bend = Math.min((b.left - a.right) / 2, 60);
  return `M${a.right} ${y1}C${a.right + bend} ${y1} ${b.left - bend} ${y2} ${b.left} ${y2}`;
}
