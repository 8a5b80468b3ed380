import { Counter, Gauge, Registry } from 'prom-client';
import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import { isBesideLoad } from '#libs/stats/beside-load.js';
import { summariseOperations } from '#libs/stats/summary.js';
import { BoundedLabels } from './bounded-labels.js';
import { LatencyFamily } from './latency-family.js';

const QUANTILES = [
  ['p50Ms', '0.5'],
  ['p95Ms', '0.95'],
  ['p99Ms', '0.99'],
  ['p999Ms', '0.999'],
  ['maxMs', '1'],
] as const;

/**
 * What the load of the present run does, from its intervals. The run's id is a label of `tidemark_run_info` alone: an
 * executor has one run at a time, so that a query joins the two, and the number of series does not grow with runs.
 */
export class LoadMetrics {
  private readonly registry = new Registry();
  private readonly info = this.gauge('tidemark_run_info', 'The run that this executor works on', ['run', 'kind']);
  private readonly done = this.counter('tidemark_operations_total', 'Operations that ended, or were dropped', [
    'kind',
    'operation',
    'result',
  ]);
  private readonly failed = this.counter('tidemark_operation_errors_total', 'Failed operations by class', [
    'kind',
    'class',
  ]);
  private readonly rate = this.gauge(
    'tidemark_run_operations_per_second',
    'Successful operations per second in the last interval of the run under way',
    ['kind', 'operation'],
  );
  private readonly latency = this.gauge(
    'tidemark_run_latency_seconds',
    'Latency in the last interval of the run under way; clock rt counts from when an operation was due, st from when it was started',
    ['kind', 'operation', 'clock', 'quantile'],
  );
  private readonly ceiling = this.gauge(
    'tidemark_executor_ceiling_operations_per_second',
    'What this executor could do of the present work: the last rate over the share of time its busiest lane was busy',
    ['kind'],
  );
  private readonly utilization = this.gauge(
    'tidemark_lane_utilization_ratio',
    'Share of the last interval in which the busiest lane was busy',
  );
  private readonly lag = this.gauge(
    'tidemark_lane_event_loop_delay_seconds',
    'Longest delay of a lane’s event loop in the last interval',
  );
  private readonly operations = new BoundedLabels();
  private readonly classes = new BoundedLabels();
  private readonly latencies = new LatencyFamily();

  begin(run: string, kind: string): void {
    this.info.set({ run, kind }, 1);
  }

  add(kind: string, { operations, lengthMs, self }: IntervalSnapshot): void {
    let completed = 0;
    for (const [name, operation] of Object.entries(operations)) {
      this.addOperation(kind, this.operations.of(name), operation, lengthMs);
      if (!isBesideLoad(name)) completed += operation.completed;
    }
    this.lag.set(self.eventLoopDelayMaxMs / 1000);
    if (self.loopUtilization === undefined) return;
    this.utilization.set(self.loopUtilization);
    // Of a lane that hardly works nothing can be foretold.
    if (self.loopUtilization > 0.05 && lengthMs > 0)
      this.ceiling.set({ kind }, (completed * 1000) / lengthMs / self.loopUtilization);
  }

  /** What is of the run under way goes with it; counters stay. */
  end(): void {
    for (const gauge of [this.info, this.rate, this.latency, this.utilization, this.lag]) gauge.reset();
  }

  async text(): Promise<string> {
    return `${await this.registry.metrics()}${this.latencies.text()}`;
  }

  private addOperation(kind: string, operation: string, measured: OperationInterval, lengthMs: number): void {
    const { completed, failed, dropped, errors } = measured;
    const labels = { kind, operation };
    this.done.inc({ ...labels, result: 'ok' }, completed - failed);
    this.done.inc({ ...labels, result: 'failed' }, failed);
    this.done.inc({ ...labels, result: 'dropped' }, dropped);
    for (const [name, count] of Object.entries(errors)) this.failed.inc({ kind, class: this.classes.of(name) }, count);
    const summary = summariseOperations([measured], lengthMs);
    this.rate.set(labels, summary.ratePerSecond);
    for (const [clock, figures] of [['st', summary.serviceTime] as const, ['rt', summary.responseTime] as const]) {
      if (figures === null) continue;
      for (const [figure, quantile] of QUANTILES) {
        const valueMs = figures.count === 0 ? null : figures[figure];
        if (valueMs === null) this.latency.remove({ ...labels, clock, quantile });
        else this.latency.set({ ...labels, clock, quantile }, valueMs / 1000);
      }
    }
    const escaped = operation.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    this.latencies.add(`kind="${kind}",operation="${escaped}"`, measured.st);
  }

  private gauge<Name extends string>(name: string, help: string, labelNames: Name[] = []): Gauge<Name> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  private counter<Name extends string>(name: string, help: string, labelNames: Name[]): Counter<Name> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
