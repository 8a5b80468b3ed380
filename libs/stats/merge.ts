import type {
  IntervalSnapshot,
  OperationCounters,
  OperationInterval,
  Reading,
  SelfWatch,
} from '#libs/contract/interval.js';
import { Histogram } from './histogram.js';
import { mergePacing } from './pacing.js';
import { mergeReplication } from './replication.js';
import { mergeServerGc } from './server-gc.js';
import { mergeTargetShards } from './target-shards.js';

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
const largest = (values: Iterable<number>): number => {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
};
/** The largest of those that are there; undefined when none is. */
const largestOf = (values: readonly (number | undefined)[]): number | undefined => {
  const present = values.filter((value) => value !== undefined);
  return present.length === 0 ? undefined : largest(present);
};

/** Counters add up. */
export function addCounters(all: readonly OperationCounters[]): OperationCounters {
  const errors: Record<string, number> = {};
  for (const one of all) {
    for (const [name, count] of Object.entries(one.errors)) errors[name] = (errors[name] ?? 0) + count;
  }
  return {
    scheduled: sum(all.map((one) => one.scheduled)),
    completed: sum(all.map((one) => one.completed)),
    failed: sum(all.map((one) => one.failed)),
    dropped: sum(all.map((one) => one.dropped)),
    retries: sum(all.map((one) => one.retries)),
    partitions: sum(all.map((one) => one.partitions)),
    rows: sum(all.map((one) => one.rows)),
    errors,
  };
}

/** The sum of encoded histograms; undefined when none is there. A single one is handed on as it is. */
export function mergeEncoded(all: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  const present = all.filter((bytes) => bytes !== undefined);
  if (present.length <= 1) return present[0];
  const merged = Histogram.merged(present);
  const bytes = merged.encode();
  merged.destroy();
  return bytes;
}

/** Merges what several lanes, executors or intervals have of one operation. `all` must not be empty. */
export const mergeOperation = (all: readonly OperationInterval[]): OperationInterval => ({
  ...addCounters(all),
  st: mergeEncoded(all.map((one) => one.st)) ?? emptyHistogram(),
  rt: mergeEncoded(all.map((one) => one.rt)),
  wt: mergeEncoded(all.map((one) => one.wt)),
  failedSt: mergeEncoded(all.map((one) => one.failedSt)),
});

const emptyHistogram = (): Uint8Array => {
  const empty = Histogram.empty();
  const bytes = empty.encode();
  empty.destroy();
  return bytes;
};

/** What several lanes, executors or intervals have read; undefined when none of them reads. */
export function mergeReadings(all: readonly (Reading | undefined)[]): Reading | undefined {
  const present = all.filter((reading) => reading !== undefined);
  if (present.length === 0) return undefined;
  return {
    rowsRead: sum(present.map(({ rowsRead }) => rowsRead)),
    files: sum(present.map(({ files }) => files)),
    queueDepth: largest(present.map(({ queueDepth }) => queueDepth)),
  };
}

/** CPU and memory of lanes in one process are the process's own (largest); those of executors add up. */
const mergeSelf = (all: readonly SelfWatch[], ofProcess: (values: Iterable<number>) => number): SelfWatch => ({
  cpuUs: ofProcess(all.map((self) => self.cpuUs)),
  rssBytes: ofProcess(all.map((self) => self.rssBytes)),
  eventLoopDelayMaxMs: largest(all.map((self) => self.eventLoopDelayMaxMs)),
  scheduleLagMaxMs: largest(all.map((self) => self.scheduleLagMaxMs)),
  gcPauseMs: largest(all.map((self) => self.gcPauseMs)),
  inFlightMax: sum(all.map((self) => self.inFlightMax)),
  inFlightCapHits: sum(all.map((self) => self.inFlightCapHits)),
  bytesSent: sum(all.map((self) => self.bytesSent)),
  bytesReceived: sum(all.map((self) => self.bytesReceived)),
  lateAnswers: sum(all.map((self) => self.lateAnswers)),
  loopUtilization: largestOf(all.map((self) => self.loopUtilization)),
  reading: mergeReadings(all.map((self) => self.reading)),
  pacing: mergePacing(all.map((self) => self.pacing)),
  serverGc: mergeServerGc(all.map((self) => self.serverGc)),
  clockJumpMs: largestOf(all.map((self) => self.clockJumpMs)),
  replication: mergeReplication(
    all.map((self) => self.replication),
    sum,
  ),
  targetShards: mergeTargetShards(all.map((self) => self.targetShards)),
});

function mergeSnapshots(
  all: readonly IntervalSnapshot[],
  ofProcess: (values: Iterable<number>) => number,
): IntervalSnapshot {
  const [head] = all;
  if (head === undefined) throw new RangeError('expected at least one snapshot to merge, found none');
  if (all.length === 1) return head;
  const names = [...new Set(all.flatMap((one) => Object.keys(one.operations)))].sort();
  const operations: Record<string, OperationInterval> = {};
  for (const name of names) {
    operations[name] = mergeOperation(all.map((one) => one.operations[name]).filter((one) => one !== undefined));
  }
  return {
    interval: head.interval,
    startMs: all.reduce((first, one) => Math.min(first, one.startMs), head.startMs),
    lengthMs: largest(all.map((one) => one.lengthMs)),
    // A lane or executor that ended early does not shorten the interval of the others.
    partial: all.every((one) => one.partial),
    operations,
    self: mergeSelf(
      all.map((one) => one.self),
      ofProcess,
    ),
  };
}

/** Merges the same interval of the lanes of one process. Throws RangeError when there is none. */
export const mergeLanes = (all: readonly IntervalSnapshot[]): IntervalSnapshot => mergeSnapshots(all, largest);

/** Merges the same interval of several executors. Throws RangeError when there is none. */
export const mergeExecutors = (all: readonly IntervalSnapshot[]): IntervalSnapshot => mergeSnapshots(all, sum);
