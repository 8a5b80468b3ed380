import type { LogLine } from '#libs/contract/event.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Clock } from '#libs/load/clock.js';
import type { SpoolFile } from './spool-file.js';

const BATCH_INTERVALS = 50;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

export interface FlusherParts {
  /** Idempotent; false when the lease is another's. Throws while the database is away. */
  append: (snapshots: readonly IntervalSnapshot[]) => Promise<boolean>;
  clock: Clock;
  spool: SpoolFile;
  log: (level: LogLine['level'], message: string) => void;
  /** Intervals kept in memory before the disk is used. */
  memoryIntervals: number;
  /** Intervals kept in memory when the disk cannot be used; what comes beyond is lost, counted and logged. */
  disklessIntervals: number;
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Writes intervals to the store in order, each once, however slow the store is: they wait in `head`, then on disk, then
 * (only where the disk refuses) in `tail`. Adding never waits and never throws, so load goes on.
 */
export class IntervalFlusher {
  /** The store refused an interval: the shard is another's now, and nothing more is written. */
  isFenced = false;
  /** Intervals that had no place to wait. */
  lost = 0;
  private readonly head: IntervalSnapshot[] = [];
  private tail: IntervalSnapshot[] = [];
  private readonly closed = new AbortController();
  private pumping: Promise<void> | undefined;
  private isDiskReported = false;

  constructor(private readonly parts: FlusherParts) {}

  /** Intervals that are not in the store yet. */
  get waiting(): number {
    return this.head.length + this.parts.spool.pending + this.tail.length;
  }

  get spoolBytes(): number {
    return this.parts.spool.bytes;
  }

  add(snapshot: IntervalSnapshot): void {
    if (this.isFenced || this.closed.signal.aborted) return;
    const { spool, memoryIntervals } = this.parts;
    const isDirect = spool.pending === 0 && this.tail.length === 0 && this.head.length < memoryIntervals;
    if (isDirect) this.head.push(snapshot);
    else if (this.tail.length > 0 || !this.toDisk(snapshot)) this.toTail(snapshot);
    this.kick();
  }

  /** Waits until everything is in the store, at most `withinMs`; answers how many intervals are not. */
  async drain(withinMs: number): Promise<number> {
    const timer = new AbortController();
    const late = this.parts.clock.sleep(withinMs, timer.signal).then(() => 'late' as const);
    while (this.pumping && this.waiting > 0) {
      if ((await Promise.race([this.pumping, late])) === 'late') break;
    }
    timer.abort();
    return this.waiting;
  }

  /** Gives up what is left and removes the file. */
  close(): void {
    this.closed.abort();
    this.forget();
    this.parts.spool.remove();
  }

  private kick(): void {
    this.pumping ??= this.pump().finally(() => {
      this.pumping = undefined;
      // Something was added after the last look.
      if (this.waiting > 0 && !this.closed.signal.aborted) this.kick();
    });
  }

  private async pump(): Promise<void> {
    const { clock, log } = this.parts;
    let pauseMs = FIRST_PAUSE_MS;
    let awaySinceNs: number | undefined;
    while (!this.closed.signal.aborted && this.refill()) {
      const batch = this.head.slice(0, BATCH_INTERVALS);
      try {
        if (!(await this.parts.append(batch))) return this.fence();
      } catch (error) {
        if (awaySinceNs === undefined) {
          log('warn', `the database does not take intervals (${text(error)}); load goes on and they wait here`);
          awaySinceNs = clock.nowNs();
        }
        await clock.sleep(pauseMs, this.closed.signal);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        continue;
      }
      // When closed meanwhile the queue is empty already.
      this.head.splice(0, batch.length);
      if (awaySinceNs !== undefined) {
        const awayS = ((clock.nowNs() - awaySinceNs) / 1e9).toFixed(1);
        log('info', `the database takes intervals again after ${awayS} s; ${this.waiting} are still to be written`);
      }
      awaySinceNs = undefined;
      pauseMs = FIRST_PAUSE_MS;
    }
  }

  /** Moves what waits behind to the front; false when nothing waits. */
  private refill(): boolean {
    const { spool, memoryIntervals } = this.parts;
    if (this.head.length > 0) return true;
    try {
      this.head.push(...spool.take(memoryIntervals));
    } catch (error) {
      this.lose(spool.clear(), `the spool file ${spool.path} cannot be read (${text(error)})`);
    }
    if (this.head.length === 0) this.head.push(...this.tail.splice(0, memoryIntervals));
    return this.head.length > 0;
  }

  private toDisk(snapshot: IntervalSnapshot): boolean {
    const { spool, log, disklessIntervals } = this.parts;
    try {
      spool.append(snapshot);
      return true;
    } catch (error) {
      if (!this.isDiskReported)
        log(
          'warn',
          `the spool file ${spool.path} cannot be written (${text(error)}): while the database is away at most ${disklessIntervals} intervals are kept in memory; make TIDEMARK_SPOOL_DIR a writable folder`,
        );
      this.isDiskReported = true;
      return false;
    }
  }

  private toTail(snapshot: IntervalSnapshot): void {
    const { disklessIntervals } = this.parts;
    if (this.head.length + this.tail.length < disklessIntervals) this.tail.push(snapshot);
    else this.lose(1, `more than ${disklessIntervals} intervals wait for the database and the disk cannot be used`);
  }

  private lose(count: number, why: string): void {
    if (count === 0) return;
    // One line for an outage, not one for each interval; the summary counts the gaps.
    if (this.lost === 0) this.parts.log('error', `intervals are lost: ${why}`);
    this.lost += count;
  }

  private fence(): void {
    this.isFenced = true;
    this.forget();
  }

  private forget(): void {
    this.head.length = 0;
    this.tail = [];
    try {
      this.parts.spool.clear();
    } catch {
      // The file is removed next; what it holds is wanted by nobody.
    }
  }
}
