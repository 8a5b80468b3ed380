import type { Shard } from '#libs/workloads/driver.js';
import type { CdcSpec } from './cdc.schema.js';
import { spreadLanes } from '../lane-spread.js';

/** Every executor has as many lanes; a key belongs to one lane of the whole run, so that it has one writer. */
export const planCdc = (
  { lanes, maxInFlight }: Pick<CdcSpec, 'lanes' | 'maxInFlight'>,
  { executors }: { executors: number },
): Shard[] => spreadLanes(executors, lanes, () => maxInFlight);
