import { join } from 'node:path';
import type { Mismatch } from '#libs/contract/summary.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { isBesideLoad } from '#libs/stats/beside-load.js';
import type { Claim } from '#libs/store/port.js';
import type { ExecutorParts } from './executor-parts.js';
import { IntervalFlusher } from './interval-flusher.js';
import type { Backlog } from './metrics/executor-metrics.js';
import type { RunLog } from './run-log.js';
import type { RunWatch } from './run-watch.js';
import { SPOOL_SUFFIX, SpoolFile } from './spool-file.js';

const MEMORY_INTERVALS = 120;
/** An hour of seconds, some tens of megabytes. */
const DISKLESS_INTERVALS = 3_600;
const KEPT_MISMATCHES = 100;

/** What a shard measures, on its way to the store. */
export class ShardResults {
  /** Operations that ended, as far as they were reported. */
  completed = 0;
  private readonly flusher: IntervalFlusher;
  private oldestEndMs = 0;
  private mismatches: Mismatch[] = [];
  private seenMismatches = 0;

  constructor(
    private readonly parts: ExecutorParts,
    private readonly claim: Claim,
    log: RunLog,
    private readonly watch?: RunWatch,
  ) {
    const { store, clock, config } = parts;
    const { runId, shardIndex, token } = claim;
    const file = `${runId}-${shardIndex}-${token}${SPOOL_SUFFIX}`;
    const owner = { runId, shardIndex, token, executorId: config.id };
    this.flusher = new IntervalFlusher({
      append: async (snapshots) => {
        const isOurs = await store.intervals.append(claim, config.id, snapshots);
        if (isOurs) this.written(snapshots);
        return isOurs;
      },
      appendLate: (snapshots) => store.intervals.appendLate(claim, config.id, snapshots),
      clock,
      spool: new SpoolFile(join(config.spoolDir, file), owner),
      log: (level, message) => log.write(level, message),
      memoryIntervals: MEMORY_INTERVALS,
      disklessIntervals: DISKLESS_INTERVALS,
    });
  }

  get isFenced(): boolean {
    return this.flusher.isFenced;
  }

  get isRefused(): boolean {
    return this.flusher.isRefused;
  }

  /** The shard was given up: from now on what is measured is a late result. */
  fence(): void {
    this.flusher.fence();
  }

  interval(snapshot: IntervalSnapshot): void {
    for (const [name, operation] of Object.entries(snapshot.operations))
      if (!isBesideLoad(name)) this.completed += operation.completed;
    if (this.flusher.waiting === 0) this.oldestEndMs = snapshot.startMs + snapshot.lengthMs;
    this.flusher.add(snapshot);
    this.watch?.interval(snapshot);
  }

  /** What is measured and not in the store yet. */
  get backlog(): Backlog {
    const { waiting, spoolBytes } = this.flusher;
    const lagMs = waiting === 0 ? 0 : Math.max(0, this.parts.clock.epochMs() - this.oldestEndMs);
    return { waiting, spoolBytes, lagMs };
  }

  mismatch(mismatch: Mismatch): void {
    this.seenMismatches++;
    if (this.mismatches.length < KEPT_MISMATCHES) this.mismatches.push(mismatch);
  }

  /** Writes what waits; answers how many intervals were not written in time. */
  drain(withinMs: number): Promise<number> {
    return this.flusher.drain(withinMs);
  }

  /** Writes the mismatches; a driver shows only the first ones and counts them all. Call once. */
  async saveMismatches(countedByDriver: number): Promise<void> {
    const found = Math.max(countedByDriver, this.seenMismatches);
    if (found > 0) await this.parts.store.runs.addMismatches(this.claim.runId, this.mismatches, found);
  }

  private written(snapshots: readonly IntervalSnapshot[]): void {
    const last = snapshots.at(-1);
    // Those that wait behind are the next ones, of the same length.
    if (last) this.oldestEndMs = last.startMs + 2 * last.lengthMs;
    this.watch?.flushed(snapshots);
  }

  close(): void {
    this.flusher.close();
  }
}
