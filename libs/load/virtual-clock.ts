import type { Clock } from './clock.js';

interface Event {
  atNs: number;
  order: number;
  callback: () => void;
}

/** What a turn of the event loop takes on the virtual clock: without it a poll for the next due time would never end. */
const TURN_NS = 1_000;

/**
 * A clock for tests: time stands still until `advance` carries out what is planned, in order. One second of a run costs no
 * second. `timerGrainNs` makes wake-ups as coarse as the machine's.
 */
export class VirtualClock implements Clock {
  private currentNs = 0;
  private readonly events: Event[] = [];
  private orders = 0;

  constructor(
    private readonly startEpochMs = 1_700_000_000_000,
    private readonly timerGrainNs = 1,
  ) {}

  nowNs(): number {
    return this.currentNs;
  }

  epochMs(): number {
    return Math.floor(this.toEpochMs(this.currentNs));
  }

  atEpochMs(epochMs: number): number {
    return (epochMs - this.startEpochMs) * 1e6;
  }

  toEpochMs(nowNs: number): number {
    return this.startEpochMs + nowNs / 1e6;
  }

  wakeAt(atNs: number, callback: () => void): () => void {
    const grains = Math.ceil(Math.max(atNs, this.currentNs) / this.timerGrainNs);
    return this.plan(grains * this.timerGrainNs, callback);
  }

  soon(callback: () => void): () => void {
    return this.plan(this.currentNs + TURN_NS, callback);
  }

  /** Calls back at `atNs` exactly, whatever the grain: for what a test's own world does. */
  plan(atNs: number, callback: () => void): () => void {
    const event: Event = { atNs: Math.max(atNs, this.currentNs), order: this.orders++, callback };
    this.events.splice(this.position(event), 0, event);
    return () => {
      const index = this.events.indexOf(event);
      if (index >= 0) this.events.splice(index, 1);
    };
  }

  /** Resolves when the time has come, or the signal aborts; somebody else has to advance the clock. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.plan(this.currentNs + ms * 1e6, done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  /** The machine is busy for so long: time passes and nothing that is planned is carried out. */
  block(ns: number): void {
    this.currentNs += ns;
  }

  /** Carries out everything that is planned up to `untilNs`, then stands there. */
  advance(untilNs: number): void {
    for (let next = this.events[0]; next !== undefined && next.atNs <= untilNs; next = this.events[0]) {
      this.events.shift();
      this.currentNs = Math.max(this.currentNs, next.atNs);
      next.callback();
    }
    this.currentNs = Math.max(this.currentNs, untilNs);
  }

  /** Before which planned event this one belongs: by time, then in the order of planning. */
  private position({ atNs }: Event): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle]?.atNs ?? 0) <= atNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
