import { labelOf, operationsOf } from './figure-tables.js';
import { colorOf, type Line, lineChart } from './line-chart.js';
import { chartsOf } from './page.js';
import { percentilePlot, type PercentileLine } from './percentile-plot.js';
import type { BandFigures, RunPicture } from './picture/run-picture.js';
import { type Frame, isSeen, pointsOf } from './time-frame.js';

/** More charts than these would make the page too large to be read, or mailed. */
const MOST_OPERATIONS = 8;

/** Operations by how often they ended, without the total; the rarest are left to the tables. */
export function chartedOperations(pictures: readonly RunPicture[]): { shown: string[]; left: string[] } {
  const counts = new Map<string, number>();
  for (const picture of pictures)
    for (const [name, { completed }] of Object.entries(operationsOf(picture)))
      if (name !== 'total') counts.set(name, (counts.get(name) ?? 0) + completed);
  const names = [...counts].toSorted(([, one], [, other]) => other - one).map(([name]) => name);
  return { shown: names.slice(0, MOST_OPERATIONS).toSorted(), left: names.slice(MOST_OPERATIONS) };
}

const BANDS = [
  ['p50', 'p50Ms'],
  ['p95', 'p95Ms'],
  ['p99', 'p99Ms'],
  ['p99.9', 'p999Ms'],
  ['max', 'maxMs'],
] as const satisfies readonly (readonly [string, keyof BandFigures])[];

type Clock = 'responseTime' | 'serviceTime';
const CLOCKS: readonly (readonly [Clock, string])[] = [
  ['responseTime', 'response time'],
  ['serviceTime', 'service time'],
];

/** Percentiles over time of one operation of one run: a line for each figure that the samples support. */
export function latencyChart(
  picture: RunPicture,
  operation: string,
  clock: Clock,
  title: string,
  frame: Frame,
): string {
  const line = (figure: keyof BandFigures) =>
    pointsOf(picture, (point) => point.operations[operation]?.[clock]?.[figure] ?? null);
  const lines = BANDS.map(([name, figure], index): Line => ({
    name,
    color: colorOf(index),
    points: line(figure),
  })).filter(({ points }) => isSeen(points));
  if (lines.length === 0) return '';
  return lineChart({ title, unit: 'ms', lines, logarithmic: true, ...frame });
}

/** One run: throughput, errors, and latencies of every operation. */
export function runCharts(picture: RunPicture, frame: Frame): string {
  const { shown } = chartedOperations([picture]);
  const names = shown.length > 1 ? [...shown, 'total'] : shown;
  const rate = (name: string, index: number): Line => ({
    name,
    color: colorOf(index),
    points: pointsOf(picture, (point) => point.operations[name]?.ratePerSecond ?? 0),
  });
  const classes = [...new Set(picture.points.flatMap(({ errorsPerSecond }) => Object.keys(errorsPerSecond)))];
  const lost: Line[] = [
    ...classes.slice(0, MOST_OPERATIONS - 1).map((name, index) => ({
      name,
      color: colorOf(index + 1),
      points: pointsOf(picture, ({ errorsPerSecond }) => errorsPerSecond[name] ?? 0),
    })),
    {
      name: 'dropped',
      color: colorOf(0),
      dashed: true,
      points: pointsOf(picture, ({ operations }) => operations['total']?.droppedPerSecond ?? 0),
    },
  ].filter(({ points }) => isSeen(points));
  return chartsOf([
    lineChart({ title: 'Operations that succeeded', unit: '1/s', lines: names.map(rate), ...frame }),
    lost.length === 0 ? '' : lineChart({ title: 'Errors by class, and dropped', unit: '1/s', lines: lost, ...frame }),
    ...shown.flatMap((name) =>
      CLOCKS.map(([clock, words]) => latencyChart(picture, name, clock, `${name}: ${words}`, frame)),
    ),
  ]);
}

/** Latency by percentile over the whole run; of several runs one plot for each operation. */
export function percentilePlots(pictures: readonly RunPicture[]): string {
  const { shown } = chartedOperations(pictures);
  if (pictures.length === 1) {
    const [picture] = pictures;
    const lines = shown.flatMap((name, index) => linesOf(picture, name, name, index));
    return chartsOf([percentilePlot('Latency by percentile', lines)]);
  }
  return chartsOf(
    shown.map((name) =>
      percentilePlot(
        `${name}: latency by percentile`,
        pictures.flatMap((picture, index) => linesOf(picture, name, labelOf(picture), index)),
      ),
    ),
  );
}

/** Response time as a full line, service time dashed where both are there. */
function linesOf(picture: RunPicture | undefined, operation: string, name: string, index: number): PercentileLine[] {
  const shapes = picture?.shapes[operation];
  if (shapes === undefined) return [];
  const color = colorOf(index);
  const { serviceTime, responseTime } = shapes;
  const lines =
    responseTime === null
      ? [{ name, color, points: serviceTime.curve }]
      : [
          { name: `${name} response`, color, points: responseTime.curve },
          { name: `${name} service`, color, dashed: true, points: serviceTime.curve },
        ];
  return lines.filter(({ points }) => points.length > 0);
}

const LAID_OVER = [
  ['p50', 'p50Ms'],
  ['p99', 'p99Ms'],
  ['p99.9', 'p999Ms'],
] as const satisfies readonly (readonly [string, keyof BandFigures])[];

/** Several runs over each other from their starts: a line for each. */
export function overlaidCharts(pictures: readonly RunPicture[], frame: Frame): string {
  const { shown } = chartedOperations(pictures);
  const lines = (value: (operation: RunPicture['points'][number]) => number | null): Line[] =>
    pictures.map((picture, index) => ({
      name: labelOf(picture),
      color: colorOf(index),
      points: pointsOf(picture, value),
    }));
  const rate = (name: string, title: string) =>
    lineChart({
      title,
      unit: '1/s',
      lines: lines(({ operations }) => operations[name]?.ratePerSecond ?? 0),
      ...frame,
    });
  const failed = lines(({ operations }) => operations['total']?.failedPerSecond ?? 0);
  const charts = [
    ...(shown.length > 1 ? [rate('total', 'All operations that succeeded')] : []),
    ...(failed.some(({ points }) => isSeen(points))
      ? [lineChart({ title: 'Operations that failed', unit: '1/s', lines: failed, ...frame })]
      : []),
  ];
  for (const name of shown) {
    charts.push(rate(name, `${name}: succeeded`));
    const responds = pictures.every((picture) => (picture.shapes[name]?.responseTime ?? null) !== null);
    const clock: Clock = responds ? 'responseTime' : 'serviceTime';
    for (const [words, figure] of LAID_OVER) {
      const latencies = lines(({ operations }) => operations[name]?.[clock]?.[figure] ?? null);
      if (latencies.some(({ points }) => isSeen(points)))
        charts.push(
          lineChart({
            title: `${name}: ${words}, ${responds ? 'response' : 'service'} time`,
            unit: 'ms',
            lines: latencies,
            logarithmic: true,
            ...frame,
          }),
        );
    }
  }
  return chartsOf(charts);
}
