import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { LocustFold, type LocustRow } from '../locust-fold.js';
import type { ZookeeperReport } from '../zookeeper.schema.js';

const MS_PER_S = 1_000;

/** Figures of one operation in one interval. */
export interface SeriesPoint {
  /** End of the interval, seconds after the start. */
  atS: number;
  perSecond: number;
  failedPerSecond: number;
  averageMs: number;
  /** By PERCENTILES. */
  percentilesMs: number[];
}

/** What a report shows of one run. */
export interface ReportRun {
  label: string;
  startMs: number;
  seconds: number;
  /** Task set and the like, for the head of the report. */
  about: string[];
  rows: LocustRow[];
  series: Record<string, SeriesPoint[]>;
  /** CSV files of the servers' figures, as they were written. */
  serverCsv: string[];
  annotations: { atMs: number; label: string }[];
  sessions: ZookeeperReport | null;
}

/** Collects what a report shows from the intervals of a run, in order. `destroy` gives the histograms back. */
export class ReportFold {
  private readonly all = new LocustFold();
  private readonly series: Record<string, SeriesPoint[]> = {};
  private startMs: number | undefined;
  private seconds = 0;

  /** One interval, merged over executors. */
  add(snapshot: IntervalSnapshot): void {
    this.startMs ??= snapshot.startMs;
    const lengthS = snapshot.lengthMs / MS_PER_S;
    const atS = (snapshot.startMs + snapshot.lengthMs - this.startMs) / MS_PER_S;
    this.seconds = Math.max(this.seconds, atS);
    this.all.add(snapshot);
    const one = new LocustFold();
    one.add(snapshot);
    for (const row of one.rows())
      (this.series[row.name] ??= []).push({
        atS,
        perSecond: row.requests / lengthS,
        failedPerSecond: row.failures / lengthS,
        averageMs: row.averageMs,
        percentilesMs: row.percentilesMs,
      });
    one.destroy();
  }

  take(): Pick<ReportRun, 'startMs' | 'seconds' | 'rows' | 'series'> {
    return { startMs: this.startMs ?? 0, seconds: this.seconds, rows: this.all.rows(), series: this.series };
  }

  destroy(): void {
    this.all.destroy();
  }
}
