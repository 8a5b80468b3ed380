import type { Clock } from './clock.js';

/** How far a single look can be off beside its travel: the clock's whole milliseconds. */
const GRAIN_MS = 2;
const FIRST_LOOKS = 5;
const LOOK_EVERY_MS = 10_000;

/**
 * A machine's clock set by a common one, so that leases, the common start and the times of intervals mean the same on every
 * machine. The monotonic scale stays the machine's own. The offset is changed only by what a look is sure of: the answer
 * was given somewhere between question and answer (Cristian's algorithm), and a smaller difference is none.
 */
export class AgreedClock implements Clock {
  /** The common clock minus this machine's, milliseconds. */
  offsetMs = 0;
  readonly soon: Clock['soon'];
  readonly wakeAt: Clock['wakeAt'];
  readonly sleep: Clock['sleep'];
  readonly nowNs: Clock['nowNs'];

  constructor(private readonly own: Clock) {
    this.nowNs = () => own.nowNs();
    this.soon = (callback) => own.soon(callback);
    this.wakeAt = (atNs, callback) => own.wakeAt(atNs, callback);
    this.sleep = (ms, signal) => own.sleep(ms, signal);
  }

  epochMs(): number {
    return Math.round(this.own.epochMs() + this.offsetMs);
  }

  atEpochMs(epochMs: number): number {
    return this.own.atEpochMs(epochMs - this.offsetMs);
  }

  toEpochMs(nowNs: number): number {
    return this.own.toEpochMs(nowNs) + this.offsetMs;
  }

  /** Looks several times and believes the quickest answer. Throws what `ask` throws. */
  async set(ask: () => Promise<number>): Promise<void> {
    const looks = [];
    for (let look = 0; look < FIRST_LOOKS; look++) looks.push(await this.look(ask));
    const best = looks.toSorted((a, b) => a.unsureMs - b.unsureMs)[0];
    if (best) this.believe(best);
  }

  /** Follows a clock that drifts or is set, until the signal aborts; looks that fail are made up for by the next. */
  async keepUp(ask: () => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.sleep(LOOK_EVERY_MS, signal);
      if (!signal.aborted) await this.follow(ask).catch(() => undefined);
    }
  }

  /** Looks once. Throws what `ask` throws. */
  async follow(ask: () => Promise<number>): Promise<void> {
    this.believe(await this.look(ask));
  }

  private async look(ask: () => Promise<number>): Promise<{ offsetMs: number; unsureMs: number }> {
    const sentNs = this.own.nowNs();
    const theirsMs = await ask();
    const travelMs = (this.own.nowNs() - sentNs) / 1e6;
    return { offsetMs: theirsMs + travelMs / 2 - this.own.epochMs(), unsureMs: travelMs / 2 + GRAIN_MS };
  }

  private believe({ offsetMs, unsureMs }: { offsetMs: number; unsureMs: number }): void {
    const isSame = Math.abs(offsetMs - this.offsetMs) <= unsureMs;
    if (!isSame) this.offsetMs = Math.abs(offsetMs) <= unsureMs ? 0 : offsetMs;
  }
}
