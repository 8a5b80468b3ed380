import type { ServerGc } from '#libs/contract/interval.js';
import type { Histogram } from '#libs/stats/histogram.js';
import type { CommandOutput } from './command-output.js';
import { gcDeviationMs } from '#libs/stats/server-gc.js';
import { fixed } from './java-format.js';

/** What one row of the table is of; the latencies in nanoseconds, as the histogram has them. */
export interface RowFigures {
  name: string;
  /** Since the start of the run. */
  totalOperations: number;
  /** Of the interval. */
  operations: number;
  partitions: number;
  rows: number;
  errors: number;
  latency: Histogram;
  lengthMs: number;
  elapsedMs: number;
  uncertainty: number;
  serverGc: ServerGc | undefined;
}

/** How the table of intervals and the summary look. */
export interface RowStyle {
  header: string;
  row(figures: RowFigures): string;
  /** One row for all operations, or one for each type beside it. */
  byOperation: boolean;
  /** Lines of the summary that are left out. */
  without: RegExp | undefined;
}

const ms = (ns: number): number => ns / 1e6;
const perSecond = (count: number, { lengthMs }: RowFigures): string => fixed((count * 1000) / lengthMs, 0, 8);

/** Median, 95th, 99th, 99.9th percentile and maximum, eight wide. */
const tails = ({ latency }: RowFigures): string[] => [
  ...[50, 95, 99, 99.9].map((percentile) => fixed(ms(latency.valueAtNs(percentile)), 1, 8)),
  fixed(ms(latency.maxNs), 1, 8),
];

const cassandraStress: RowStyle = {
  header:
    'type       total ops,    op/s,    pk/s,   row/s,    mean,     med,     .95,     .99,    .999,     max,   time,   stderr, errors,  gc: #,  max ms,  sum ms,  sdv ms,      mb',
  row: (figures) =>
    [
      `${figures.name},`.padEnd(10) + String(figures.totalOperations).padStart(10),
      perSecond(figures.operations, figures),
      perSecond(figures.partitions, figures),
      perSecond(figures.rows, figures),
      fixed(ms(figures.latency.meanNs), 1, 8),
      ...tails(figures),
      fixed(figures.elapsedMs / 1000, 1, 7),
      fixed(figures.uncertainty, 5, 9),
      String(figures.errors).padStart(7),
      gcColumns(figures.serverGc),
    ].join(','),
  byOperation: true,
  without: undefined,
};

/** Collections, and milliseconds (longest, sum, deviation) and mebibytes of them: `%7.0f` and four times `%8.0f`. */
const gcColumns = (gc: ServerGc | undefined): string =>
  [
    fixed(gc?.collections ?? 0, 0, 7),
    ...[gc?.maxMs ?? 0, gc?.sumMs ?? 0, gcDeviationMs(gc), (gc?.bytes ?? 0) / (1 << 20)].map((value) =>
      fixed(value, 0, 8),
    ),
  ].join(',');

const pystress: RowStyle = {
  header: ' total ops,    op/s,  mean,     med,     .95,     .99,    .999,     max,   time,  errors',
  row: (figures) =>
    [
      String(figures.totalOperations).padStart(10),
      perSecond(figures.operations, figures),
      fixed(ms(figures.latency.meanNs), 1, 6),
      ...tails(figures),
      `${fixed(figures.elapsedMs / 1000, 1, 7)} ${String(figures.errors).padStart(8)}`,
    ].join(','),
  byOperation: false,
  without: /^(Partition rate|Row rate|Total partitions|Total errors|Total GC|Avg GC|StdDev GC)/,
};

export const ROW_STYLES: { [S in CommandOutput['style']]: RowStyle } = {
  'cassandra-stress': cassandraStress,
  pystress,
};
