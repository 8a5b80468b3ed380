import type { Shard } from '#libs/workloads/driver.js';

/** A run of other runs has one shard without lanes: whoever holds its lease carries it forward. */
export const planParent = (): Shard[] => [{ index: 0, count: 1, lanes: [] }];
