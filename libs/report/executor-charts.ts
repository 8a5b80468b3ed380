import { colorOf, type Line, lineChart } from './line-chart.js';
import { chartsOf } from './page.js';
import type { ExecutorPoint, PicturePoint, RunPicture } from './picture/run-picture.js';
import { type Frame, isSeen, pointsOf } from './time-frame.js';

/** More lines cannot be told apart; the busiest are shown. */
const MOST_EXECUTORS = 8;

/** What the generator saw of itself: lag, queue, what was in flight, and each executor's CPU and event loop. */
export function executorCharts(picture: RunPicture, frame: Frame): string {
  const use = new Map<string, number>();
  for (const { executors } of picture.points)
    for (const [id, { cpuCores }] of Object.entries(executors)) use.set(id, (use.get(id) ?? 0) + cpuCores);
  const ids = [...use]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, MOST_EXECUTORS)
    .map(([id]) => id);
  const byExecutor = (value: (executor: ExecutorPoint) => number | null): Line[] =>
    ids
      .map((id, index): Line => ({
        name: id.length > 24 ? `${id.slice(0, 23)}…` : id,
        color: colorOf(index),
        points: pointsOf(picture, ({ executors }) => {
          const executor = executors[id];
          return executor === undefined ? null : value(executor);
        }),
      }))
      .filter(({ points }) => isSeen(points));
  const one = (title: string, unit: string, value: (point: PicturePoint) => number | null): string => {
    const points = pointsOf(picture, value);
    return isSeen(points)
      ? lineChart({ title, unit, lines: [{ name: 'largest in the stretch', color: colorOf(0), points }], ...frame })
      : '';
  };
  const many = (title: string, unit: string, lines: readonly Line[]): string =>
    lines.length === 0 ? '' : lineChart({ title, unit, lines, ...frame });
  return chartsOf([
    one('Schedule lag', 'ms', ({ scheduleLagMaxMs }) => scheduleLagMaxMs),
    one('In flight', 'operations', ({ inFlightMax }) => inFlightMax),
    one('Batches that wait to be asked for', 'batches', ({ queueDepth }) => queueDepth),
    many(
      'CPU of the executors',
      'cores',
      byExecutor(({ cpuCores }) => cpuCores),
    ),
    many(
      'How busy the busiest lane was',
      '%',
      byExecutor(({ loopUtilization: share }) => (share === null ? null : 100 * share)),
    ),
    many(
      'Event loop delay',
      'ms',
      byExecutor(({ loopDelayMaxMs }) => loopDelayMaxMs),
    ),
  ]);
}
