import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Phase } from '../run-watch.js';
import { CdcMetrics } from './cdc-metrics.js';
import { LoadMetrics } from './load-metrics.js';
import { QueryMetrics } from './query-metrics.js';
import { ScalerMetrics } from './scaler-metrics.js';
import { SoakMetrics } from './soak-metrics.js';

/** What waits to be written, asked for at each scrape. */
export interface Backlog {
  /** Intervals that are not in the database yet. */
  waiting: number;
  spoolBytes: number;
  /** Age of the oldest of them, milliseconds; 0 when none waits. */
  lagMs: number;
}

const IDLE: Backlog = { waiting: 0, spoolBytes: 0, lagMs: 0 };

/** What an executor tells of itself in the Prometheus text format. */
export class ExecutorMetrics {
  private readonly registry = new Registry();
  private readonly load = new LoadMetrics();
  private readonly query = new QueryMetrics(this.registry);
  private readonly cdc = new CdcMetrics(this.registry);
  private readonly soak = new SoakMetrics(this.registry);
  /** Of the scaler that this executor leads. */
  readonly scaler = new ScalerMetrics(this.registry);
  private backlog: () => Backlog = () => IDLE;
  private readonly claims = new Counter({
    name: 'tidemark_claims_total',
    help: 'Shards that this executor has taken',
    labelNames: ['kind'],
    registers: [this.registry],
  });
  private readonly ended = new Counter({
    name: 'tidemark_shards_ended_total',
    help: 'Shards that this executor has worked on to their end, by what became of them',
    labelNames: ['kind', 'outcome'],
    registers: [this.registry],
  });
  private readonly waited = new Histogram({
    name: 'tidemark_run_wait_seconds',
    help: 'From when a run was made to when this executor took a shard of it',
    labelNames: ['kind'],
    buckets: [0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200],
    registers: [this.registry],
  });
  private readonly phases = new Histogram({
    name: 'tidemark_run_phase_seconds',
    help: 'How long shards stay in each phase of their life',
    labelNames: ['kind', 'phase'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43_200],
    registers: [this.registry],
  });
  private readonly renewals = new Counter({
    name: 'tidemark_lease_renewals_total',
    help: 'Heartbeats: renewed, refused (the shard is another’s now) or failed (the database did not answer)',
    labelNames: ['result'],
    registers: [this.registry],
  });
  private readonly written = new Counter({
    name: 'tidemark_intervals_written_total',
    help: 'Intervals that are in the database',
    registers: [this.registry],
  });
  private readonly delay = new Histogram({
    name: 'tidemark_flush_delay_seconds',
    help: 'From the end of an interval to when it was in the database, of the oldest of each batch',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300],
    registers: [this.registry],
  });

  constructor(id: string, labels: Readonly<Record<string, string>>) {
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    const text = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    new Gauge({
      name: 'tidemark_executor_info',
      help: 'This executor',
      labelNames: ['executor', 'labels'],
      registers: [registry],
    }).set({ executor: id, labels: text }, 1);
    this.asked(
      'tidemark_flush_lag_seconds',
      'Age of the oldest interval that is not in the database yet',
      (now) => now.lagMs / 1000,
    );
    this.asked('tidemark_intervals_waiting', 'Intervals that are not in the database yet', (now) => now.waiting);
    this.asked('tidemark_spool_bytes', 'Bytes of them on disk', (now) => now.spoolBytes);
  }

  /** `threads`: what its lanes may have in flight together. */
  claimed(run: string, kind: string, waitMs: number, backlog: () => Backlog, threads = 0): void {
    this.claims.inc({ kind });
    this.waited.observe({ kind }, Math.max(0, waitMs) / 1000);
    this.backlog = backlog;
    this.load.begin(run, kind);
    if (kind === 'query') this.query.begin();
    if (kind === 'soak') this.soak.begin(threads);
  }

  phase(kind: string, phase: Phase, tookMs: number): void {
    this.phases.observe({ kind, phase }, tookMs / 1000);
  }

  renewed(result: 'renewed' | 'refused' | 'failed'): void {
    this.renewals.inc({ result });
  }

  interval(kind: string, snapshot: IntervalSnapshot): void {
    this.load.add(kind, snapshot);
    if (kind === 'query') this.query.add(snapshot);
    if (kind === 'cdc') this.cdc.add(snapshot);
    if (kind === 'soak') this.soak.add(snapshot);
  }

  flushed(intervals: number, delayMs: number): void {
    this.written.inc(intervals);
    this.delay.observe(Math.max(0, delayMs) / 1000);
  }

  finished(kind: string, outcome: string): void {
    this.ended.inc({ kind, outcome });
    this.backlog = () => IDLE;
    this.load.end();
    if (kind === 'query') this.query.end();
    if (kind === 'cdc') this.cdc.end();
    if (kind === 'soak') this.soak.end();
    this.scaler.end();
  }

  /** The text of a scrape. */
  async text(): Promise<string> {
    return `${await this.registry.metrics()}${await this.load.text()}${this.cdc.text()}`;
  }

  private asked(name: string, help: string, value: (now: Backlog) => number): void {
    const now = () => this.backlog();
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value(now()));
      },
    });
  }
}
