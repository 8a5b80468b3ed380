import { nowMs } from '../clock.js';
import type { Run, Schemas } from '../connection.js';
import { el, fill } from '../element.js';
import { formatCompact, formatCount, formatDuration, formatMs } from '../format.js';
import { type IntervalSeries, type Latencies, TOTAL } from './interval-series.js';

const tile = (name: string, value: string, under: string, tone = ''): HTMLElement =>
  el(
    'div',
    { class: `tile ${tone}` },
    el('div', { class: 'quiet' }, name),
    el('div', { class: 'value' }, value),
    el('div', { class: 'quiet' }, under),
  );

/** The few figures that a reader looks for first. */
export class Tiles {
  readonly element = el('section', { class: 'tiles', 'aria-label': 'Key figures', hidden: true });
  private isFinal = false;

  showSeries(series: IntervalSeries, run: Run): void {
    const last = series.last(TOTAL);
    if (this.isFinal || last === undefined) return;
    const { completed, failed, dropped } = series.totals(TOTAL);
    this.show({
      ratePerSecond: last.ratePerSecond,
      latencies: last.responseTime ?? last.serviceTime,
      clock: last.responseTime === null ? 'service time' : 'response time',
      completed,
      failed,
      dropped,
      durationMs: nowMs() - (run.startedAtMs ?? nowMs()),
      when: 'last interval',
    });
  }

  showSummary({ operations, durationMs }: Schemas['Summary']): void {
    const total = operations[TOTAL];
    if (total === undefined) return;
    this.isFinal = true;
    this.show({
      ...total,
      latencies: total.responseTime ?? total.serviceTime,
      clock: total.responseTime === null ? 'service time' : 'response time',
      durationMs,
      when: 'whole run',
    });
  }

  private show(figures: {
    ratePerSecond: number;
    latencies: Latencies;
    clock: string;
    completed: number;
    failed: number;
    dropped: number;
    durationMs: number;
    when: string;
  }): void {
    const { ratePerSecond, latencies, clock, completed, failed, dropped, durationMs, when } = figures;
    const latency = (value: number | null) => (latencies.count === 0 ? '–' : formatMs(value));
    this.element.hidden = false;
    fill(
      this.element,
      tile('Throughput', `${formatCompact(ratePerSecond)}/s`, when),
      tile('p50', latency(latencies.p50Ms), clock),
      tile(
        'p99',
        latency(latencies.p99Ms),
        latencies.count > 0 && latencies.p99Ms === null ? 'too few samples' : clock,
      ),
      tile('max', latency(latencies.maxMs), clock),
      tile('Operations', formatCompact(completed), `in ${formatDuration(durationMs)}`),
      tile(
        'Failed',
        formatCount(failed),
        dropped > 0 ? `${formatCount(dropped)} dropped` : 'none dropped',
        failed + dropped > 0 ? 'bad' : '',
      ),
    );
  }
}
