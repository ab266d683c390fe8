// biome-ignore-all lint/a11y/useSemanticElements: rows of a virtual grid aren't where a table would put them
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and says which cell is active
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type CellColumn, type Cells, formatterOf, isMeasure, tsv } from './cells';
import { counted } from './format';
import { useNarrow } from './parts';
import type { RowSource } from './rows';
import { say } from './store';
import './grid.css';

/** Browsers draw nothing below some 17 million pixels: longer lists scroll in larger steps. */
const MOST_PIXELS = 12_000_000;
/** Rows above and below what is in sight. */
const MARGIN = 8;
/** Rows that columns take their width from. */
const MEASURED = 100;
/** Rows that go to the clipboard at once; the CSV has all. */
export const MOST_COPIED = 100_000;
const WIDEST = 48;
const PADDING = 24;

interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface GridProps {
  readonly label: string;
  readonly columns: readonly CellColumn[];
  readonly source: RowSource;
}

/** Rows without end in a box: only those in sight are in the page. Arrow keys move a cell's cursor. */
export function Grid({ label, columns, source }: GridProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const rowHeight = useNarrow() ? 34 : 28;
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const [cursor, setCursor] = useState<Cell>({ row: 0, column: 0 });
  const [anchor, setAnchor] = useState<Cell | undefined>();
  const [, draw] = useState({});
  const { count } = source;

  useEffect(() => source.subscribe(() => draw({})), [source]);
  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    element.scrollTop = 0;
    setTop(0);
    setCursor({ row: 0, column: 0 });
    setAnchor(undefined);
  }, [source]);
  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scale = new Scale(count, rowHeight, Math.max(rowHeight, height - rowHeight));
  const first = Math.max(0, scale.rowAt(top) - MARGIN);
  const last = Math.min(count, scale.rowAt(top) + Math.ceil(height / rowHeight) + MARGIN);
  useEffect(() => source.want(first, last), [source, first, last]);

  const isHere = source.row(0) !== undefined;
  const shape = useMemo(() => shapeOf(columns, source), [columns, source, isHere]);

  const move = (to: Cell, isSelecting: boolean): void => {
    const next = {
      row: Math.max(0, Math.min(count - 1, to.row)),
      column: Math.max(0, Math.min(columns.length - 1, to.column)),
    };
    setAnchor(isSelecting ? (anchor ?? cursor) : undefined);
    setCursor(next);
    reveal(box.current as HTMLDivElement, scale, next, shape);
  };
  const range = rangeOf(cursor, anchor);
  const onKeyDown = (event: KeyboardEvent): void => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key.toLowerCase() === 'c') {
      event.preventDefault();
      void copyRange(source, range);
      return;
    }
    if (isCommand && event.key.toLowerCase() === 'a') {
      event.preventDefault();
      setAnchor({ row: 0, column: 0 });
      setCursor({ row: count - 1, column: columns.length - 1 });
      return;
    }
    const to = target(event, cursor, count, columns.length, Math.max(1, Math.floor(height / rowHeight) - 2));
    if (!to || count === 0) return;
    event.preventDefault();
    move(to, event.shiftKey);
  };
  const onClick = (event: MouseEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-at]');
    if (!cell) return;
    const [row = 0, column = 0] = (cell.dataset.at ?? '').split(' ').map(Number);
    move({ row, column }, event.shiftKey);
  };
  const rows: number[] = [];
  for (let index = first; index < last; index++) rows.push(index);
  return (
    <div
      class="vgrid"
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      aria-activedescendant={count > 0 && cursor.row >= first && cursor.row < last ? `${id}-cell` : undefined}
      tabIndex={0}
      style={{ '--cols': shape.template, '--width': shape.width }}
      onScroll={() => setTop((box.current as HTMLDivElement).scrollTop)}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div class="vhead" role="rowgroup">
        <div class="vrow" role="row" aria-rowindex={1}>
          {columns.map((column, index) => (
            <span
              key={index}
              role="columnheader"
              aria-colindex={index + 1}
              class={isMeasure(column) ? 'num' : ''}
              title={column.type}
            >
              {column.name}
            </span>
          ))}
        </div>
      </div>
      <div class="vbody" role={count > 0 ? 'rowgroup' : 'presentation'} style={{ height: `${scale.pixels}px` }}>
        {rows.map((index) => (
          <div
            key={index}
            class="vrow"
            role="row"
            aria-rowindex={index + 2}
            style={{ transform: `translateY(${scale.offsetOf(index, top)}px)` }}
          >
            {columns.map((column, place) => (
              <Value
                key={place}
                id={cursor.row === index && cursor.column === place ? `${id}-cell` : undefined}
                at={`${index} ${place}`}
                place={place}
                isNumber={isMeasure(column)}
                isChosen={isWithin(range, index, place)}
                value={source.row(index)?.[place]}
                format={shape.formats[place] ?? String}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function Value(given: {
  id: string | undefined;
  at: string;
  place: number;
  isNumber: boolean;
  isChosen: boolean;
  value: string | null | undefined;
  format: (value: string) => string;
}) {
  const { id, at, place, isNumber, isChosen, value, format } = given;
  return (
    <span
      id={id}
      role="gridcell"
      data-at={at}
      aria-colindex={place + 1}
      aria-selected={isChosen}
      class={`${isNumber ? 'num' : ''}${id ? ' cur' : ''}`}
    >
      {value === undefined ? '…' : value === null ? <em class="hidden-val">null</em> : format(value)}
    </span>
  );
}

/** Between a row and a place in the box, which may be shorter than all rows are. */
class Scale {
  public readonly pixels: number;
  private readonly all: number;

  public constructor(
    count: number,
    private readonly rowHeight: number,
    private readonly view: number,
  ) {
    this.all = count * rowHeight;
    this.pixels = Math.min(this.all, MOST_PIXELS);
  }

  /** Pixels of all rows above the box. */
  private above(top: number): number {
    const room = this.pixels - this.view;
    return room <= 0 || this.all === this.pixels ? top : (top / room) * (this.all - this.view);
  }

  public rowAt(top: number): number {
    return Math.floor(this.above(top) / this.rowHeight);
  }

  public offsetOf(row: number, top: number): number {
    return Math.round(row * this.rowHeight - this.above(top) + top);
  }

  /** Where to scroll so that a row is in sight; undefined = it is. */
  public reveal(row: number, top: number): number | undefined {
    const above = this.above(top);
    const [start, end] = [row * this.rowHeight, (row + 1) * this.rowHeight];
    if (start >= above && end <= above + this.view) return undefined;
    const wanted = start < above ? start : end - this.view;
    return this.all === this.pixels ? wanted : (wanted / (this.all - this.view)) * (this.pixels - this.view);
  }
}

interface Shape {
  readonly template: string;
  readonly width: string;
  /** Characters of each column. */
  readonly widths: readonly number[];
  readonly formats: readonly ((value: string) => string)[];
}

/** Columns take their content's width; the rest stays empty. */
function shapeOf(columns: readonly CellColumn[], source: RowSource): Shape {
  const sample: Cells[] = [];
  for (let index = 0; index < Math.min(MEASURED, source.count); index++) {
    const row = source.row(index);
    if (row) sample.push(row);
  }
  const formats = columns.map((column, place) =>
    formatterOf(
      column,
      sample.map((row) => row[place] ?? null),
    ),
  );
  const widths = columns.map(({ name }, place) => {
    const texts = sample.map((row) => (row[place] === null ? 4 : (formats[place] ?? String)(row[place] ?? '').length));
    return Math.min(WIDEST, Math.max(4, name.length, ...texts));
  });
  return {
    template: `${widths.map((width) => `calc(${width}ch + ${PADDING}px)`).join(' ')} 1fr`,
    width: `calc(${widths.reduce((sum, one) => sum + one, 0)}ch + ${PADDING * widths.length}px)`,
    widths,
    formats,
  };
}

function reveal(element: HTMLElement, scale: Scale, { row, column }: Cell, { widths }: Shape): void {
  const top = scale.reveal(row, element.scrollTop);
  if (top !== undefined) element.scrollTop = top;
  const character = 7.25;
  const left = widths.slice(0, column).reduce((sum, one) => sum + one * character + PADDING, 0);
  const right = left + (widths[column] ?? 0) * character + PADDING;
  if (left < element.scrollLeft) element.scrollLeft = left;
  else if (right > element.scrollLeft + element.clientWidth) element.scrollLeft = right - element.clientWidth;
}

interface Range {
  readonly from: Cell;
  readonly to: Cell;
}

function rangeOf(cursor: Cell, anchor: Cell = cursor): Range {
  return {
    from: { row: Math.min(cursor.row, anchor.row), column: Math.min(cursor.column, anchor.column) },
    to: { row: Math.max(cursor.row, anchor.row), column: Math.max(cursor.column, anchor.column) },
  };
}

const isWithin = ({ from, to }: Range, row: number, column: number): boolean =>
  row >= from.row && row <= to.row && column >= from.column && column <= to.column;

function target(event: KeyboardEvent, { row, column }: Cell, rows: number, columns: number, page: number) {
  const isFar = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'ArrowUp':
      return { row: isFar ? 0 : row - 1, column };
    case 'ArrowDown':
      return { row: isFar ? rows - 1 : row + 1, column };
    case 'ArrowLeft':
      return { row, column: isFar ? 0 : column - 1 };
    case 'ArrowRight':
      return { row, column: isFar ? columns - 1 : column + 1 };
    case 'PageUp':
      return { row: row - page, column };
    case 'PageDown':
      return { row: row + page, column };
    case 'Home':
      return { row: isFar ? 0 : row, column: 0 };
    case 'End':
      return { row: isFar ? rows - 1 : row, column: columns - 1 };
    default:
      return undefined;
  }
}

async function copyRange(source: RowSource, { from, to }: Range): Promise<void> {
  const end = Math.min(to.row + 1, from.row + MOST_COPIED);
  const rows = await source.fetch(from.row, end);
  const cells = rows.map((row) => row.slice(from.column, to.column + 1));
  await navigator.clipboard.writeText(tsv(undefined, cells));
  say(rows.length === 1 && from.column === to.column ? 'Cell copied' : `${counted(rows.length, 'row')} copied`);
}

/** All rows, with the names of the columns. */
export async function copyAll(columns: readonly CellColumn[], source: RowSource): Promise<void> {
  const rows = await source.fetch(0, Math.min(source.count, MOST_COPIED));
  await navigator.clipboard.writeText(tsv(columns, rows));
  const rest = rows.length < source.count ? 'The first ' : '';
  say(`${rest}${counted(rows.length, 'row')} copied${rest && '; the CSV has all'}`);
}
