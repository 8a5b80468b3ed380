import type { Pacing, Reading, Replication, ServerGc } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { mergeReadings } from '#libs/stats/merge.js';
import { countsOf, countsWithTotal, type OperationCounts } from '#libs/stats/operation-counts.js';
import { summariesOf } from '#libs/stats/operation-folds.js';
import { mergeReplication } from '#libs/stats/replication.js';
import { mergePacing, pacingInTime } from '#libs/stats/pacing.js';
import { mergeServerGc } from '#libs/stats/server-gc.js';
import type { StoredInterval } from '#libs/store/port.js';

const deepest = (depths: readonly number[]): number => Math.max(...depths);

/** Merges any number of snapshots, of any intervals and executors, in bounded memory. */
export class IntervalFold {
  private readonly operations = new Map<string, OperationCounts>();
  startMs: number | null = null;
  endMs: number | null = null;
  /** Undefined for kinds that read no files. */
  reading: Reading | undefined;
  /** Undefined for kinds that do not hold back. */
  pacing: Pacing | undefined;
  /** Undefined where the run names no metrics pages. */
  serverGc: ServerGc | undefined;

  /** Undefined for kinds that verify no replication. */
  replication: Replication | undefined;

  /** Snapshots of one interval, of any executors, in the order of time. */
  add(snapshots: readonly StoredInterval[]): void {
    this.pacing = pacingInTime([this.pacing, mergePacing(snapshots.map(({ self }) => self.pacing))]);
    for (const { startMs, lengthMs, operations, self } of snapshots) {
      this.reading = mergeReadings([this.reading, self.reading]);
      this.serverGc = mergeServerGc([this.serverGc, self.serverGc]);
      this.replication = mergeReplication([this.replication, self.replication], deepest);
      this.startMs = Math.min(this.startMs ?? startMs, startMs);
      this.endMs = Math.max(this.endMs ?? 0, startMs + lengthMs);
      for (const [name, operation] of Object.entries(operations)) countsOf(this.operations, name).add(operation);
    }
  }

  /** From the first interval's start to the last one's end. */
  get durationMs(): number {
    return this.startMs === null || this.endMs === null ? 0 : this.endMs - this.startMs;
  }

  /** The figures of what was added, by operation in alphabetical order, then `total`. Empty when nothing was added. */
  figures(): Record<string, OperationSummary> {
    return summariesOf(countsWithTotal(this.operations), this.durationMs);
  }
}
