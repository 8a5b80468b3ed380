import { CHANGE_STATE, type ChangeRing } from '#libs/cdc/change-ring.js';
import type { LoopRecorder } from '#libs/load/loop.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import { type ChangeTarget, mayBeWritten } from './change-target.js';

/** Records what the loop reports, and tells the verifier of every change of a sampled key. */
export class ChangeTeller implements LoopRecorder {
  /** Keys of changes that the ring had no room for: they must not be judged. */
  private readonly forgotten: number[] = [];

  constructor(
    private readonly recorder: LoopRecorder,
    private readonly target: Pick<ChangeTarget, 'endingSlot' | 'keyOf' | 'seqOf' | 'operationOf' | 'isOpen' | 'sentNs'>,
    private readonly ring: ChangeRing,
    private readonly isSampled: (key: number) => boolean,
    private readonly toEpochMs: (ns: number) => number,
  ) {}

  scheduled(operation: number): void {
    this.recorder.scheduled(operation);
  }

  dropped(operation: number): void {
    this.recorder.dropped(operation);
  }

  record(
    operation: number,
    outcome: number,
    dueNs: number,
    startNs: number,
    endNs: number,
    rows: number,
    retries: number,
    partitions: number,
  ): void {
    this.recorder.record(operation, outcome, dueNs, startNs, endNs, rows, retries, partitions);
    const slot = this.target.endingSlot;
    if (slot >= 0) this.tell(slot, outcome, dueNs, startNs, endNs);
  }

  cut(interval: number, startNs: number, endNs: number, partial: boolean): void {
    this.recorder.cut(interval, startNs, endNs, partial);
  }

  /** Writes that had no answer when the run was over may have happened. */
  abandon(nowNs: number): void {
    const { isOpen, sentNs } = this.target;
    for (let slot = 0; slot < isOpen.length; slot++) {
      if (isOpen[slot] === 0) continue;
      const startNs = sentNs[slot] ?? nowNs;
      this.tell(slot, OUTCOME_INDEX.clientTimeout, startNs, startNs, nowNs);
    }
  }

  /** Tells of keys that there was no room for; answers how many are left. */
  tellForgotten(): number {
    const { forgotten, ring } = this;
    while (forgotten.length > 0 && ring.push(forgotten.at(-1) ?? 0, 0, 0, CHANGE_STATE.forget, 0, 0, 0))
      forgotten.pop();
    return forgotten.length;
  }

  private tell(slot: number, outcome: number, dueNs: number, startNs: number, endNs: number): void {
    const { target, ring, toEpochMs } = this;
    const key = target.keyOf[slot] ?? 0;
    if (!this.isSampled(key)) return;
    const unknown = mayBeWritten(outcome);
    if (outcome !== OUTCOME_INDEX.ok && !unknown) return;
    const state = unknown ? CHANGE_STATE.unknown : CHANGE_STATE.written;
    if (this.forgotten.length > 0) this.tellForgotten();
    const seq = target.seqOf[slot] ?? 0;
    const operation = target.operationOf[slot] ?? 0;
    if (!ring.push(key, seq, operation, state, toEpochMs(dueNs), toEpochMs(startNs), toEpochMs(endNs)))
      this.forgotten.push(key);
  }
}
