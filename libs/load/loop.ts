import type { Clock } from './clock.js';
import type { Schedule } from './schedule.js';
import type { Completion, Source, Target } from './target.js';

/** What the loop reports every finished operation to; all times in nanoseconds of the loop's clock. */
export interface LoopRecorder {
  scheduled(operation: number): void;
  dropped(operation: number): void;
  /** `dueNs` is the start when there is no schedule. */
  record(
    operation: number,
    outcome: number,
    dueNs: number,
    startNs: number,
    endNs: number,
    rows: number,
    retries: number,
  ): void;
  /** Called before the first operation that ends after the interval's boundary is recorded. */
  cut(interval: number, startNs: number, endNs: number, partial: boolean): void;
}

export interface LoopOptions {
  clock: Clock;
  target: Target;
  source: Source;
  recorder: LoopRecorder;
  /** Operations in flight at most. */
  slots: number;
  /** When operations are due; absent in a free-running closed loop. */
  schedule?: Schedule | undefined;
  /** True: what is due while all slots are busy is dropped and counted; false: it waits. */
  dropOverdue: boolean;
  /** The run's length; absent when the source ends it. */
  durationNs?: number | undefined;
  intervalNs: number;
  retries: number;
  /** Which outcomes (indexes) may be retried. */
  retryable: Uint8Array;
  /** Told of every operation that finally failed; true ends the run. */
  failed(slot: number, outcome: number): boolean;
}

/** How long operations in flight may take beyond the end of a run that ends by time or is stopped. */
export const DRAIN_NS = 80e6;
/** Nearer than this the loop polls instead of sleeping: timers have a grain of a millisecond. */
const SPIN_NS = 1.5e6;

/**
 * Fires a source's operations at a target, open or closed loop, and records them. One instance drives one lane. Per
 * operation nothing is allocated: state lives in arrays indexed by slot.
 */
export class Loop implements Completion {
  /** Operations that ended, failed ones included. */
  completed = 0;
  /** Operations that were still in flight when the drain was over. */
  abandoned = 0;
  private inFlight = 0;
  private inFlightMax = 0;
  private lagMaxNs = 0;
  private capHits = 0;
  private readonly dueNs: Float64Array;
  private readonly startNs: Float64Array;
  private readonly seed: Float64Array;
  private readonly operation: Uint8Array;
  private readonly attempts: Uint8Array;
  private readonly busy: Uint8Array;
  private readonly free: Int32Array;
  private freeCount: number;
  private originNs = 0;
  private fired = 0;
  private interval = 0;
  private boundaryNs = 0;
  private nextDueNs = -1;
  private state: 'idle' | 'firing' | 'draining' | 'done' = 'idle';
  private exhausted = false;
  private drainEndNs = Infinity;
  private finish: () => void = () => undefined;
  private cancelWake: () => void = () => undefined;
  private readonly wake = (): void => this.pump();

  constructor(private readonly options: LoopOptions) {
    const { slots } = options;
    this.dueNs = new Float64Array(slots);
    this.startNs = new Float64Array(slots);
    this.seed = new Float64Array(slots);
    this.operation = new Uint8Array(slots);
    this.attempts = new Uint8Array(slots);
    this.busy = new Uint8Array(slots);
    this.free = Int32Array.from({ length: slots }, (_, slot) => slots - 1 - slot);
    this.freeCount = slots;
  }

  /** Runs from `originNs` (clock time) until the source or the duration ends or `stop` is called; resolves when drained. */
  run(originNs: number): Promise<void> {
    this.originNs = originNs;
    this.boundaryNs = originNs + this.options.intervalNs;
    return new Promise((resolve) => {
      this.finish = resolve;
      this.state = 'firing';
      this.pump();
    });
  }

  /** Largest number in flight, latest start after due and slot shortages since the last call. */
  takeExtremes(): { inFlightMax: number; scheduleLagMaxMs: number; inFlightCapHits: number } {
    const taken = {
      inFlightMax: this.inFlightMax,
      scheduleLagMaxMs: this.lagMaxNs / 1e6,
      inFlightCapHits: this.capHits,
    };
    this.inFlightMax = this.inFlight;
    this.lagMaxNs = 0;
    this.capHits = 0;
    return taken;
  }

  /** Fires nothing more; what is in flight gets the drain time. */
  stop(): void {
    if (this.state !== 'firing') return;
    this.state = 'draining';
    this.drainEndNs = this.options.clock.nowNs() + DRAIN_NS;
    this.pump();
  }

  complete(slot: number, outcome: number, rows: number): void {
    if (this.busy[slot] !== 1) return;
    const { options } = this;
    const attempts = this.attempts[slot] ?? 0;
    if (outcome !== 0 && attempts < options.retries && options.retryable[outcome] === 1 && this.state === 'firing') {
      this.attempts[slot] = attempts + 1;
      options.target.fire(slot, this.operation[slot] ?? 0, this.seed[slot] ?? 0);
      return;
    }
    const endNs = options.clock.nowNs();
    if (endNs >= this.boundaryNs) this.cutUpTo(endNs);
    this.busy[slot] = 0;
    this.free[this.freeCount++] = slot;
    this.inFlight--;
    this.completed++;
    options.recorder.record(
      this.operation[slot] ?? 0,
      outcome,
      this.dueNs[slot] ?? 0,
      this.startNs[slot] ?? 0,
      endNs,
      rows,
      attempts,
    );
    if (outcome !== 0 && options.failed(slot, outcome)) this.stop();
  }

  /** Fires what may be fired now; called after every batch of answers and by the loop's own timer. */
  pump(): void {
    const { clock, target } = this.options;
    this.cancelWake();
    let nowNs = clock.nowNs();
    if (nowNs >= this.boundaryNs) this.cutUpTo(nowNs);
    if (this.state === 'firing') {
      this.fireDue(nowNs);
      target.flush();
      nowNs = clock.nowNs();
      this.checkEnd(nowNs);
    }
    if (this.state === 'draining' && (this.inFlight === 0 || nowNs >= this.drainEndNs)) this.end(nowNs);
    if (this.state !== 'done' && this.state !== 'idle') this.sleep(nowNs);
  }

  private fireDue(startedNs: number): void {
    const { durationNs, schedule } = this.options;
    const endNs = durationNs === undefined ? Infinity : this.originNs + durationNs;
    let nowNs = startedNs;
    while (!this.exhausted && nowNs >= this.originNs) {
      let dueNs = nowNs;
      if (schedule) {
        if (this.nextDueNs < 0) this.nextDueNs = this.originNs + schedule.dueNs(this.fired);
        dueNs = this.nextDueNs;
        if (dueNs > nowNs || dueNs >= endNs) return;
      } else if (nowNs >= endNs) return;
      if (this.freeCount === 0) {
        if (schedule) this.capHits++;
        if (!schedule || !this.options.dropOverdue) return;
        if (this.take()) this.options.recorder.dropped(this.options.source.operation);
        continue;
      }
      if (!this.take()) return;
      nowNs = this.start(dueNs);
    }
  }

  /** Draws the next operation; false at the end of the source. */
  private take(): boolean {
    const { source, recorder } = this.options;
    if (!source.next()) {
      this.exhausted = true;
      return false;
    }
    this.fired++;
    this.nextDueNs = -1;
    recorder.scheduled(source.operation);
    return true;
  }

  private start(dueNs: number): number {
    const { source, target, clock } = this.options;
    const slot = this.free[--this.freeCount] ?? 0;
    this.busy[slot] = 1;
    this.operation[slot] = source.operation;
    this.seed[slot] = source.seed;
    this.attempts[slot] = 0;
    const startNs = clock.nowNs();
    this.startNs[slot] = startNs;
    this.dueNs[slot] = this.options.schedule ? dueNs : startNs;
    if (startNs - dueNs > this.lagMaxNs) this.lagMaxNs = startNs - dueNs;
    this.inFlight++;
    if (this.inFlight > this.inFlightMax) this.inFlightMax = this.inFlight;
    target.fire(slot, source.operation, source.seed);
    return startNs;
  }

  private checkEnd(nowNs: number): void {
    const { durationNs } = this.options;
    if (this.exhausted) {
      this.state = 'draining';
    } else if (durationNs !== undefined && nowNs >= this.originNs + durationNs) {
      this.state = 'draining';
      this.drainEndNs = nowNs + DRAIN_NS;
    }
  }

  private cutUpTo(nowNs: number): void {
    const { recorder, intervalNs } = this.options;
    while (nowNs >= this.boundaryNs) {
      recorder.cut(this.interval, this.boundaryNs - intervalNs, this.boundaryNs, false);
      this.interval++;
      this.boundaryNs = this.originNs + (this.interval + 1) * intervalNs;
    }
  }

  private end(nowNs: number): void {
    this.state = 'done';
    this.abandoned = this.inFlight;
    const startNs = this.boundaryNs - this.options.intervalNs;
    if (nowNs > startNs) this.options.recorder.cut(this.interval, startNs, nowNs, true);
    this.finish();
  }

  private sleep(nowNs: number): void {
    const { clock, durationNs, schedule } = this.options;
    let wakeNs = this.boundaryNs;
    if (this.state === 'draining') wakeNs = Math.min(wakeNs, this.drainEndNs);
    else {
      if (nowNs < this.originNs) wakeNs = this.originNs;
      if (durationNs !== undefined) wakeNs = Math.min(wakeNs, this.originNs + durationNs);
      if (schedule && this.nextDueNs >= 0 && this.freeCount > 0) wakeNs = Math.min(wakeNs, this.nextDueNs);
    }
    this.cancelWake = wakeNs - nowNs < SPIN_NS ? clock.soon(this.wake) : clock.wakeAt(wakeNs - 1e6, this.wake);
  }
}
