import { join } from 'node:path';
import type { Mismatch } from '#libs/contract/summary.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Claim } from '#libs/store/port.js';
import type { ExecutorParts } from './executor-parts.js';
import { IntervalFlusher } from './interval-flusher.js';
import type { RunLog } from './run-log.js';
import { SpoolFile } from './spool-file.js';

const MEMORY_INTERVALS = 120;
/** An hour of seconds, some tens of megabytes. */
const DISKLESS_INTERVALS = 3_600;
const KEPT_MISMATCHES = 100;

/** What a shard measures, on its way to the store. */
export class ShardResults {
  /** Operations that ended, as far as they were reported. */
  completed = 0;
  private readonly flusher: IntervalFlusher;
  private mismatches: Mismatch[] = [];
  private seenMismatches = 0;

  constructor(
    private readonly parts: ExecutorParts,
    private readonly claim: Claim,
    log: RunLog,
  ) {
    const { store, clock, config } = parts;
    const file = `${claim.runId}-${claim.shardIndex}-${claim.token}.intervals`;
    this.flusher = new IntervalFlusher({
      append: (snapshots) => store.intervals.append(claim, config.id, snapshots),
      appendLate: (snapshots) => store.intervals.appendLate(claim, config.id, snapshots),
      clock,
      spool: new SpoolFile(join(config.spoolDir, file)),
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
    for (const operation of Object.values(snapshot.operations)) this.completed += operation.completed;
    this.flusher.add(snapshot);
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

  close(): void {
    this.flusher.close();
  }
}
