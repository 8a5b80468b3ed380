import type { HotHandler } from '#libs/cql/hot-handler.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Completion, Target } from '#libs/load/target.js';
import type { FailureNotes } from '../failure-notes.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import { refusalOutcome, refusalText } from '../refusal.js';
import { rowCount } from '../row-check.js';
import type { UserOperationMaker, UserRequest } from './user-operation.js';

/** The operations of user profiles on the wire engine. Each makes its request anew: rows differ in number and size. */
export class UserTarget implements Target, HotHandler {
  private readonly requests: (UserRequest | undefined)[] = [];
  private refused: { slot: number; outcome: number }[] = [];
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;

  /** Set before the first `fire`: a session needs its handler first. */
  session: WireSession | undefined;
  /** By operation. */
  makers: readonly UserOperationMaker[] = [];

  constructor(
    private readonly notes: FailureNotes,
    private readonly moreItems: () => number,
  ) {}

  report(completion: Completion, turn: () => void): void {
    this.completion = completion;
    this.turn = turn;
  }

  fire(slot: number, operation: number, seed: number): void {
    this.requests[slot] = this.makers[operation]?.make(seed, this.moreItems);
    this.begin(slot);
  }

  flush(): void {
    this.session?.flush();
    // An operation that could not be sent is told of after the turn, never from inside fire.
    if (this.refused.length > 0) setImmediate(this.tellRefused);
  }

  private begin(slot: number): void {
    const { session } = this;
    const request = this.requests[slot];
    if (session?.routes && request) session.route(request.routingKey, 0, request.routingKey.length);
    const at = session === undefined || request === undefined ? NO_HOST : session.begin(slot, request.frame);
    if (at < 0) this.refused.push({ slot, outcome: refusalOutcome(at) });
  }

  private readonly tellRefused = (): void => {
    const { refused } = this;
    this.refused = [];
    for (const { slot, outcome } of refused) {
      this.notes.error(slot, outcome, refusalText(outcome));
      this.completion?.complete(slot, outcome, 0);
    }
    this.turn();
  };

  onVoid(slot: number): void {
    this.completion?.complete(slot, OUTCOME_INDEX.ok, this.requests[slot]?.rows ?? 0);
  }

  onRows(slot: number, buffer: Buffer, start: number): void {
    this.completion?.complete(slot, OUTCOME_INDEX.ok, rowCount(buffer, start));
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    this.notes.error(slot, outcome, message);
    this.completion?.complete(slot, outcome, 0);
  }

  onRetry(slot: number): void {
    this.begin(slot);
    this.flush();
  }

  onTurn(): void {
    this.turn();
  }
}
