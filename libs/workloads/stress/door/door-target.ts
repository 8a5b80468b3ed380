import type { HotHandler } from '#libs/cql/hot-handler.js';
import { NO_HOST } from '#libs/cql/session.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import type { Completion, Target } from '#libs/load/target.js';
import type { FailureNotes } from '../failure-notes.js';
import { OUTCOME_INDEX } from '../outcome-index.js';

/** An answer that is not the last one of its operation: another request is under way. */
export const MORE = -1;

/**
 * What the operations of another tool are, one slot at a time. Nothing is allocated per operation: what a slot has in hand is
 * kept in arrays.
 */
export interface DoorWork {
  /** Takes up a work item; once per operation, before the first `begin`. */
  draw(slot: number, operation: number, item: number): void;
  /** Begins the operation's first request; once more for every further attempt. Answers what the session's `begin` does. */
  begin(slot: number): number;
  flush(): void;
  /** An answer without rows. Answers an outcome, or MORE. */
  onVoid(slot: number): number;
  /** An answer with rows (see HotHandler). Answers an outcome, or MORE. */
  onRows(slot: number, buffer: Buffer, start: number, end: number): number;
  /** Rows that the operation has written or read. */
  rowsOf(slot: number): number;
  /** The operation went well, or (`false`) has finally failed. */
  ended(slot: number, isOk: boolean): void;
}

/** Another tool's operations on the wire engine. */
export class DoorTarget implements Target, HotHandler {
  private readonly refusals = new Refusals(this);
  private unflushed = false;
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;

  /** Set before the first `fire`: a session needs its handler first. */
  work: DoorWork | undefined;

  constructor(private readonly notes: FailureNotes) {}

  report(completion: Completion, turn: () => void): void {
    this.completion = completion;
    this.turn = turn;
  }

  fire(slot: number, operation: number, item: number): void {
    this.work?.draw(slot, operation, item);
    this.begin(slot);
  }

  retry(slot: number): void {
    this.begin(slot);
  }

  private begin(slot: number): void {
    const at = this.work?.begin(slot) ?? NO_HOST;
    if (at < 0) this.refusals.add(slot, at);
  }

  flush(): void {
    this.work?.flush();
    this.refusals.flush();
  }

  onVoid(slot: number): void {
    this.answered(slot, this.work?.onVoid(slot) ?? OUTCOME_INDEX.other);
  }

  onRows(slot: number, buffer: Buffer, start: number, end: number): void {
    this.answered(slot, this.work?.onRows(slot, buffer, start, end) ?? OUTCOME_INDEX.other);
  }

  private answered(slot: number, outcome: number): void {
    if (outcome === MORE) {
      this.unflushed = true;
      return;
    }
    const isOk = outcome === OUTCOME_INDEX.ok;
    if (isOk) this.work?.ended(slot, true);
    this.completion?.complete(slot, outcome, isOk ? (this.work?.rowsOf(slot) ?? 0) : 0);
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    this.notes.error(slot, outcome, message);
    this.completion?.complete(slot, outcome, 0);
  }

  /** Told by the loop, after the last attempt. */
  failed(slot: number): void {
    this.work?.ended(slot, false);
  }

  onRetry(slot: number): void {
    this.begin(slot);
    this.flush();
  }

  onTurn(): void {
    if (this.unflushed) {
      this.unflushed = false;
      this.flush();
    }
    this.turn();
  }
}
