import type { Clock } from '#libs/load/clock.js';
import type { Beat } from '#libs/store/port.js';

/**
 * Why an executor stops working on a shard: somebody cancelled the run; the shard is another's or the run has ended; the
 * database was away for longer than the lease; or this process is to end.
 */
export type StopReason = 'cancelled' | 'fenced' | 'expired' | 'shutdown';

/** Thrown by whatever waits when the work is to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  constructor(readonly reason: StopReason) {
    super(`stopped: ${reason}`);
  }
}

interface LeaseParts {
  clock: Clock;
  beat: () => Promise<Beat>;
  leaseMs: number;
  beatMs: number;
  log: (level: 'info' | 'warn', message: string) => void;
}

const NS_PER_MS = 1e6;

/**
 * Holds a shard: beats renew it. When no beat got through for as long as the lease is, others may take the shard, so this
 * executor stops by its own clock (counted from before the last good beat was sent), database or not.
 */
export class Lease {
  reason: StopReason | undefined;
  /** Nothing may be written any more. */
  isFenced = false;
  private readonly stop = new AbortController();
  private readonly closed = new AbortController();
  private latest: Beat | undefined;
  private waiters: (() => void)[] = [];
  private pause = new AbortController();
  private isHurried = false;
  private cancelExpiry: () => void = () => undefined;

  constructor(private readonly parts: LeaseParts) {}

  /** Aborts when work is to stop; its reason is a Stopped. */
  get signal(): AbortSignal {
    return this.stop.signal;
  }

  start(): void {
    this.renewed(this.parts.clock.nowNs());
    void this.beatOn();
  }

  /** Stops the work; the first reason stands. The lease itself goes on until `close`. */
  halt(reason: StopReason): void {
    if (reason === 'fenced') this.isFenced = true;
    if (this.reason === undefined) {
      this.reason = reason;
      this.stop.abort(new Stopped(reason));
    }
    this.wake();
  }

  /** Beats at once: somebody has said that there is news. */
  hurry(): void {
    this.isHurried = true;
    this.pause.abort();
  }

  /** The first beat that is as wanted. Throws Stopped when the work is to stop first. */
  async until(wanted: (beat: Beat) => boolean): Promise<Beat> {
    for (;;) {
      this.stop.signal.throwIfAborted();
      if (this.latest !== undefined && wanted(this.latest)) return this.latest;
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  /** No more beats; one that is under way changes nothing any more. */
  close(): void {
    this.closed.abort();
    this.pause.abort();
    this.cancelExpiry();
    this.wake();
  }

  private async beatOn(): Promise<void> {
    const { clock, beat, beatMs, log } = this.parts;
    let isAway = false;
    while (!this.closed.signal.aborted && !this.isFenced) {
      const sentNs = clock.nowNs();
      try {
        this.take(await beat(), sentNs);
        if (isAway) log('info', 'the database answers heartbeats again');
        isAway = false;
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        if (!isAway) log('warn', `a heartbeat failed (${cause}); load goes on until the lease ends`);
        isAway = true;
      }
      this.pause = new AbortController();
      if (!this.isHurried && !this.closed.signal.aborted) await clock.sleep(beatMs, this.pause.signal);
      this.isHurried = false;
    }
  }

  private take(beat: Beat, sentNs: number): void {
    if (this.closed.signal.aborted) return;
    this.latest = beat;
    if (!beat.held) return this.halt('fenced');
    this.renewed(sentNs);
    if (beat.cancelRequested) this.halt('cancelled');
    this.wake();
  }

  private renewed(sinceNs: number): void {
    const { clock, leaseMs } = this.parts;
    this.cancelExpiry();
    this.cancelExpiry = clock.wakeAt(sinceNs + leaseMs * NS_PER_MS, () => this.halt('expired'));
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
