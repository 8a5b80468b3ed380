import { logScale, shortNumber } from './chart-scale.js';
import { escaped } from './markup.js';

export interface PercentileLine {
  name: string;
  color: string;
  dashed?: boolean;
  /** Percentile below 100, and latency. */
  points: readonly (readonly [percentile: number, latencyMs: number])[];
}

const [WIDTH, HEIGHT] = [720, 280];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 16, 28, 30];
const TICKS = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999];

/** How many times a percentile's rest fits in all: 10 for 90, 100 for 99, as a logarithm. */
const nines = (percentile: number): number => -Math.log10(Math.max(1 - percentile / 100, 1e-9));

/** Latency by percentile as HdrHistogram's plots have it: each nine more is as wide as the one before. Empty without a line. */
export function percentilePlot(title: string, lines: readonly PercentileLine[]): string {
  const points = lines.flatMap((line) => line.points);
  const latencies = points.map(([, latencyMs]) => latencyMs).filter((latencyMs) => latencyMs > 0);
  if (latencies.length === 0) return '';
  const furthest = Math.max(1, ...points.map(([percentile]) => nines(percentile)));
  const scale = logScale(Math.min(...latencies), Math.max(...latencies));
  const x = (percentile: number) => (LEFT + (nines(percentile) / furthest) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (latencyMs: number) => (HEIGHT - BOTTOM - scale.at(latencyMs) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const grid = [
    ...scale.ticks.map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/><text x="${LEFT - 6}" y="${(Number(y(tick)) + 4).toFixed(1)}" text-anchor="end">${shortNumber(tick)}</text>`,
    ),
    ...TICKS.filter((tick) => nines(tick) <= furthest + 1e-9).map(
      (tick) =>
        `<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" class="grid"/><text x="${x(tick)}" y="${HEIGHT - 10}" text-anchor="middle">${tick} %</text>`,
    ),
  ];
  const drawn = lines.map(({ points: all, color, dashed }) => {
    const path = all.map(([percentile, latencyMs]) => `${x(percentile)} ${y(latencyMs)}`).join('L');
    return `<path d="M${path}" class="line" stroke="${color}"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`;
  });
  const legend = lines
    .map(
      ({ name, color, dashed }) =>
        `<span><i${dashed ? ' class="dashed"' : ''} style="color:${color}"></i>${escaped(name)}</span>`,
    )
    .join('');
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}"><text x="${LEFT}" y="16" class="title">${escaped(title)} (ms)</text>${grid.join('')}${drawn.join('')}</svg><figcaption>${legend}</figcaption></figure>`;
}
