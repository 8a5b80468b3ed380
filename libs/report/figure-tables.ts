import type { LatencyFigures } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { countText, msText, rateText } from './number-text.js';
import { tableOf } from './page.js';
import { type LatencyShape, PERCENTILES, type RunPicture } from './picture/run-picture.js';

/** `several`: the name of the run comes first, since a page shows more than one. */
export interface Telling {
  several: boolean;
}

export const labelOf = ({ run }: Pick<RunPicture, 'run'>): string => run.name ?? `${run.kind} ${run.id.slice(0, 8)}`;

interface Row {
  label: string;
  operation: string;
  summary: OperationSummary;
}

/** The stored summary's figures; while there is none, those of the intervals so far. */
export const operationsOf = ({ summary, operations }: RunPicture): Record<string, OperationSummary> =>
  summary !== null && Object.keys(summary.operations).length > 0 ? summary.operations : operations;

/** The total only where it is more than the one operation. */
const rowsOf = (pictures: readonly RunPicture[]): Row[] =>
  pictures.flatMap((picture) => {
    const all = Object.entries(operationsOf(picture));
    const shown = all.length === 2 ? all.filter(([name]) => name !== 'total') : all;
    return shown.map(([operation, summary]) => ({ label: labelOf(picture), operation, summary }));
  });

const CLOCKS = [
  ['response', 'responseTime'],
  ['service', 'serviceTime'],
  ['wait', 'waitTime'],
  ['failed', 'failedServiceTime'],
] as const satisfies readonly (readonly [string, keyof OperationSummary])[];

/** What was done: counters and rate of every operation. */
export function counterTable(pictures: readonly RunPicture[], { several }: Telling): string {
  const head = ['Operation', 'op/s', 'succeeded', 'failed', 'dropped', 'retries', 'rows', 'scheduled'];
  const rows = rowsOf(pictures).map(({ label, operation, summary }) => [
    ...(several ? [label] : []),
    operation,
    rateText(summary.ratePerSecond),
    ...[
      summary.completed - summary.failed,
      summary.failed,
      summary.dropped,
      summary.retries,
      summary.rows,
      summary.scheduled,
    ].map(countText),
  ]);
  return tableOf(several ? ['Run', ...head] : head, rows);
}

const FIGURES = ['meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs', 'minMs'] as const;

/** Latencies of every operation by clock. */
export function latencyTable(pictures: readonly RunPicture[], { several }: Telling): string {
  const head = ['Operation', 'clock', 'samples', 'mean ms', 'p50', 'p95', 'p99', 'p99.9', 'max', 'min'];
  const rows = rowsOf(pictures).flatMap(({ label, operation, summary }) =>
    CLOCKS.flatMap(([clock, name]) => {
      const latency: LatencyFigures | null = summary[name];
      if (latency === null || latency.count === 0) return [];
      const figures = FIGURES.map((figure) => msText(latency[figure]));
      return [[...(several ? [label] : []), operation, clock, countText(latency.count), ...figures]];
    }),
  );
  return tableOf(several ? ['Run', ...head] : head, rows);
}

/** Percentiles of every operation: response time where there is a schedule, and service time. */
export function percentileTable(pictures: readonly RunPicture[], { several }: Telling): string {
  const head = [
    'Operation',
    'clock',
    ...PERCENTILES.map((percentile) => (percentile === 100 ? 'max' : `${percentile} %`)),
  ];
  const rows = pictures.flatMap((picture) =>
    Object.entries(picture.shapes)
      .filter(([name]) => name !== 'total' || Object.keys(picture.shapes).length > 2)
      .flatMap(([operation, shapes]) => {
        const clocks: [string, LatencyShape | null][] = [
          ['response', shapes.responseTime],
          ['service', shapes.serviceTime],
        ];
        return clocks.flatMap(([clock, shape]) =>
          shape === null || shape.curve.length === 0
            ? []
            : [[...(several ? [labelOf(picture)] : []), operation, clock, ...shape.percentilesMs.map(msText)]],
        );
      }),
  );
  return tableOf(several ? ['Run', ...head] : head, rows);
}

/** Failed operations by operation and class. */
export function errorTable(pictures: readonly RunPicture[], { several }: Telling): string {
  const rows = rowsOf(pictures)
    .filter(({ operation }) => operation !== 'total')
    .flatMap(({ label, operation, summary }) =>
      Object.entries(summary.errors)
        .filter(([, count]) => count > 0)
        .map(([error, count]) => [...(several ? [label] : []), operation, error, countText(count)]),
    );
  const head = ['Operation', 'class', 'failed'];
  return tableOf(several ? ['Run', ...head] : head, rows);
}
