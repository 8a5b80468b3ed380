import { describe, expect, it } from 'vitest';
import { loadHistograms } from '#libs/stats/histogram.js';
import { anInterval, anOperation, aSelf, steady } from '#libs/stats/sample-interval.js';
import { LoadProgress } from './load-progress.js';

await loadHistograms();

describe('the progress of a load', () => {
  it('tells rows and rates since the line before, as often as asked', () => {
    const progress = new LoadProgress(2_000, 30_000_000);
    const operation = anOperation(steady(50, 1));
    const second = (interval: number) =>
      anInterval(interval, {
        operations: { LOAD: { ...operation, rows: 100 } },
        self: aSelf({ bytesSent: 3_000_000 }),
      });
    expect([0, 1, 2, 3].map((interval) => progress.add(second(interval)))).toEqual([
      undefined,
      'rows_per_s=100 | mb_per_s=3.0 | ok=200 | failed_requests=0 | eta_s=8',
      undefined,
      'rows_per_s=100 | mb_per_s=3.0 | ok=400 | failed_requests=0 | eta_s=6',
    ]);
  });
});
