import { dropBacklog } from './backlog.js';
import { DelayedSlots } from './delayed-slots.js';
import type { LoopOptions } from './loop-options.js';
import type { Schedule } from './schedule.js';
import { Slots } from './slots.js';
import type { Completion } from './target.js';
import { Waker } from './waker.js';

export type { LoopOptions, LoopRecorder } from './loop-options.js';

/** How long operations in flight may take beyond the end of a run that ends by time or is stopped. */
export const DRAIN_NS = 80e6;
/** What is read in one turn after the drain's end was missed still counts. */
const LATE_DRAIN_NS = 5e6;
const POLL_SHARE = 0.2;

/**
 * Fires a source's operations at a target, open or closed loop, and records them. One instance drives one lane and one
 * run. Whoever reads the sockets calls `pump` after every batch of answers; the loop's own timer does the rest. Per
 * operation nothing is allocated: state lives in arrays indexed by slot.
 */
export class Loop implements Completion {
  /** Operations that ended, failed ones included. */
  completed = 0;
  /** Operations that were still in flight when the drain was over: scheduled, and in no other figure. */
  abandoned = 0;
  private inFlightMax = 0;
  private lagMaxNs = 0;
  private capHits = 0;
  private readonly slots: Slots;
  private readonly delayed: DelayedSlots;
  private readonly waker: Waker;
  private originNs = 0;
  /** When nothing new is due or started any more: the planned end, or when it was stopped. */
  private endNs = Infinity;
  private drainEndNs = Infinity;
  /** The same as `endNs`, after the start: without the rounding of a difference of large numbers. */
  private lastedNs = Infinity;
  private interval = 0;
  private boundaryNs = 0;
  private fired = 0;
  /** Of operation number `fired`; negative when not asked yet. */
  private nextDueNs = -1;
  /** Operations that exact arrivals have before the planned end. */
  private planned = Infinity;
  private blocked = false;
  private unflushed = false;
  /** Something was said to the recorder since the last cut. */
  private unreported = false;
  private state: 'idle' | 'firing' | 'draining' | 'done' = 'idle';
  private finish: () => void = () => undefined;

  constructor(private readonly options: LoopOptions) {
    this.slots = new Slots(options.slots);
    this.delayed = new DelayedSlots(options.slots);
    this.waker = new Waker(options.clock, options.pollShare ?? POLL_SHARE, () => this.pump());
  }

  /** Runs from `originNs` (clock time) until the source or the duration ends or `stop` is called; resolves when drained. */
  run(originNs: number): Promise<void> {
    const { durationNs, intervalNs, schedule } = this.options;
    this.originNs = originNs;
    this.boundaryNs = originNs + intervalNs;
    if (durationNs !== undefined) {
      this.endNs = originNs + durationNs;
      this.lastedNs = durationNs;
      this.drainEndNs = this.endNs + DRAIN_NS;
      if (schedule?.exact) this.planned = schedule.countBefore(durationNs);
    }
    return new Promise((resolve) => {
      this.finish = resolve;
      this.state = 'firing';
      this.pump();
    });
  }

  /** Nothing is recorded any more; true already while the last interval is cut. */
  get isOver(): boolean {
    return this.state === 'done';
  }

  /** Largest number in flight, latest start after due and operations that found all slots busy since the last call. */
  takeExtremes(): { inFlightMax: number; scheduleLagMaxMs: number; inFlightCapHits: number } {
    const taken = {
      inFlightMax: this.inFlightMax,
      scheduleLagMaxMs: this.lagMaxNs / 1e6,
      inFlightCapHits: this.capHits,
    };
    this.inFlightMax = this.slots.busyCount;
    this.lagMaxNs = 0;
    this.capHits = 0;
    return taken;
  }

  /** Fires nothing new; what is in flight gets the drain time. */
  stop(): void {
    if (this.state !== 'firing' && this.state !== 'draining') return;
    const nowNs = this.options.clock.nowNs();
    this.state = 'draining';
    if (nowNs < this.endNs) {
      this.endNs = nowNs;
      this.lastedNs = nowNs - this.originNs;
    }
    this.drainEndNs = Math.min(this.drainEndNs, nowNs + DRAIN_NS);
    this.pump();
  }

  complete(slot: number, outcome: number, rows: number, partitions = 1): void {
    const { options, slots } = this;
    if (!slots.isBusy(slot) || this.state === 'done') return;
    const attempts = slots.attempts[slot] ?? 0;
    const mayRetry = outcome !== 0 && attempts < options.retries && options.retryable[outcome] === 1;
    if (mayRetry && this.tryAgain(slot, outcome, attempts)) return;
    const endNs = options.clock.nowNs();
    if (endNs >= this.boundaryNs) this.cutUpTo(endNs);
    if (options.dropOverdue && !slots.hasFree) this.dropDue(endNs);
    slots.release(slot);
    this.completed++;
    this.unreported = true;
    options.recorder.record(
      slots.operation[slot] ?? 0,
      outcome,
      slots.dueNs[slot] ?? 0,
      slots.startNs[slot] ?? 0,
      endNs,
      rows,
      attempts,
      partitions,
    );
    if (outcome === 0) return;
    if (options.failed(slot, outcome, slots.seed[slot] ?? 0, attempts, slots.operation[slot] ?? 0)) this.stop();
  }

  /** Tries once more, at once or after a delay; false when the run will be over by then. */
  private tryAgain(slot: number, outcome: number, attempts: number): boolean {
    const { retryDelayNs, clock } = this.options;
    const delayNs = retryDelayNs?.(outcome, attempts) ?? 0;
    const atNs = delayNs > 0 ? clock.nowNs() + delayNs : 0;
    if (atNs >= this.drainEndNs) return false;
    this.slots.attempts[slot] = attempts + 1;
    if (delayNs > 0) this.delayed.add(slot, atNs);
    else this.again(slot);
    return true;
  }

  /** Fires what may be fired now; called after every batch of answers and by the loop's own timer. */
  pump(): void {
    if (this.state === 'idle' || this.state === 'done') return;
    const { clock, target } = this.options;
    let nowNs = clock.nowNs();
    if (nowNs >= this.boundaryNs) this.cutUpTo(nowNs);
    this.delayed.take(nowNs, this.again);
    if (this.state === 'firing') {
      this.fireDue(nowNs, Infinity);
      if (nowNs >= this.endNs) this.drain(nowNs);
    }
    if (this.unflushed) {
      this.unflushed = false;
      target.flush();
      nowNs = clock.nowNs();
    }
    if (this.state === 'draining' && (this.slots.busyCount === 0 || nowNs >= this.drainEndNs)) this.end(nowNs);
    else this.arm(nowNs);
  }

  /** Tries an operation in flight once more. */
  private readonly again = (slot: number): void => {
    const { target } = this.options;
    this.unflushed = true;
    target.retry(slot, this.slots.operation[slot] ?? 0, this.slots.seed[slot] ?? 0);
  };

  /** Starts what is due up to now and before `beforeNs`, as far as there are free slots. */
  private fireDue(startedNs: number, beforeNs: number): void {
    const { schedule, dropOverdue, throttle } = this.options;
    let nowNs = startedNs;
    while (this.state === 'firing' && nowNs >= this.originNs) {
      const due = schedule ? this.nextDue(schedule) : nowNs;
      if (due > nowNs || due >= beforeNs || due >= this.endNs) return;
      if (!this.slots.hasFree) {
        if (!schedule || throttle) return;
        if (dropOverdue) return this.dropDue(Math.min(nowNs, beforeNs));
        if (!this.blocked) this.capHits++;
        this.blocked = true;
        return;
      }
      if (!this.take()) return;
      nowNs = this.start(due);
      if (nowNs >= this.boundaryNs && beforeNs === Infinity) this.cutUpTo(nowNs);
    }
  }

  /** When the next operation is due on the clock's scale; Infinity when the schedule has no more. */
  private nextDue(schedule: Schedule): number {
    if (this.fired >= this.planned) return Infinity;
    if (this.nextDueNs >= 0) return this.nextDueNs;
    const dueNs = schedule.dueNs(this.fired);
    // One that is not known yet is asked for again.
    if (dueNs === Infinity) return Infinity;
    this.nextDueNs = this.originNs + dueNs;
    return this.nextDueNs;
  }

  /** Drops what fell due before `beforeNs`; only while all slots are busy. */
  private dropDue(beforeNs: number): void {
    const { schedule, recorder, source } = this.options;
    if (!schedule) return;
    const untilNs = Math.min(beforeNs, this.endNs);
    while (this.state === 'firing' && this.nextDue(schedule) < untilNs) {
      if (!this.take()) return;
      this.capHits++;
      recorder.dropped(source.operation);
    }
  }

  /** Draws the next operation; false, and draining, at the end of the source. */
  private take(): boolean {
    const { source, recorder } = this.options;
    if (!source.next()) {
      if (source.isWaiting !== true) this.state = 'draining';
      return false;
    }
    this.fired++;
    this.nextDueNs = -1;
    this.blocked = false;
    this.unreported = true;
    recorder.scheduled(source.operation);
    return true;
  }

  /** Starts the operation that was taken; answers when. `dueNs` counts only when there is a schedule. */
  private start(scheduledNs: number): number {
    const { source, target, clock, schedule } = this.options;
    const { slots } = this;
    const slot = slots.acquire();
    const startNs = clock.nowNs();
    const dueNs = schedule ? scheduledNs : startNs;
    slots.operation[slot] = source.operation;
    slots.seed[slot] = source.seed;
    slots.startNs[slot] = startNs;
    slots.dueNs[slot] = dueNs;
    if (startNs - dueNs > this.lagMaxNs) this.lagMaxNs = startNs - dueNs;
    if (slots.busyCount > this.inFlightMax) this.inFlightMax = slots.busyCount;
    this.unflushed = true;
    target.fire(slot, source.operation, source.seed);
    return startNs;
  }

  private drain(nowNs: number): void {
    this.state = 'draining';
    this.drainEndNs = Math.max(this.drainEndNs, nowNs + LATE_DRAIN_NS);
  }

  /**
   * Ends every interval whose boundary has passed; what fell due before a boundary belongs before it. A boundary at the
   * planned end is none: the last interval takes the drain with it, instead of leaving a sliver of an interval.
   */
  private cutUpTo(nowNs: number): void {
    const { recorder, intervalNs, schedule } = this.options;
    while (nowNs >= this.boundaryNs && this.boundaryNs < this.endNs) {
      if (schedule && this.state === 'firing') this.fireDue(nowNs, this.boundaryNs);
      recorder.cut(this.interval, this.boundaryNs - intervalNs, this.boundaryNs, false);
      this.unreported = false;
      this.interval++;
      this.boundaryNs = this.originNs + (this.interval + 1) * intervalNs;
    }
  }

  private end(nowNs: number): void {
    const { options } = this;
    const { recorder, intervalNs, schedule, source, throttle, durationNs } = options;
    this.state = 'done';
    this.waker.disarm();
    this.abandoned = this.slots.busyCount;
    if (schedule && !throttle && durationNs !== undefined) {
      this.unreported = true;
      dropBacklog({ schedule, source, recorder }, this.fired, this.nextDueNs - this.originNs, this.lastedNs);
    }
    const startNs = this.boundaryNs - intervalNs;
    if (nowNs > startNs || this.unreported) {
      recorder.cut(this.interval, startNs, Math.max(nowNs, startNs + 1), nowNs < this.boundaryNs);
    }
    this.finish();
  }

  private arm(nowNs: number): void {
    const { schedule } = this.options;
    const boundaryNs = this.boundaryNs < this.endNs ? this.boundaryNs : Infinity;
    let wakeNs = Math.min(boundaryNs, this.drainEndNs, this.delayed.nextNs);
    if (this.state === 'firing') {
      wakeNs = Math.min(wakeNs, this.endNs);
      if (nowNs < this.originNs) return this.waker.arm(Math.min(this.originNs, wakeNs), nowNs, true);
      if (schedule && this.nextDueNs >= 0 && this.slots.hasFree && this.nextDueNs < wakeNs)
        return this.waker.arm(this.nextDueNs, nowNs, true);
    }
    if (wakeNs < Infinity) this.waker.arm(wakeNs, nowNs, false);
  }
}
