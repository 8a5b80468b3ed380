import { escaped } from './markup.js';

/** One point of a line: latency at a rate; null where it is not known. */
export interface PlotPoint {
  ratePerSecond: number;
  latencyMs: number | null;
}

export interface PlotLine {
  name: string;
  points: readonly PlotPoint[];
}

export interface LatencyPlot {
  lines: readonly PlotLine[];
  /** Drawn as vertical lines: the limit that was found and what surrounds it. */
  marks: readonly { ratePerSecond: number; name: string }[];
}

const WIDTH = 960;
const HEIGHT = 420;
const LEFT = 70;
const BOTTOM = 48;
const TOP = 28;
const RIGHT = 110;
/** Told apart by people who do not see all colours (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

const figure = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 3 });

/** Powers of ten, and two and five times those, that cover the values. */
function decades(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const factor of [1, 2, 5]) ticks.push(factor * 10 ** power);
  const from = ticks.findLastIndex((tick) => tick <= low);
  const to = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(Math.max(0, from), to < 0 ? undefined : to + 1);
}

/** About `count` round numbers from 0 to at least `high`. */
function rounds(high: number, count: number): number[] {
  const power = 10 ** Math.floor(Math.log10(high / count));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power * count >= high) ?? 10);
  return Array.from({ length: Math.ceil(high / step) + 1 }, (_, index) => index * step);
}

/** Latency (logarithmic) against rate, as SVG that needs nothing but itself; empty when there is nothing to draw. */
export function latencyPlot({ lines, marks }: LatencyPlot): string {
  const points = lines.flatMap((line) => line.points);
  const latencies = points.flatMap(({ latencyMs }) => (latencyMs === null || latencyMs <= 0 ? [] : [latencyMs]));
  if (latencies.length === 0) return '';
  const rateTicks = rounds(Math.max(...points.map(({ ratePerSecond }) => ratePerSecond)), 8);
  const latencyTicks = decades(Math.min(...latencies), Math.max(...latencies));
  const [lowest = 1, highest = 10] = [latencyTicks[0], latencyTicks.at(-1)];
  const x = (rate: number) => LEFT + ((WIDTH - LEFT - RIGHT) * rate) / (rateTicks.at(-1) ?? 1);
  const span = Math.log(Math.max(highest, lowest * 1.01) / lowest);
  const y = (ms: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * Math.log(ms / lowest)) / span;
  const at = (value: number) => value.toFixed(1);
  const grid = [
    ...rateTicks.map(
      (tick) =>
        `<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text x="${at(x(tick))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${figure(tick)}</text>`,
    ),
    ...latencyTicks.map(
      (tick) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text x="${LEFT - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${figure(tick)}</text>`,
    ),
  ];
  const drawn = lines.map(({ name, points: all }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '#000';
    const known = all
      .flatMap(({ ratePerSecond, latencyMs }) =>
        latencyMs === null || latencyMs <= 0 ? [] : [{ ratePerSecond, latencyMs }],
      )
      .toSorted((a, b) => a.ratePerSecond - b.ratePerSecond);
    const path = known.map(({ ratePerSecond, latencyMs }) => `${at(x(ratePerSecond))},${at(y(latencyMs))}`).join(' ');
    const dots = known.map(
      ({ ratePerSecond, latencyMs }) =>
        `<circle cx="${at(x(ratePerSecond))}" cy="${at(y(latencyMs))}" r="3" fill="${colour}"><title>${escaped(name)}: ${figure(latencyMs)} ms at ${figure(ratePerSecond)} per second</title></circle>`,
    );
    const legend = `<text x="${WIDTH - RIGHT + 12}" y="${TOP + 18 * (index + 1)}" fill="${colour}">${escaped(name)}</text>`;
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>${dots.join('')}${legend}`;
  });
  const marked = marks.map(
    ({ ratePerSecond, name }) =>
      `<line class="mark" x1="${at(x(ratePerSecond))}" x2="${at(x(ratePerSecond))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="mark" x="${at(x(ratePerSecond))}" y="${TOP - 8}" text-anchor="middle">${escaped(name)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Latency against rate"><style>text{font:12px sans-serif;fill:currentColor}.grid{stroke:currentColor;opacity:.15}.mark{stroke:currentColor;stroke-dasharray:4 3}text.mark{stroke:none}</style>${grid.join('')}${marked.join('')}${drawn.join('')}<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">asked operations per second</text><text x="14" y="${TOP - 10}">ms</text></svg>`;
}
