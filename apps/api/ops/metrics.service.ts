import { Injectable, Logger } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { WorkloadKind } from '#libs/contract/run.js';
import { FireState } from '#libs/contract/schedule.js';
import { RunStatus } from '#libs/contract/status.js';
import type { DeliveryState } from '#libs/contract/webhook.js';
import type { FireEnd } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

/** Scrapes that come closer together see the same counts: each asks the database. */
const FRESH_MS = 2_000;

const TRY_OUTCOMES = ['taken', 'refused', 'unanswered'] as const;
/** Answered with 200 to 299, with another status, not at all. */
type TryOutcome = (typeof TRY_OUTCOMES)[number];
const END_STATES = ['delivered', 'failed'] as const satisfies readonly DeliveryState[];

/** What the service tells of itself in the Prometheus text format; one registry per application. */
@Injectable()
export class Metrics {
  private readonly logger = new Logger('metrics');
  private readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'tidemark_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 2, 10],
    registers: [this.registry],
  });
  private readonly runs = this.gauge('tidemark_runs', 'Stored runs by status and kind', ['status', 'kind']);
  private readonly depth = this.gauge('tidemark_queue_depth', 'Runs that wait for executors or for their target');
  private readonly oldest = this.gauge(
    'tidemark_queue_oldest_seconds',
    'How long the run that waits longest has waited; 0 when none waits',
  );
  private readonly wanted = this.gauge(
    'tidemark_executors_wanted',
    'Executors that would have work if they were there: shards of queued and active runs that have not ended',
  );
  private readonly executors = this.gauge('tidemark_executors', 'Executors that are alive, by state', ['state']);
  private readonly isUp = this.gauge('tidemark_database_up', '1 when the database answered this scrape');
  private readonly tries = new Counter({
    name: 'tidemark_webhook_tries_total',
    help: 'Tries of this process to deliver to webhooks, by what came of them',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  private readonly deliveries = new Counter({
    name: 'tidemark_webhook_deliveries_total',
    help: 'Deliveries to webhooks that this process has ended, by their state',
    labelNames: ['state'],
    registers: [this.registry],
  });
  private readonly fires = new Counter({
    name: 'tidemark_schedule_fires_total',
    help: 'Due times of schedules that this process brought to an end, by what became of them',
    labelNames: ['state'],
    registers: [this.registry],
  });
  private countedAtMs = -Infinity;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {
    collectDefaultMetrics({ register: this.registry });
    // A series that is 0 must be there: alerts cannot see one that is not.
    for (const outcome of TRY_OUTCOMES) this.tries.inc({ outcome }, 0);
    for (const state of END_STATES) this.deliveries.inc({ state }, 0);
    for (const state of FireState.exclude(['firing']).options) this.fires.inc({ state }, 0);
  }

  /** Counts a try to deliver to a webhook, and the delivery's end when it was the last. */
  webhookTried(outcome: TryOutcome, state: DeliveryState): void {
    this.tries.inc({ outcome });
    if (state !== 'pending') this.deliveries.inc({ state });
  }

  /** Counts a due time of a schedule. */
  countFire(state: FireEnd['state']): void {
    this.fires.inc({ state });
  }

  /** Starts timing a request; the answer is called at its end and gives the seconds. */
  start(): (labels: { method: string; route: string; status: number }) => number {
    return this.requests.startTimer();
  }

  /** A database that is away leaves the process's own metrics, and `tidemark_database_up` 0. */
  async text(): Promise<string> {
    const nowMs = this.nowMs();
    if (nowMs - this.countedAtMs >= FRESH_MS) {
      try {
        await this.count(nowMs);
        this.countedAtMs = nowMs;
        this.isUp.set(1);
      } catch (error) {
        this.logger.warn(`the database does not say how many runs there are: ${String(error)}`);
        for (const gauge of [this.runs, this.depth, this.oldest, this.wanted, this.executors]) gauge.reset();
        this.isUp.set(0);
      }
    }
    return this.registry.metrics();
  }

  private async count(nowMs: number): Promise<void> {
    const { counts, shards } = this.store;
    const [found, oldestMs, wanted, executors] = await Promise.all([
      counts.byStatusAndKind(),
      counts.oldestQueuedMs(),
      counts.executorsWanted(),
      shards.executors(nowMs),
    ]);
    for (const status of RunStatus.options) for (const kind of WorkloadKind.options) this.runs.set({ status, kind }, 0);
    for (const { status, kind, count } of found) this.runs.set({ status, kind }, count);
    this.depth.set(found.filter(({ status }) => status === 'queued').reduce((sum, { count }) => sum + count, 0));
    this.oldest.set(oldestMs === null ? 0 : Math.max(0, nowMs - oldestMs) / 1000);
    this.wanted.set(wanted);
    const alive = executors.filter((executor) => executor.alive);
    const busy = alive.filter((executor) => executor.runId !== null).length;
    this.executors.set({ state: 'busy' }, busy);
    this.executors.set({ state: 'idle' }, alive.length - busy);
  }

  private gauge<Name extends string>(name: string, help: string, labelNames: Name[] = []): Gauge<Name> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
