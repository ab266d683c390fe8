import { scaleBand, scaleLinear, scalePoint, scaleUtc } from 'd3-scale';
import { line } from 'd3-shape';
import type { ComponentChildren } from 'preact';
import { number } from './format';
import type { Mark, Point } from './views/sql-chart-data';

/** Series that have a colour of their own; others are lines without a name. */
const COLOURS = 5;
const MOST_BARS = 24;
const MOST_CELLS = 28;
const TOP = 12;

export interface ChartProps {
  readonly mark: Mark;
  readonly points: readonly Point[];
  readonly isTime: boolean;
  readonly names: { readonly x: string; readonly y: string; readonly by: string | null };
  readonly width: number;
  readonly height: number;
}

export function Chart(props: ChartProps) {
  const { mark } = props;
  if (props.points.length === 0) return null;
  if (mark === 'bar') return <Bars {...props} />;
  if (mark === 'heatmap') return <Heatmap {...props} />;
  return mark === 'point' ? <Points {...props} /> : <Lines {...props} />;
}

const shown = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1e4) return number(Math.round(value));
  return number(Math.round(value * 100) / 100).replace('-', '−');
};
const axis = (value: number): string =>
  Math.abs(value) >= 1e4
    ? new Intl.NumberFormat('en-US', { notation: 'compact' }).format(value)
    : String(value).replace('-', '−');
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const textWidth = (texts: readonly string[], most = 14): number =>
  Math.max(0, ...texts.map((text) => Math.min(most, text.length))) * 6.4;

/** `2001-05` and `2001-05-01 12:00:00.000` as UTC. */
function timeOf(text: string): number {
  const [date = '', clock = '00:00'] = text.split(/[ T]/);
  return Date.parse(`${date.length === 7 ? `${date}-01` : date}T${clock.slice(0, 12)}Z`);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
function timeText(date: Date): string {
  const [month, day, hour, minute] = [date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()];
  if (hour > 0 || minute > 0) return `${hour}:${String(minute).padStart(2, '0')}`;
  if (day > 1) return `${day} ${MONTHS[month]}`;
  return month > 0 ? (MONTHS[month] as string) : String(date.getUTCFullYear());
}

/** A scale over what is measured, with round ends. */
function measured(values: readonly number[], range: readonly [number, number], withZero = true) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const domain: [number, number] = withZero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  return scaleLinear(domain[0] === domain[1] ? [domain[0], domain[0] + 1] : domain, range).nice(5);
}

function Frame({
  label,
  width,
  height,
  children,
}: {
  label: string;
  width: number;
  height: number;
  children: ComponentChildren;
}) {
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      {children}
    </svg>
  );
}

function describe({ points, names }: ChartProps): string {
  const highest = points.reduce((a, b) => (b.y > a.y ? b : a));
  const lowest = points.reduce((a, b) => (b.y < a.y ? b : a));
  const series = new Set(points.map(({ by }) => by)).size;
  const place = ({ x, by }: Point): string => (by ? `${by} in ${x}` : x);
  const of = names.by && series > 1 ? `, ${series} series by ${names.by}` : '';
  return `${names.y} by ${names.x}${of}. Highest ${shown(highest.y)}: ${place(highest)}. Lowest ${shown(lowest.y)}: ${place(lowest)}.`;
}

function Lines(props: ChartProps) {
  const { points, isTime, width, height } = props;
  const series = seriesOf(points);
  const named = series.slice(0, COLOURS);
  const labels = series.length > 1 ? named.map(({ name }) => cut(name, 14)) : [];
  const bottom = height - 24;
  const keys = [...new Set(points.map(({ x }) => x))].sort();
  const y = measured(
    points.map((point) => point.y),
    [bottom, TOP],
    false,
  );
  const ticks = y.ticks(6);
  const left = textWidth(ticks.map(axis)) + 10;
  const right = width - textWidth(labels) - (labels.length > 0 ? 16 : 10);
  const byTime = scaleUtc([timeOf(keys[0] as string), timeOf(keys.at(-1) as string)], [left, right]);
  const byName = scalePoint(keys, [left, right]);
  const x = (key: string): number => (isTime ? byTime(timeOf(key)) : (byName(key) ?? 0));
  const ends = spread(
    named.map(({ points: own }, index) => ({ index, at: y((own.at(-1) as Point).y) })),
    14,
    TOP,
    bottom,
  );
  const path = line<Point>(
    (point) => x(point.x),
    (point) => y(point.y),
  );
  // Months that are all there are named one by one; else the scale chooses.
  const times =
    isTime && keys.length <= Math.floor((right - left) / 46)
      ? keys.map((key) => new Date(timeOf(key)))
      : byTime.ticks(Math.max(2, Math.floor((right - left) / 70)));
  const step = Math.ceil(keys.length / Math.max(1, Math.floor((right - left) / 52)));
  return (
    <Frame label={describe(props)} width={width} height={height}>
      {ticks.map((value) => (
        <g key={value}>
          <line class={value === 0 ? 'z' : 'gl'} x1={left} x2={right} y1={y(value)} y2={y(value)} />
          <text x={left - 6} y={y(value) + 4} text-anchor="end">
            {axis(value)}
          </text>
        </g>
      ))}
      {isTime
        ? times.map((time) => (
            <text key={+time} x={byTime(time)} y={height - 6} text-anchor="middle">
              {timeText(time)}
            </text>
          ))
        : keys.map((key, index) =>
            index % step === 0 ? (
              <text key={key} x={x(key)} y={height - 6} text-anchor="middle">
                {cut(key, 10)}
              </text>
            ) : null,
          )}
      {[...series.entries()].reverse().map(([index, { name, points: own }]) => (
        <path key={name} class={`ser ${tone(index)}`} d={path(own) ?? ''} />
      ))}
      {ends.map(({ index, at }) => {
        const { name, points: own } = series[index] as Series;
        const last = own.at(-1) as Point;
        return (
          <g key={name} class={tone(index)}>
            <circle cx={x(last.x)} cy={y(last.y)} r="3" />
            {labels.length > 0 && (
              <text class="name" x={right + 8} y={at + 4}>
                {labels[index]}
              </text>
            )}
          </g>
        );
      })}
    </Frame>
  );
}

interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

const tone = (index: number): string => (index < COLOURS ? `c${index + 1}` : 'c0');

/** By name while all have a colour; the largest first where some haven't. */
function seriesOf(points: readonly Point[]): readonly Series[] {
  const byName = new Map<string, Point[]>();
  for (const point of points) {
    const own = byName.get(point.by);
    if (own) own.push(point);
    else byName.set(point.by, [point]);
  }
  const all = [...byName].map(([name, own]) => ({ name, points: own.sort((a, b) => a.x.localeCompare(b.x)) }));
  const size = ({ points: own }: Series): number => own.reduce((sum, { y }) => sum + Math.abs(y), 0);
  return all.length > COLOURS
    ? all.sort((a, b) => size(b) - size(a))
    : all.sort((a, b) => a.name.localeCompare(b.name));
}

/** Labels that don't lie on one another. */
function spread(ends: readonly { index: number; at: number }[], gap: number, top: number, bottom: number) {
  const sorted = ends.map((end) => ({ ...end })).sort((a, b) => a.at - b.at);
  for (const [place, end] of sorted.entries()) {
    const above = sorted[place - 1];
    end.at = Math.max(end.at, above ? above.at + gap : top);
  }
  for (let place = sorted.length - 1; place >= 0; place--) {
    const [end, below] = [sorted[place], sorted[place + 1]];
    if (end) end.at = Math.min(end.at, below ? below.at - gap : bottom);
  }
  return sorted;
}

function Bars(props: ChartProps) {
  const { points, width } = props;
  const bars = points.slice(0, MOST_BARS);
  const height = Math.max(120, bars.length * 22 + 30);
  const left =
    textWidth(
      bars.map(({ x }) => x),
      18,
    ) + 10;
  const right = width - textWidth(bars.map(({ y }) => shown(y))) - 12;
  const x = measured(
    bars.map(({ y }) => y),
    [left, right],
  );
  const y = scaleBand(
    bars.map((_, index) => index),
    [TOP, height - 6],
  ).padding(0.28);
  return (
    <Frame label={describe(props)} width={width} height={height}>
      {bars.map((bar, index) => {
        const middle = (y(index) ?? 0) + y.bandwidth() / 2 + 4;
        return (
          <g key={index}>
            <text x={left - 6} y={middle} text-anchor="end">
              {cut(bar.x, 18)}
            </text>
            <rect
              class="barline"
              x={Math.min(x(0), x(bar.y))}
              y={y(index)}
              width={Math.abs(x(bar.y) - x(0))}
              height={y.bandwidth()}
            />
            <text x={Math.max(x(0), x(bar.y)) + 5} y={middle}>
              {shown(bar.y)}
            </text>
          </g>
        );
      })}
      <line class="z" x1={x(0)} x2={x(0)} y1={TOP} y2={height - 6} />
    </Frame>
  );
}

/** The more, the darker: seven steps between the least and the most. */
function Heatmap(props: ChartProps) {
  const { points, width } = props;
  const columns = [...new Set(points.map(({ x }) => x))].sort(byValue).slice(0, MOST_CELLS);
  const rows = [...new Set(points.map(({ by }) => by))].sort(byValue).slice(0, MOST_CELLS);
  const inside = points.filter(({ x, by }) => columns.includes(x) && rows.includes(by));
  const left = textWidth(rows, 14) + 10;
  const height = rows.length * 20 + 34;
  const x = scaleBand(columns, [left, width - 8]).padding(0.06);
  const y = scaleBand(rows, [TOP - 8, height - 30]).padding(0.08);
  const low = Math.min(...inside.map((point) => point.y));
  const high = Math.max(...inside.map((point) => point.y));
  const shade = (value: number): number =>
    high === low ? 4 : Math.min(6, Math.floor(((value - low) / (high - low)) * 7));
  const step = Math.ceil(columns.length / Math.max(1, Math.floor((width - left) / 40)));
  return (
    <Frame label={describe(props)} width={width} height={height}>
      {rows.map((row) => (
        <text key={row} x={left - 6} y={(y(row) ?? 0) + y.bandwidth() / 2 + 4} text-anchor="end">
          {cut(row, 14)}
        </text>
      ))}
      {inside.map((point) => (
        <rect
          key={`${point.x} ${point.by}`}
          class={`heat h${shade(point.y)}`}
          x={x(point.x)}
          y={y(point.by)}
          width={x.bandwidth()}
          height={y.bandwidth()}
        >
          <title>{`${point.by} · ${point.x}: ${shown(point.y)}`}</title>
        </rect>
      ))}
      {columns.map((column, index) =>
        index % step === 0 ? (
          <text key={column} x={(x(column) ?? 0) + x.bandwidth() / 2} y={height - 16} text-anchor="middle">
            {cut(column, 8)}
          </text>
        ) : null,
      )}
      <text x={left} y={height - 1}>{`from ${shown(low)} (pale) to ${shown(high)}`}</text>
    </Frame>
  );
}

const byValue = (a: string, b: string): number => {
  const [left, right] = [Number(a), Number(b)];
  return Number.isFinite(left) && Number.isFinite(right) ? left - right : a.localeCompare(b);
};

function Points(props: ChartProps) {
  const { points, names, width, height } = props;
  const bottom = height - 34;
  const drawn = points.filter(({ x }) => Number.isFinite(Number(x)));
  const y = measured(
    drawn.map((point) => point.y),
    [bottom, TOP],
    false,
  );
  const left = textWidth(y.ticks(6).map(axis)) + 10;
  const x = measured(
    drawn.map((point) => Number(point.x)),
    [left, width - 12],
    false,
  );
  return (
    <Frame label={describe(props)} width={width} height={height}>
      {y.ticks(6).map((value) => (
        <g key={value}>
          <line class="gl" x1={left} x2={width - 12} y1={y(value)} y2={y(value)} />
          <text x={left - 6} y={y(value) + 4} text-anchor="end">
            {axis(value)}
          </text>
        </g>
      ))}
      {x.ticks(6).map((value) => (
        <text key={value} x={x(value)} y={bottom + 14} text-anchor="middle">
          {axis(value)}
        </text>
      ))}
      {drawn.map((point, index) => (
        <circle key={index} class="dot" cx={x(Number(point.x))} cy={y(point.y)} r="2.5" />
      ))}
      <text x={width - 12} y={height - 4} text-anchor="end">
        {names.x}
      </text>
    </Frame>
  );
}
