import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { Histogram } from '#libs/stats/histogram.js';
import { graphPage, readGraphPage, withRun } from './graph-page.js';
import type { GraphRun } from './graph-run.js';
import { GraphSeries } from './graph-series.js';

const encoded = (values: readonly number[]): Uint8Array => {
  const histogram = Histogram.empty();
  for (const value of values) histogram.record(value * 1e6);
  const bytes = histogram.encode();
  histogram.destroy();
  return bytes;
};

interface Did {
  latenciesMs: readonly number[];
  responsesMs?: readonly number[];
  failed?: number;
  dropped?: number;
}

const snapshot = (interval: number, did: Record<string, Did>, lengthMs = 500): IntervalSnapshot => ({
  interval,
  startMs: 10_000 + interval * 500,
  lengthMs,
  partial: false,
  operations: Object.fromEntries(
    Object.entries(did).map(([name, { latenciesMs, responsesMs, failed = 0, dropped = 0 }]) => [
      name,
      {
        scheduled: latenciesMs.length + failed,
        completed: latenciesMs.length + failed,
        failed,
        dropped,
        retries: 0,
        partitions: latenciesMs.length,
        rows: latenciesMs.length,
        errors: failed > 0 ? { overloaded: failed } : {},
        st: encoded(latenciesMs),
        ...(responsesMs && { rt: encoded(responsesMs) }),
      },
    ]),
  ),
  self: {
    cpuUs: 0,
    eventLoopDelayMaxMs: 0,
    scheduleLagMaxMs: 0,
    inFlightMax: 0,
    inFlightCapHits: 0,
    gcPauseMs: 0,
    rssBytes: 0,
    bytesSent: 0,
    bytesReceived: 0,
    lateAnswers: 0,
  },
});

const run = (changed: Partial<GraphRun> = {}): GraphRun => ({
  operation: 'WRITE',
  revision: 'a',
  command: 'write n=1',
  cluster: 'test',
  simulated: false,
  startedAtMs: 10_000,
  result: 'completed',
  reason: null,
  ratePerSecond: null,
  validity: { level: 'valid', reasons: [] },
  endS: [1],
  series: {},
  summary: {},
  shards: [],
  findings: [],
  ...changed,
});

describe('GraphSeries', () => {
  it('has successes, errors and drops per second apart, and latencies of both clocks', () => {
    const series = new GraphSeries();
    series.add(snapshot(0, { WRITE: { latenciesMs: [1, 1, 3], responsesMs: [5, 5, 8], failed: 2, dropped: 4 } }));
    const { WRITE, total } = series.series();
    expect(series.endS).toEqual([0.5]);
    expect(WRITE).toMatchObject({ ratePerSecond: [6], failedPerSecond: [4], droppedPerSecond: [8] });
    expect(WRITE?.serviceTime.maxMs[0]).toBeCloseTo(3, 1);
    expect(WRITE?.responseTime?.p50Ms[0]).toBeCloseTo(5, 1);
    expect(total).toEqual(WRITE);
  });

  it('keeps the place of an operation that was silent, before, between and after', () => {
    const series = new GraphSeries();
    series.add(snapshot(0, { READ: { latenciesMs: [2] } }));
    series.add(snapshot(1, { WRITE: { latenciesMs: [4], responsesMs: [4] } }));
    series.add(snapshot(2, { READ: { latenciesMs: [6] } }));
    const { READ, WRITE } = series.series();
    expect(READ?.ratePerSecond).toEqual([2, 0, 2]);
    expect(READ?.serviceTime.meanMs.map((mean) => mean !== null)).toEqual([true, false, true]);
    expect(WRITE?.ratePerSecond).toEqual([0, 2, 0]);
    expect(WRITE?.responseTime?.maxMs.map((most) => most !== null)).toEqual([false, true, false]);
  });

  it('leaves a percentile out that too few operations support', () => {
    const series = new GraphSeries();
    series.add(snapshot(0, { READ: { latenciesMs: [1, 2] } }));
    expect(series.series()['READ']?.serviceTime.p999Ms).toEqual([null]);
  });
});

describe('graphPage', () => {
  it('gives its runs back, and takes a further one under the same title', () => {
    const first = withRun(undefined, run(), undefined, '2026-01-01T00:00:00Z');
    expect(first.title).toBe('2026-01-01T00:00:00Z');
    const again = withRun(readGraphPage(graphPage(first)), run({ revision: 'b' }), undefined, 'later');
    expect(again.title).toBe(first.title);
    expect(readGraphPage(graphPage(again))?.runs.map(({ revision }) => revision)).toEqual(['a', 'b']);
    expect(withRun(again, run(), 'Load', 'later').title).toBe('Load');
  });

  it('holds no markup of a title or a command', () => {
    const evil = '</script><script>alert(1)</script>';
    const html = graphPage(withRun(undefined, run({ command: evil, revision: evil }), evil, ''));
    expect(html).not.toContain('<script>alert');
    expect(readGraphPage(html)?.runs[0]?.command).toBe(evil);
    expect(readGraphPage(html)?.title).toBe(evil);
  });

  it.each([
    '',
    '<html></html>',
    '<script type="application/json" id="runs">{"format":1}</script>',
    '<script type="application/json" id="runs">{',
  ])('takes no other text for one of its pages: %s', (html) => {
    expect(readGraphPage(html)).toBeUndefined();
  });
});
