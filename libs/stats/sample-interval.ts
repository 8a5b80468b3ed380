import type { OperationInterval, SelfWatch } from '#libs/contract/interval.js';
import type { Expectation } from './audit.js';
import type { ShardInterval } from './evidence.js';
import { Histogram } from './histogram.js';

/** Building blocks of tests: small, consistent measurements of which a test changes what it is about. */

const MS = 1e6;

export const encoded = (latenciesMs: readonly number[]): Uint8Array => {
  const histogram = Histogram.empty();
  for (const latencyMs of latenciesMs) histogram.record(latencyMs * MS);
  const bytes = histogram.encode();
  histogram.destroy();
  return bytes;
};

/** `count` latencies, all of `latencyMs`. */
export const steady = (count: number, latencyMs: number): number[] => Array.from({ length: count }, () => latencyMs);

/** An operation that succeeded with these latencies. */
export const anOperation = (
  latenciesMs: readonly number[],
  fields: Partial<OperationInterval> = {},
): OperationInterval => ({
  scheduled: latenciesMs.length,
  completed: latenciesMs.length,
  failed: 0,
  dropped: 0,
  retries: 0,
  partitions: latenciesMs.length,
  rows: latenciesMs.length,
  errors: {},
  st: encoded(latenciesMs),
  ...fields,
});

export const aSelf = (fields: Partial<SelfWatch> = {}): SelfWatch => ({
  cpuUs: 100_000,
  eventLoopDelayMaxMs: 2,
  scheduleLagMaxMs: 1,
  inFlightMax: 10,
  inFlightCapHits: 0,
  gcPauseMs: 1,
  rssBytes: 100_000_000,
  bytesSent: 1000,
  bytesReceived: 2000,
  lateAnswers: 0,
  loopUtilization: 0.3,
  clockJumpMs: 0,
  ...fields,
});

/** One second of shard 0 in which 1000 WRITEs took 10 ms each, ten in flight, unless it is said otherwise. */
export const anInterval = (interval: number, fields: Partial<ShardInterval> = {}): ShardInterval => ({
  shardIndex: 0,
  interval,
  startMs: 1_700_000_000_000 + interval * 1000,
  lengthMs: 1000,
  partial: false,
  operations: { WRITE: anOperation(steady(1000, 10)) },
  self: aSelf(),
  ...fields,
});

/** What the intervals of `anInterval` keep, as a free-running closed loop of ten threads. */
export const anExpectation = (fields: Partial<Expectation> = {}): Expectation => ({
  shards: 1,
  threads: 10,
  ratePerSecond: null,
  freeRunning: true,
  operations: null,
  maxStartSkewMs: 250,
  carriedOut: true,
  ...fields,
});
