import type { Shard } from '#libs/workloads/driver.js';
import type { ZookeeperSpec } from './zookeeper.schema.js';

/** Every executor has as many sessions, spread over its lanes; what is left over goes to the first lanes, one each. */
export const planZookeeper = (
  { lanes, clients, pipeline }: Pick<ZookeeperSpec, 'lanes' | 'clients' | 'pipeline'>,
  { executors }: { executors: number },
): Shard[] =>
  Array.from({ length: executors }, (_, index) => ({
    index,
    count: executors,
    lanes: Array.from({ length: lanes }, (_unused, lane) => ({
      first: lane * executors + index,
      stride: executors * lanes,
      threads: (Math.floor(clients / lanes) + (lane < clients % lanes ? 1 : 0)) * pipeline,
    })),
  }));
