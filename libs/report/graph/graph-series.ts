import type { IntervalSnapshot, LatencyFigures } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { OperationFolds, summariesOf } from '#libs/stats/operation-folds.js';
import type { LatencySeries, OperationSeries } from './graph-run.js';

const FIGURES = ['meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs'] as const;

const emptyLatency = (): LatencySeries => ({ meanMs: [], p50Ms: [], p95Ms: [], p99Ms: [], p999Ms: [], maxMs: [] });

/** Three digits are what the histograms hold. */
const rounded = (value: number): number => Number(value.toPrecision(4));

/** Figures over time of one run, a few numbers for each interval; the histograms are not kept. */
export class GraphSeries {
  /** Ends of the intervals, seconds from the start. */
  readonly endS: number[] = [];
  private readonly operations = new Map<string, OperationSeries>();
  private startMs: number | undefined;

  add({ startMs, lengthMs, operations }: IntervalSnapshot): void {
    this.startMs ??= startMs;
    this.endS.push(Math.round(startMs - this.startMs + lengthMs) / 1000);
    const folds = new OperationFolds();
    folds.add(operations);
    const summaries = summariesOf(folds.whole(), lengthMs);
    for (const [name, summary] of Object.entries(summaries)) this.note(name, summary, lengthMs);
    for (const series of this.operations.values()) fill(series, this.endS.length);
  }

  series(): Record<string, OperationSeries> {
    return Object.fromEntries(this.operations);
  }

  private note(name: string, summary: OperationSummary, lengthMs: number): void {
    const series = this.operations.get(name) ?? {
      ratePerSecond: [],
      failedPerSecond: [],
      droppedPerSecond: [],
      serviceTime: emptyLatency(),
      responseTime: null,
    };
    this.operations.set(name, series);
    fill(series, this.endS.length - 1);
    const perSecond = (count: number) => (lengthMs > 0 ? rounded((count * 1000) / lengthMs) : 0);
    series.ratePerSecond.push(rounded(summary.ratePerSecond));
    series.failedPerSecond.push(perSecond(summary.failed));
    series.droppedPerSecond.push(perSecond(summary.dropped));
    append(series.serviceTime, summary.serviceTime);
    if (summary.responseTime === null) return;
    series.responseTime ??= emptyLatency();
    pad(series.responseTime.meanMs, series.responseTime, this.endS.length - 1);
    append(series.responseTime, summary.responseTime);
  }
}

function append(series: LatencySeries, latency: LatencyFigures): void {
  for (const figure of FIGURES) {
    const value = latency.count === 0 ? null : latency[figure];
    series[figure].push(value === null ? null : rounded(value));
  }
}

/** An operation that was silent in an interval has a place there all the same. */
function fill(series: OperationSeries, length: number): void {
  for (const counts of [series.ratePerSecond, series.failedPerSecond, series.droppedPerSecond]) {
    while (counts.length < length) counts.push(0);
  }
  pad(series.serviceTime.meanMs, series.serviceTime, length);
  if (series.responseTime) pad(series.responseTime.meanMs, series.responseTime, length);
}

function pad({ length: from }: readonly unknown[], series: LatencySeries, length: number): void {
  for (let at = from; at < length; at++) for (const figure of FIGURES) series[figure].push(null);
}
