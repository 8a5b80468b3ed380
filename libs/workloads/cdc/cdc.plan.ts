import type { Shard } from '#libs/workloads/driver.js';
import type { CdcSpec } from './cdc.schema.js';

/** Every executor has as many lanes; a key belongs to one lane of the whole run, so that it has one writer. */
export const planCdc = (
  { lanes, maxInFlight }: Pick<CdcSpec, 'lanes' | 'maxInFlight'>,
  { executors }: { executors: number },
): Shard[] =>
  Array.from({ length: executors }, (_, index) => ({
    index,
    count: executors,
    lanes: Array.from({ length: lanes }, (_unused, within) => ({
      first: within * executors + index,
      stride: executors * lanes,
      threads: maxInFlight,
    })),
  }));
