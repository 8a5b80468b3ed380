import type { Promised } from '#libs/workloads/expectations.js';
import { NOTIFICATION, recordedNames } from './task-sets.js';
import type { ZookeeperSpec } from './zookeeper.schema.js';

/** `lanes`: load threads over all executors. A notification is in flight beside the operation that has caused it. */
export function promisedByZookeeper(spec: ZookeeperSpec, lanes: number): Promised {
  const { clients, pipeline, rate, operations } = spec;
  const notifies = recordedNames(spec).includes(NOTIFICATION);
  const executors = lanes / spec.lanes;
  return {
    threads: clients * pipeline * executors * (notifies ? 2 : 1),
    ratePerSecond: rate.model === 'open' ? rate.ratePerSecond : null,
    // Notifications come beside them, and how many do is not known before.
    operations: operations === undefined || notifies || spec.durationMs !== undefined ? null : operations,
  };
}
