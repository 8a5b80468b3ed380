import type { Clock } from '#libs/load/clock.js';
import { DelayQueue } from './delay-queue.js';
import { FaultEngine, type TimedAction, type TimedFault } from './fault-engine.js';
import type { FaultScript } from './fault-script.js';
import type { Facts, Verdict } from './verdict.js';

/** Whoever gets an answer that was held back. */
export interface Receiver {
  push(frame: Buffer): void;
  flush(): void;
}

interface HeldFrame {
  receiver: Receiver;
  frame: Buffer;
  node: number;
}

const MS = 1e6;
/** Timers may come this much late; what is due sooner is waited for turn by turn. */
const TIMER_SLACK_MS = 3;

/** Holds answers back and does what the script says at its times. */
export class FaultRunner {
  private engine: FaultEngine;
  private readonly held = new DelayQueue<HeldFrame>();
  private readonly heldByNode: number[] = [];
  private wakeUp: { atMs: number; cancel: () => void } | null = null;
  private timers: (() => void)[] = [];
  private isTimelineSet = false;

  constructor(
    private readonly clock: Clock,
    script: FaultScript,
    private readonly act: (action: TimedAction) => void,
  ) {
    this.engine = new FaultEngine(script, this.nowMs());
    this.setTimeline();
  }

  private nowMs(): number {
    return this.clock.nowNs() / MS;
  }

  /** From now on this script holds. What is held back leaves when it was due; nodes that are down stay down. */
  apply(script: FaultScript): void {
    this.cancelTimeline();
    this.engine = new FaultEngine(script, this.nowMs());
    this.setTimeline();
  }

  get isIdle(): boolean {
    return this.engine.isIdle && this.held.size === 0;
  }

  get hits(): readonly number[] {
    return this.engine.hits;
  }

  /** By how much the next row of the CDC log is late, ms. */
  logDelayMs(): number {
    return this.engine.logDelayMs();
  }

  inFlight(node: number): number {
    return this.heldByNode[node] ?? 0;
  }

  decide(facts: Facts): Verdict {
    const verdict = this.engine.decide(facts, this.nowMs());
    if (!this.isTimelineSet) this.setTimeline();
    return verdict;
  }

  /** True when the answer must wait. */
  isLater(dueMs: number): boolean {
    return dueMs > this.nowMs();
  }

  hold(dueMs: number, node: number, receiver: Receiver, frame: Buffer): void {
    this.heldByNode[node] = this.inFlight(node) + 1;
    this.held.push(dueMs, { receiver, frame, node });
    this.arm();
  }

  /** Sends everything that is due. Call it before new requests are worked on, so that order is kept. */
  release(): void {
    const touched = new Set<Receiver>();
    const nowMs = this.nowMs();
    for (let next = this.held.popDue(nowMs); next; next = this.held.popDue(nowMs)) {
      next.receiver.push(next.frame);
      this.heldByNode[next.node] = this.inFlight(next.node) - 1;
      touched.add(next.receiver);
    }
    for (const receiver of touched) receiver.flush();
  }

  private arm(): void {
    const dueMs = this.held.nextDueMs;
    if (this.wakeUp && this.wakeUp.atMs <= dueMs) return;
    this.wakeUp?.cancel();
    this.wakeUp = null;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const wake = (): void => {
      this.wakeUp = null;
      this.release();
      this.arm();
    };
    const isNear = dueMs - this.nowMs() <= TIMER_SLACK_MS;
    const cancel = isNear ? this.clock.soon(wake) : this.clock.wakeAt((dueMs - TIMER_SLACK_MS) * MS, wake);
    this.wakeUp = { atMs: dueMs, cancel };
  }

  private setTimeline(): void {
    const { originMs } = this.engine;
    if (originMs === null) return;
    this.isTimelineSet = true;
    for (const timed of this.engine.timed) this.schedule(timed, originMs + timed.atMs);
  }

  private schedule(timed: TimedFault, atMs: number): void {
    const cancel = this.clock.wakeAt(atMs * MS, () => {
      this.timers = this.timers.filter((timer) => timer !== cancel);
      this.act(timed.action);
      if (timed.everyMs !== null) this.schedule(timed, atMs + timed.everyMs);
    });
    this.timers.push(cancel);
  }

  private cancelTimeline(): void {
    for (const cancel of this.timers) cancel();
    this.timers = [];
    this.isTimelineSet = false;
  }

  close(): void {
    this.cancelTimeline();
    this.wakeUp?.cancel();
    this.wakeUp = null;
  }
}
