import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { RunStatus } from '#libs/contract/status.js';
import type { Store } from '#libs/store/port.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

/** What the service tells of itself in the Prometheus text format; one registry per application. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'tidemark_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.registry],
  });
  private readonly runs = new Gauge({
    name: 'tidemark_runs',
    help: 'Runs by status',
    labelNames: ['status'],
    registers: [this.registry],
  });
  private readonly executors = new Gauge({
    name: 'tidemark_executors',
    help: 'Executors by state',
    labelNames: ['state'],
    registers: [this.registry],
  });

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Starts timing a request; the answer is called at its end. */
  start(): (labels: { method: string; route: string; status: number }) => void {
    return this.requests.startTimer();
  }

  async text(): Promise<string> {
    const counts = await Promise.all(
      RunStatus.options.map(async (status) => ({ status, count: await this.store.runs.count(status) })),
    );
    for (const { status, count } of counts) this.runs.set({ status }, count);
    const executors = await this.store.shards.executors(this.nowMs());
    const alive = executors.filter((executor) => executor.alive);
    this.executors.set({ state: 'idle' }, alive.filter((executor) => executor.runId === null).length);
    this.executors.set({ state: 'busy' }, alive.filter((executor) => executor.runId !== null).length);
    return this.registry.metrics();
  }
}
