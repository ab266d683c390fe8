import type { ComponentChildren, CSSProperties, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A line of a graph, between elements that have `data-id`. */
export interface Line {
  readonly from: string;
  readonly to: string;
  readonly width?: number;
  readonly state?: 'run' | 'fail';
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
}

/** Nodes in a grid with lines behind them; arrow keys follow the lines and the columns. */
export function Graph(given: {
  id: string;
  label: string;
  lines: readonly Line[];
  selected: string | undefined;
  select: (id: string) => void;
  columns: string;
  style?: CSSProperties;
  children: ComponentChildren;
}) {
  const { id, label, lines, selected, select, columns, style, children } = given;
  const box = useRef<HTMLElement>(null);
  const paths = usePaths(box, lines);
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
      class="graph"
      id={id}
      aria-label={label}
      ref={box}
      onKeyDown={onKeyDown}
      style={{ ...style, gridTemplateColumns: columns }}
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

const isHot = (hot: ReadonlySet<Line>, { from, to }: Line): boolean =>
  [...hot].some((one) => one.from === from && one.to === to);

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
function usePaths(box: RefObject<HTMLElement | null>, lines: readonly Line[]): readonly Path[] {
  const [paths, setPaths] = useState<readonly Path[]>([]);
  const measure = (): void => {
    const element = box.current;
    if (!element) return;
    setPaths(getComputedStyle(element).display === 'grid' ? pathsOf(element, lines) : []);
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

function pathsOf(box: HTMLElement, lines: readonly Line[]): Path[] {
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
  return lines.flatMap((line): Path[] => {
    const [a, b] = [sides.get(line.from), sides.get(line.to)];
    return a && b ? [{ ...line, d: curve(a, b) }] : [];
  });
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
