import type { Clock } from '#libs/load/clock.js';
import type { RunQueue } from '#libs/queue/port.js';
import type { Store } from '#libs/store/port.js';
import type { Drivers } from '#libs/workloads/driver.js';
import type { Tracing } from '#libs/telemetry/tracing.js';
import type { ExecutorConfig } from './config.js';
import type { ExecutorMetrics } from './metrics/executor-metrics.js';
import type { Output } from './output.js';

/** What an executor works with. */
export interface ExecutorParts {
  config: ExecutorConfig;
  store: Store;
  drivers: Drivers;
  clock: Clock;
  output: Output;
  queue: RunQueue;
  /** Who is told what becomes of shards; nobody when absent. */
  watch?: { metrics: ExecutorMetrics; tracing: Tracing } | undefined;
}
