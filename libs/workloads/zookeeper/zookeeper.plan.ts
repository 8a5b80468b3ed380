import type { Shard } from '#libs/workloads/driver.js';
import type { ZookeeperSpec } from './zookeeper.schema.js';
import { part, spreadLanes } from '../lane-spread.js';

/** Every executor has as many sessions, spread over its lanes; what is left over goes to the first lanes, one each. */
export const planZookeeper = (
  { lanes, clients, pipeline }: Pick<ZookeeperSpec, 'lanes' | 'clients' | 'pipeline'>,
  { executors }: { executors: number },
): Shard[] =>
  spreadLanes(executors, lanes, (_place, within) => part(clients, { first: within, stride: lanes }) * pipeline);
