import type { WorkloadKind } from '#libs/contract/run.js';
import type { Clock } from '#libs/load/clock.js';
import type { RunQueue } from '#libs/queue/port.js';
import type { Store } from '#libs/store/port.js';
import type { Driver, SpecByKind } from '#libs/workloads/driver.js';
import type { ExecutorConfig } from './config.js';
import type { Output } from './output.js';

export type Drivers = { [K in WorkloadKind]: Driver<SpecByKind[K]> };

/** What an executor works with. */
export interface ExecutorParts {
  config: ExecutorConfig;
  store: Store;
  drivers: Drivers;
  clock: Clock;
  output: Output;
  queue: RunQueue;
}
