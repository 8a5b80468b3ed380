import { linearScale, logScale, type Scale, shortNumber, timeScale } from './chart-scale.js';
import { escaped } from './markup.js';

/** A point: x and y; without y the line is broken there. */
export type Point = readonly [x: number, y: number | null];

export interface Line {
  name: string;
  points: readonly Point[];
  color: string;
  dashed?: boolean;
}

export interface LineChart {
  title: string;
  /** Of the y axis. */
  unit: string;
  lines: readonly Line[];
  /** Areas between two lines of the same x. */
  bands?: readonly { low: readonly Point[]; high: readonly Point[]; color: string }[];
  /** What happened at x, seconds. */
  marks?: readonly { x: number; label: string }[];
  /** Times that are to be told from the rest: something is missing, or is going on. */
  zones?: readonly { from: number; to: number; label: string; isGap: boolean }[];
  /** The largest x of all charts that are to be compared. */
  xMax: number;
  logarithmic?: boolean;
}

const [WIDTH, HEIGHT] = [720, 280];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 12, 46, 30];
const [X_TICKS, Y_TICKS] = [8, 5];
/** More would lie on the same pixel. */
const MOST_POINTS = 700;
const COLORS = 8;
/** With more marks their numbers stand there: the page has a table of them. */
const MOST_LABELS = 10;
const LABEL_LENGTH = 22;
const LABEL_ROWS = 2;

/** Colours by turns; the page's style says which they are, in the light and in the dark. */
export const colorOf = (index: number): string => `var(--c${index % COLORS})`;

const seconds = (value: number): string => `${shortNumber(value)} s`;
/** A time of a long run in the form 1:05 h or 2:30 min. */
function clock(atS: number, endS: number): string {
  const pair = (high: number, low: number) => `${high}:${String(low).padStart(2, '0')}`;
  if (endS >= 7200) return `${pair(Math.floor(atS / 3600), Math.floor((atS % 3600) / 60))} h`;
  return endS >= 300 ? `${pair(Math.floor(atS / 60), Math.round(atS % 60))} min` : seconds(atS);
}

/** The highest of each bucket: a peak is never lost, nor is a break. */
function thinned(points: readonly Point[]): readonly Point[] {
  const each = Math.ceil(points.length / MOST_POINTS);
  if (each <= 1) return points;
  const kept: Point[] = [];
  for (let at = 0; at < points.length; at += each) {
    const bucket = points.slice(at, at + each);
    const gap = bucket.find(([, y]) => y === null);
    if (gap) kept.push(gap);
    kept.push(bucket.reduce((best, point) => ((point[1] ?? -1) > (best[1] ?? -1) ? point : best)));
  }
  return kept;
}

/** Stretches without a break. */
function stretches(points: readonly Point[]): [x: number, y: number][][] {
  const all: [number, number][][] = [[]];
  for (const [x, y] of points)
    if (y === null) all.push([]);
    else all.at(-1)?.push([x, y]);
  return all.filter((one) => one.length > 0);
}

/** One chart as SVG, without scripts. */
export function lineChart(chart: LineChart): string {
  const { title, unit, lines, bands = [], marks = [], zones = [], logarithmic = false } = chart;
  const ys = [...lines.flatMap(({ points }) => points), ...bands.flatMap(({ low, high }) => [...low, ...high])].flatMap(
    ([, y]) => (y === null ? [] : [y]),
  );
  const highest = ys.reduce((most, y) => Math.max(most, y), 0);
  const lowest = ys.reduce((least, y) => (y > 0 ? Math.min(least, y) : least), Number.POSITIVE_INFINITY);
  const yScale = logarithmic ? logScale(Number.isFinite(lowest) ? lowest : 0, highest) : linearScale(highest, Y_TICKS);
  const xScale = timeScale(chart.xMax, X_TICKS);
  const x = (value: number): string => (LEFT + xScale.at(value) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => (HEIGHT - BOTTOM - yScale.at(value) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const path = (points: readonly Point[]): string =>
    stretches(thinned(points))
      .map((one) =>
        // A single point has a line of no length, which round ends make a dot.
        one.length === 1
          ? one.map(([px, py]) => `M${x(px)} ${y(py)}h0`).join('')
          : `M${one.map(([px, py]) => `${x(px)} ${y(py)}`).join('L')}`,
      )
      .join('');
  const area = (points: readonly Point[]): string =>
    points.flatMap(([px, py]) => (py === null ? [] : [`${x(px)},${y(py)}`])).join(' ');
  const parts = [
    ...zones.map(({ from, to, label, isGap }) => {
      const width = Math.max(1, Number(x(to)) - Number(x(from))).toFixed(1);
      return `<rect class="${isGap ? 'gap' : 'zone'}" x="${x(from)}" y="${TOP}" width="${width}" height="${HEIGHT - TOP - BOTTOM}"><title>${escaped(label)}</title></rect>`;
    }),
    ...axes(xScale, yScale, x, y, chart.xMax),
    ...bands.map(
      ({ low, high, color }) =>
        `<polygon points="${area(thinned(high))} ${area([...thinned(low)].reverse())}" fill="${color}" fill-opacity="0.15"/>`,
    ),
    ...lines.map(
      ({ points, color, dashed }) =>
        `<path d="${path(points)}" class="line" stroke="${color}"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
    ),
    ...marks.map(({ x: at, label }, index) => mark(x(at), label, index, marks.length)),
  ];
  const legend = lines
    .map(
      ({ name, color, dashed }) =>
        `<span><i${dashed ? ' class="dashed"' : ''} style="color:${color}"></i>${escaped(name)}</span>`,
    )
    .join('');
  const heading = `<text x="${LEFT}" y="16" class="title">${escaped(title)} (${escaped(unit)})</text>`;
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${heading}${parts.join('')}</svg><figcaption>${legend}</figcaption></figure>`;
}

type Place = (value: number) => string;

function axes(xScale: Scale, yScale: Scale, x: Place, y: Place, xMax: number): string[] {
  return [
    ...yScale.ticks.map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/><text x="${LEFT - 6}" y="${(Number(y(tick)) + 4).toFixed(1)}" text-anchor="end">${shortNumber(tick)}</text>`,
    ),
    ...xScale.ticks.map((tick) => {
      const isLast = xScale.at(tick) > 0.97;
      return `<text x="${x(tick)}" y="${HEIGHT - 10}" text-anchor="${isLast ? 'end' : 'middle'}">${clock(tick, xMax)}</text>`;
    }),
  ];
}

/** A vertical line with its label beside it, where there is room; always as its title. */
function mark(x: string, label: string, index: number, count: number): string {
  const line = `<line x1="${x}" x2="${x}" y1="${TOP - 4}" y2="${HEIGHT - BOTTOM}" class="mark"><title>${escaped(label)}</title></line>`;
  const short = label.length > LABEL_LENGTH ? `${label.slice(0, LABEL_LENGTH - 1)}…` : label;
  const text = count > MOST_LABELS ? String(index + 1) : short;
  const isRight = Number(x) > WIDTH * 0.75;
  const row = TOP - 8 - (index % LABEL_ROWS) * 11;
  return `${line}<text x="${(Number(x) + (isRight ? -3 : 3)).toFixed(1)}" y="${row}" class="note" text-anchor="${isRight ? 'end' : 'start'}">${escaped(text)}</text>`;
}
