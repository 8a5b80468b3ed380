import type { IntervalSnapshot, OperationInterval, SelfWatch } from '#libs/contract/interval.js';
import { mergeOperation, mergeReadings } from './merge.js';
import { pacingInTime } from './pacing.js';
import { mergeReplication } from './replication.js';
import { mergeTargetShards } from './target-shards.js';

const sumOf = <T>(all: readonly T[], value: (one: T) => number): number =>
  all.reduce((total, one) => total + value(one), 0);
const largestOf = <T>(all: readonly T[], value: (one: T) => number): number =>
  all.reduce((most, one) => Math.max(most, value(one)), 0);

/** The largest of those that are there; undefined when none is. */
function largestThere<T>(all: readonly T[], value: (one: T) => number | undefined): number | undefined {
  const there = all.map(value).filter((each) => each !== undefined);
  return there.length === 0 ? undefined : Math.max(...there);
}

/** What is spent or counted adds up; states and extremes are the largest. */
const selfOver = (all: readonly SelfWatch[]): SelfWatch => ({
  cpuUs: sumOf(all, (self) => self.cpuUs),
  eventLoopDelayMaxMs: largestOf(all, (self) => self.eventLoopDelayMaxMs),
  scheduleLagMaxMs: largestOf(all, (self) => self.scheduleLagMaxMs),
  inFlightMax: largestOf(all, (self) => self.inFlightMax),
  inFlightCapHits: sumOf(all, (self) => self.inFlightCapHits),
  gcPauseMs: sumOf(all, (self) => self.gcPauseMs),
  rssBytes: largestOf(all, (self) => self.rssBytes),
  bytesSent: sumOf(all, (self) => self.bytesSent),
  bytesReceived: sumOf(all, (self) => self.bytesReceived),
  lateAnswers: sumOf(all, (self) => self.lateAnswers),
  loopUtilization: largestThere(all, (self) => self.loopUtilization),
  reading: mergeReadings(all.map((self) => self.reading)),
  pacing: pacingInTime(all.map((self) => self.pacing)),
  replication: mergeReplication(
    all.map((self) => self.replication),
    (depths) => Math.max(...depths),
  ),
  clockJumpMs: largestThere(all, (self) => self.clockJumpMs),
  targetShards: mergeTargetShards(all.map((self) => self.targetShards)),
});

/**
 * Intervals of one shard that follow each other, as one: counters add up and histograms are merged, so that nothing but
 * the resolution is lost. The length is that of the parts: a gap between them stays a gap. Throws RangeError for none.
 */
export function mergeInTime(all: readonly IntervalSnapshot[], interval: number): IntervalSnapshot {
  const [first] = all;
  if (first === undefined) throw new RangeError('expected at least one interval to merge, found none');
  const operations: Record<string, OperationInterval> = {};
  for (const name of new Set(all.flatMap((one) => Object.keys(one.operations))))
    operations[name] = mergeOperation(all.flatMap((one) => one.operations[name] ?? []));
  return {
    interval,
    startMs: Math.min(...all.map((one) => one.startMs)),
    lengthMs: sumOf(all, (one) => one.lengthMs),
    partial: all.some((one) => one.partial),
    operations,
    self: selfOver(all.map((one) => one.self)),
  };
}
