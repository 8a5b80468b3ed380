/** A point: x and y. */
export type Point = readonly [x: number, y: number];

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
  /** What happened at x. */
  marks?: readonly { x: number; label: string }[];
  /** The largest x of all charts that are to be compared. */
  xMax: number;
}

const [WIDTH, HEIGHT] = [720, 260];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 12, 28, 30];
const TICKS = 5;
/** More would lie on the same pixel. */
const MOST_POINTS = 700;

export const COLORS = ['#1f6feb', '#d1242f', '#1a7f37', '#9a6700', '#8250df', '#0a7d91', '#bf3989', '#57606a'];

/** Colours by turns. */
export const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? '#000';

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** 1, 2 or 5 times a power of ten, at least `value` / TICKS. */
function stepFor(value: number): number {
  const rough = value / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

const shown = (value: number): string =>
  value >= 1e6 ? `${value / 1e6}M` : value >= 1e4 ? `${value / 1e3}k` : String(Number(value.toPrecision(4)));

/** The highest of each bucket: a peak is never lost. */
function thinned(points: readonly Point[]): readonly Point[] {
  const each = Math.ceil(points.length / MOST_POINTS);
  if (each <= 1) return points;
  const kept: Point[] = [];
  for (let at = 0; at < points.length; at += each)
    kept.push(points.slice(at, at + each).reduce((best, point) => (point[1] > best[1] ? point : best)));
  return kept;
}

/** One chart as SVG, without scripts. */
export function lineChart({ title, unit, lines, bands = [], marks = [], xMax }: LineChart): string {
  const ys = [...lines.flatMap(({ points }) => points), ...bands.flatMap(({ high }) => high)].map(([, y]) => y);
  const highest = ys.reduce((most, y) => Math.max(most, y), 0) || 1;
  const yStep = stepFor(highest);
  const yMax = Math.ceil(highest / yStep) * yStep;
  const xEnd = xMax > 0 ? xMax : 1;
  const x = (value: number): string => (LEFT + (value / xEnd) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => (HEIGHT - BOTTOM - (value / yMax) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const path = (points: readonly Point[]): string => points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ');
  const parts: string[] = [];
  for (let tick = 0; tick <= yMax + yStep / 2; tick += yStep)
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/>`,
      `<text x="${LEFT - 6}" y="${Number(y(tick)) + 4}" text-anchor="end">${shown(tick)}</text>`,
    );
  const xStep = stepFor(xEnd);
  for (let tick = 0; tick <= xEnd; tick += xStep)
    parts.push(`<text x="${x(tick)}" y="${HEIGHT - 10}" text-anchor="middle">${shown(tick)} s</text>`);
  for (const { low, high, color } of bands)
    parts.push(
      `<polygon points="${path(thinned(high))} ${path([...thinned(low)].reverse())}" fill="${color}" fill-opacity="0.15"/>`,
    );
  for (const { points, color, dashed } of lines)
    parts.push(
      `<polyline points="${path(thinned(points))}" fill="none" stroke="${color}" stroke-width="1.5"${dashed ? ' stroke-dasharray="4 3"' : ''}/>`,
    );
  for (const { x: at, label } of marks)
    parts.push(
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" class="mark"><title>${escaped(label)}</title></line>`,
    );
  const legend = lines
    .map(({ name, color }) => `<span><i style="background:${color}"></i>${escaped(name)}</span>`)
    .join('');
  const heading = `<text x="${LEFT}" y="16" class="title">${escaped(title)} (${escaped(unit)})</text>`;
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${heading}${parts.join('')}</svg><figcaption>${legend}</figcaption></figure>`;
}
