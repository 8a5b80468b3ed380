import type { Promised } from '#libs/workloads/expectations.js';
import type { SoakSpec } from './soak.schema.js';

/** Batches as the target lets them, beside reads at a rate: neither a rate nor a number is promised of both together. */
export const promisedBySoak = ({ batchesInFlight, readers, readsInFlight }: SoakSpec): Promised => ({
  threads: batchesInFlight + readers * readsInFlight,
  ratePerSecond: null,
  operations: null,
});
