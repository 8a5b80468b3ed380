import type { HotHandler } from '#libs/cql/hot-handler.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Completion, Target } from '#libs/load/target.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import type { AnswerCheck } from './answer-check.js';
import type { QueryRow } from './row-maker.js';
import type { RowQueue } from './row-queue.js';

/** Where a lane's queries go. */
export interface QueryTarget extends Target {
  /** Where outcomes go, and what is called after each batch of answers; set before the first `fire`. */
  report(completion: Completion, turn: () => void): void;
}

interface Connected {
  session: WireSession;
  /** The request up to its values. */
  head: RequestFrame;
  check: AnswerCheck;
}

/** Sends the row that was drawn last on the wire engine; its values are in the form of the request already. */
export class WireQueryTarget implements QueryTarget, HotHandler {
  private readonly rows: (QueryRow | undefined)[] = [];
  private readonly refusals = new Refusals(this);
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;

  /** Set before the first `fire`: a session needs its handler first. */
  connected: Connected | undefined;

  constructor(
    private readonly queue: Pick<RowQueue, 'row'>,
    private readonly notes: FailureNotes,
  ) {}

  report(completion: Completion, turn: () => void): void {
    this.completion = completion;
    this.turn = turn;
  }

  fire(slot: number): void {
    this.rows[slot] = this.queue.row;
    this.begin(slot);
  }

  retry(slot: number): void {
    this.begin(slot);
  }

  flush(): void {
    this.connected?.session.flush();
    this.refusals.flush();
  }

  private begin(slot: number): void {
    const row = this.rows[slot];
    const { connected } = this;
    if (row === undefined || connected === undefined) {
      this.refusals.add(slot, NO_HOST);
      return;
    }
    const { session, head } = connected;
    if (session.routes && row.route.length > 0) session.route(row.route, 0, row.route.length);
    const at = session.begin(slot, head, row.values.length);
    if (at < 0) this.refusals.add(slot, at);
    else row.values.copy(session.out, at + head.bytes.length);
  }

  private end(slot: number, outcome: number, rows: number): void {
    this.completion?.complete(slot, outcome, rows);
    this.rows[slot] = undefined;
  }

  onVoid(slot: number): void {
    this.end(slot, OUTCOME_INDEX.ok, 0);
  }

  onRows(slot: number, buffer: Buffer, start: number, end: number): void {
    const row = this.rows[slot];
    if (row === undefined || this.connected === undefined) return;
    const { outcome, rows, mismatch } = this.connected.check.check(row, buffer, start, end);
    if (mismatch) this.notes.different(slot, { key: row.key, ...mismatch });
    this.end(slot, outcome, rows);
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    this.notes.error(slot, outcome, message);
    this.end(slot, outcome, 0);
  }

  onRetry(slot: number): void {
    this.begin(slot);
    this.flush();
  }

  onTurn(): void {
    this.turn();
  }
}

/** A dry run: every query ends well in the next turn, and nothing is sent. */
export class DryQueryTarget implements QueryTarget {
  private fired: number[] = [];
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;

  report(completion: Completion, turn: () => void): void {
    this.completion = completion;
    this.turn = turn;
  }

  fire(slot: number): void {
    this.fired.push(slot);
  }

  retry(slot: number): void {
    this.fire(slot);
  }

  flush(): void {
    setImmediate(this.endAll);
  }

  private readonly endAll = (): void => {
    const { fired } = this;
    this.fired = [];
    for (const slot of fired) this.completion?.complete(slot, OUTCOME_INDEX.ok, 0);
    this.turn();
  };
}
