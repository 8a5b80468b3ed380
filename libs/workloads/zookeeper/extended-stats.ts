import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { LocustFold, type LocustRow, locustMs, PERCENTILES } from './locust-fold.js';
import { csvRow } from './sample-table.js';

const MS_PER_S = 1_000;

/** Columns of the original's time series. */
export const STATS_COLUMNS = [
  'timestamp',
  'client_id',
  'method',
  'name',
  'num_requests',
  'num_failures',
  'median_response_time',
  'avg_response_time',
  'min_response_time',
  'max_response_time',
  'avg_content_length',
  'total_rps',
  'user_count',
  'errors',
  ...PERCENTILES.map((percentile) => `${percentile}%`),
] as const;

const figure = (ms: number): string => ms.toFixed(3);

/** Intervals in the form of the original's extended statistics: a row, or a line of JSON, for each operation. */
export class ExtendedStats {
  private hasHead = false;

  constructor(
    private readonly clientId: string,
    private readonly clients: number,
  ) {}

  /** What one interval adds to both files. */
  add(snapshot: IntervalSnapshot): { series: string; distributions: string } {
    const fold = new LocustFold();
    try {
      fold.add(snapshot);
      const endMs = Math.round(snapshot.startMs + snapshot.lengthMs);
      const rows = fold.rows();
      const head = this.hasHead ? '' : csvRow(STATS_COLUMNS);
      this.hasHead = true;
      return {
        series: head + rows.map((row) => this.seriesRow(row, endMs, snapshot.lengthMs)).join(''),
        distributions: rows
          .map((row) => `${JSON.stringify(this.distribution(row, endMs, fold.distribution(row.name)))}\n`)
          .join(''),
      };
    } finally {
      fold.destroy();
    }
  }

  private seriesRow(row: LocustRow, endMs: number, lengthMs: number): string {
    return csvRow([
      endMs,
      this.clientId,
      'zk',
      row.name,
      row.requests,
      row.failures,
      figure(row.medianMs),
      figure(row.averageMs),
      figure(row.minMs),
      figure(row.maxMs),
      // Not measured.
      '',
      ((row.requests * MS_PER_S) / lengthMs).toFixed(2),
      this.clients,
      Object.keys(row.errors).length === 0 ? '' : JSON.stringify(row.errors),
      ...row.percentilesMs.map(figure),
    ]);
  }

  private distribution(row: LocustRow, endMs: number, counts: Record<string, number>) {
    return {
      timestamp: endMs,
      client_id: this.clientId,
      method: 'zk',
      name: row.name,
      num_requests: row.requests,
      num_failures: row.failures,
      min_response_time: locustMs(row.minMs),
      max_response_time: locustMs(row.maxMs),
      response_times: counts,
    };
  }
}
