import type { HotHandler } from '#libs/cql/hot-handler.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Completion, Target } from '#libs/load/target.js';
import type { FailureNotes } from '../failure-notes.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import { rowCount } from '../row-check.js';
import type { UserOperationMaker, UserRequest, WorkItems } from './user-request.js';

/** The operations of user profiles on the wire engine. Each makes its request anew: rows differ in number and size. */
export class UserTarget implements Target, HotHandler {
  private readonly requests: (UserRequest | undefined)[] = [];
  private readonly refusals = new Refusals(this);
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;
  private items: WorkItems | undefined;
  /** The slot that the loop has begun again while it was told of its failure. */
  private retried = -1;

  /** Set before the first `fire`: a session needs its handler first. */
  session: WireSession | undefined;
  /** By operation. */
  makers: readonly UserOperationMaker[] = [];

  constructor(private readonly notes: FailureNotes) {}

  report(completion: Completion, turn: () => void, items: WorkItems): void {
    this.completion = completion;
    this.turn = turn;
    this.items = items;
    for (const maker of this.makers) maker.restart?.();
  }

  fire(slot: number, operation: number): void {
    this.requests[slot] = this.items && this.makers[operation]?.make(this.items);
    this.begin(slot);
  }

  retry(slot: number): void {
    this.retried = slot;
    this.begin(slot);
  }

  flush(): void {
    this.session?.flush();
    this.refusals.flush();
  }

  private begin(slot: number): void {
    const { session } = this;
    const request = this.requests[slot];
    if (session?.routes && request) {
      if (typeof request.route === 'bigint') session.routeToken(request.route);
      else session.route(request.route, 0, request.route.length);
    }
    const at = session === undefined || request === undefined ? NO_HOST : session.begin(slot, request.frame);
    if (at < 0) this.refusals.add(slot, at);
  }

  private fail(slot: number, outcome: number): void {
    const request = this.requests[slot];
    this.retried = -1;
    this.completion?.complete(slot, outcome, 0, 0);
    if (this.retried !== slot) request?.failed?.();
  }

  onVoid(slot: number): void {
    const request = this.requests[slot];
    this.completion?.complete(slot, OUTCOME_INDEX.ok, request?.rows ?? 0, request?.partitions);
  }

  onRows(slot: number, buffer: Buffer, start: number, end: number): void {
    const request = this.requests[slot];
    if (request?.read === undefined) {
      this.completion?.complete(slot, OUTCOME_INDEX.ok, rowCount(buffer, start), request?.partitions);
      return;
    }
    const { outcome, rows, partitions, mismatch } = request.read(buffer, start, end);
    if (mismatch) this.notes.different(slot, mismatch);
    this.completion?.complete(slot, outcome, rows, partitions);
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    this.notes.error(slot, outcome, message);
    this.fail(slot, outcome);
  }

  onRetry(slot: number): void {
    this.begin(slot);
    this.flush();
  }

  onTurn(): void {
    this.turn();
  }
}
