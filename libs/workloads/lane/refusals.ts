import { OUTCOMES } from '#libs/contract/outcome.js';
import type { HotHandler } from '#libs/cql/hot-handler.js';
import { NO_HOST } from '#libs/cql/session.js';

const NO_HOST_OUTCOME = OUTCOMES.indexOf('noHost');
const OTHER = OUTCOMES.indexOf('other');

/** The outcome of an operation that a session did not begin: `at` is NO_HOST or ALL_FULL. */
export const refusalOutcome = (at: number): number => (at === NO_HOST ? NO_HOST_OUTCOME : OTHER);

/** Why it was not begun, and what helps. */
const refusalText = (outcome: number): string =>
  outcome === NO_HOST_OUTCOME
    ? 'no node is connected'
    : 'every connection has as many requests in flight as it may: raise connection.connectionsPerNode or inFlightPerConnection (-mode connectionsPerHost=, maxPending=), or use fewer threads';

/**
 * Operations of a target that its session did not begin. Their target is told of them as of answers, after the turn and
 * never from inside `fire`.
 */
export class Refusals {
  /** Slots and what `begin` answered, in turn. */
  private refused: number[] = [];
  private telling: number[] = [];

  constructor(private readonly target: Pick<HotHandler, 'onError' | 'onTurn'>) {}

  /** `at`: NO_HOST or ALL_FULL. */
  add(slot: number, at: number): void {
    this.refused.push(slot, at);
  }

  /** To be called when the session is flushed. */
  flush(): void {
    if (this.refused.length > 0) setImmediate(this.tell);
  }

  private readonly tell = (): void => {
    const { refused } = this;
    if (refused.length === 0) return;
    // What is told of may be begun again and refused again meanwhile.
    this.refused = this.telling;
    this.telling = refused;
    for (let index = 0; index < refused.length; index += 2) {
      const outcome = refusalOutcome(refused[index + 1] ?? NO_HOST);
      this.target.onError(refused[index] ?? 0, outcome, refusalText(outcome));
    }
    refused.length = 0;
    this.target.onTurn();
  };
}
