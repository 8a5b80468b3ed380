import type { OperationInterval, Pacing, Reading, Replication, ServerGc } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { mergeOperation, mergeReadings } from '#libs/stats/merge.js';
import { OperationFolds } from '#libs/stats/operation-folds.js';
import { mergeReplication } from '#libs/stats/replication.js';
import { mergePacing, pacingInTime } from '#libs/stats/pacing.js';
import { mergeServerGc } from '#libs/stats/server-gc.js';
import type { StoredInterval } from '#libs/store/port.js';

/** Histograms that are merged at once. More would need more memory, fewer would encode the same counts again and again. */
const BATCH = 64;

const deepest = (depths: readonly number[]): number => Math.max(...depths);

/** Merges any number of snapshots, of any intervals and executors, in bounded memory. */
export class IntervalFold {
  private readonly pending = new Map<string, OperationInterval[]>();
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
      for (const [name, operation] of Object.entries(operations)) this.hold(name, operation);
    }
  }

  /** From the first interval's start to the last one's end. */
  get durationMs(): number {
    return this.startMs === null || this.endMs === null ? 0 : this.endMs - this.startMs;
  }

  /** The figures of what was added, by operation in alphabetical order, then `total`. Empty when nothing was added. */
  figures(): [string, OperationSummary][] {
    if (this.pending.size === 0) return [];
    const folds = new OperationFolds();
    try {
      for (const [name, parts] of this.pending) for (const part of parts) folds.add({ [name]: part });
      return Object.entries(folds.summaries(this.durationMs));
    } finally {
      folds.destroy();
    }
  }

  private hold(name: string, operation: OperationInterval): void {
    const parts = this.pending.get(name) ?? [];
    parts.push(operation);
    this.pending.set(name, parts.length < BATCH ? parts : [mergeOperation(parts)]);
  }
}
