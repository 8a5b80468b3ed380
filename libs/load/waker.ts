import type { Clock } from './clock.js';

/** Timers have a grain of a millisecond: nearer than this only polling is on time. */
const TIMER_GRAIN_NS = 1.2e6;
/** What one poll costs at most; a longer turn did something useful. */
const POLL_NS = 20_000;
/** Polling time that may be saved up. */
const SAVED_NS = 20e6;

/**
 * Wakes the loop: by a timer when there is time, by polling the event loop when the next due time is nearer than a timer's
 * grain. Polling is bounded to a share of the time, since it costs a core: beyond it, waking is up to a millisecond late,
 * which shows in the wait (wt).
 */
export class Waker {
  private armedNs = Infinity;
  private pollingSinceNs = -1;
  private budgetNs: number;
  private countedNs: number;
  private cancel: () => void = () => undefined;
  private readonly fired = (): void => {
    this.armedNs = Infinity;
    if (this.pollingSinceNs >= 0) {
      this.budgetNs -= Math.min(POLL_NS, this.clock.nowNs() - this.pollingSinceNs);
      this.pollingSinceNs = -1;
    }
    this.wake();
  };

  constructor(
    private readonly clock: Clock,
    private readonly pollShare: number,
    private readonly wake: () => void,
  ) {
    this.countedNs = clock.nowNs();
    this.budgetNs = pollShare > 0 ? SAVED_NS : 0;
  }

  /** Wakes at `atNs` at the latest (a timer's grain aside), possibly earlier. `precise` asks for polling near the time. */
  arm(atNs: number, nowNs: number, precise: boolean): void {
    if (this.pollingSinceNs >= 0) return;
    if (precise && this.mayPoll(nowNs)) {
      const timerNs = atNs - TIMER_GRAIN_NS;
      if (timerNs <= nowNs) {
        this.disarm();
        this.pollingSinceNs = nowNs;
        this.cancel = this.clock.soon(this.fired);
        return;
      }
      this.armTimer(timerNs);
    } else {
      this.armTimer(atNs);
    }
  }

  disarm(): void {
    this.cancel();
    this.cancel = () => undefined;
    this.armedNs = Infinity;
    this.pollingSinceNs = -1;
  }

  /** An earlier timer stays: it wakes the loop, which then arms anew. Setting a timer for every answer would cost more. */
  private armTimer(atNs: number): void {
    if (this.armedNs <= atNs) return;
    this.disarm();
    this.armedNs = atNs;
    this.cancel = this.clock.wakeAt(atNs, this.fired);
  }

  private mayPoll(nowNs: number): boolean {
    this.budgetNs = Math.min(SAVED_NS, this.budgetNs + (nowNs - this.countedNs) * this.pollShare);
    this.countedNs = nowNs;
    return this.budgetNs > 0;
  }
}
